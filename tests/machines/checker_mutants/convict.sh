#!/bin/sh
# convict.sh PATCH FILE [TEXT PROGRAM...] - pass if the patch applies to FILE, and the program that was
# built with it fails and prints TEXT.
set -u
patch=$1 file=$2
shift 2

if ! patch --silent --fuzz=0 --reject-file=- --output=/dev/null "$file" "$patch"; then
    printf '%s\n' "-- $patch does not apply to $file any more: write it anew"
    exit 1
fi
[ $# -eq 0 ] || exec "$(dirname "$0")/../sanitizers/must_report.sh" "$@"
