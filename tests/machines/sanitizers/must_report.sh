#!/bin/sh
# must_report.sh TEXT PROGRAM... - pass if the program fails and says TEXT while it does.
set -u
text=$1
shift

if output=$("$@" 2>&1); then
    printf '%s\n' "$output" "-- it passed, and should have failed: $*"
    exit 1
fi
case $output in
*"$text"*) exit 0 ;;
esac
printf '%s\n' "$output" "-- it failed, but not by a report of: $text"
exit 1
