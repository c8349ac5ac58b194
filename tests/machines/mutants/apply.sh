#!/bin/sh
# apply.sh PATCH FILE COPY - make COPY: FILE with the patch applied.
#
# A patch that no longer applies must fail its own test (convict.sh), not everybody's build: then
# COPY is FILE as it is.
set -u
if ! patch --silent --fuzz=0 --reject-file=- --output="$3" "$2" "$1"; then
    printf '%s\n' "-- $1 does not apply to $2 any more"
    rm -f "$3.orig"
    cp "$2" "$3"
fi
