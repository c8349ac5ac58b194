#!/bin/sh
# try_debs.sh FOLDER ROOT PROGRAM.c - install the packages in FOLDER into a clean Debian at ROOT, and
# use them there like a user that has nothing else. As root; ROOT is made by debootstrap.
#
# shellcheck disable=SC2016  # what is in single quotes is for the shell inside
set -eu
folder=$1 root=$2 program=$3

fail() {
    printf 'try_debs: %s\n' "$1" >&2
    exit 1
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        LC_ALL=C.UTF-8 "$@"
}

if [ ! -e "$root/.complete" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" >"$folder/debootstrap.log" 2>&1 || {
        tail -n 5 "$folder/debootstrap.log" >&2
        fail 'no clean root: debootstrap did not end well'
    }
    touch "$root/.complete"
fi
# What this machine knows of mirrors and proxies, the root may need.
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || :
cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || :

rm -rf "$root/debs"
mkdir "$root/debs"
cp "$folder"/*.deb "$root/debs/"
inside apt-get -q update >"$folder/install.log" 2>&1 || fail 'see install.log'
# The glob is the root's.
inside sh -c 'apt-get -q install -y --no-install-recommends /debs/quipu_*.deb /debs/libquipu*_*.deb \
    /debs/python3-quipu_*.deb gcc libc6-dev pkg-config man-db bash-completion' \
    >>"$folder/install.log" 2>&1 || {
    tail -n 5 "$folder/install.log" >&2
    fail 'they cannot be installed'
}

inside quipu --version
inside getent group quipu >/dev/null || fail 'no group for those who may reach a ledger'
inside man -P cat quipu-import | grep -q 'allow-refusals' || fail 'no page of quipu import'
inside man -P cat 3 quipu_commit | grep -q 'QUIPU_CONFLICT' || fail 'no page of quipu_commit()'
inside bash -c '. /usr/share/bash-completion/bash_completion
    _completion_loader quipu || [ $? -eq 124 ]
    COMP_WORDS=(quipu imp); COMP_CWORD=1; _quipu; [ "${COMPREPLY[0]}" = import ]' ||
    fail 'no completion'
cp "$program" "$root/program.c"
inside sh -c 'cc -std=c11 program.c -o shared $(pkg-config --cflags --libs quipu) && ./shared' ||
    fail 'the program does not work with the library'
inside sh -c 'cc -std=c11 program.c -o archive $(pkg-config --cflags --libs quipu-static) && ./archive' ||
    fail 'the program does not work with the archive'
inside python3 -c 'import quipu; print("python3-quipu", quipu.version())' || fail 'no package for Python'
