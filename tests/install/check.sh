#!/bin/sh
# check.sh CLAIM BUILD TREE LIBDIR CC - one claim about an installed Quipu, as its user would check.
set -eu
claim=$1 build=$2 tree=$3 libdir=$3/$4 cc=$5
here=$(cd "$(dirname "$0")" && pwd)
library=$libdir/libquipu.so
strict='-Wall -Wextra -Wpedantic -Werror'
made=$(dirname "$tree")
export PKG_CONFIG_PATH="$libdir/pkgconfig"

fail() {
    printf '%s: %s\n' "$claim" "$1" >&2
    exit 1
}

# Everything is installed afresh: what a build no longer installs must not be found.
tree() {
    rm -rf "$tree"
    cmake --install "$build" --prefix "$tree"
}

# The library exports what the header declares, no more and no less.
symbols() {
    tr '\n' ' ' <"$tree/include/quipu/quipu.h" | grep -o 'QUIPU_PUBLIC [^(;]*(' |
        sed -n 's/.*[ *]\(quipu_[a-z_]*\)($/\1/p' | sort >"$made/declared"
    nm --dynamic --defined-only "$library" | sed 's/.* //' | sort >"$made/exported"
    [ -s "$made/declared" ] || fail 'no declaration was found'
    diff -u "$made/declared" "$made/exported"
}

soname() {
    readelf -d "$library" | grep -q 'SONAME.*\[libquipu\.so\.0\]' || fail 'wrong soname'
}

# C and C++, shared and static, by find_package().
find_package() {
    rm -rf "$made/consumer"
    cmake -G Ninja -S "$here/consumer" -B "$made/consumer" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_PREFIX_PATH="$tree"
    cmake --build "$made/consumer"
    for program in c_shared c_static cpp_shared cpp_static; do
        "$made/consumer/$program"
    done
}

# By pkg-config, as C. Words are split on purpose, here and below: they are flags.
# shellcheck disable=SC2046,SC2086
pkg_config() {
    "$cc" -std=c11 $strict $(pkg-config --cflags quipu) "$here/consumer/consumer.c" \
        -o "$made/shared" $(pkg-config --libs quipu) -Wl,-rpath,"$libdir"
    "$made/shared"
}

# By pkg-config --static, as C and as C++: g++ orders libraries in its own way.
# shellcheck disable=SC2046,SC2086
pkg_config_static() {
    libs=$(pkg-config --static --libs quipu | sed 's/-lquipu/-l:libquipu.a/')
    "$cc" -std=c11 $strict $(pkg-config --cflags quipu) "$here/consumer/consumer.c" \
        -o "$made/static" $libs
    c++ -std=c++17 $strict $(pkg-config --cflags quipu) "$here/consumer/consumer.cpp" \
        -o "$made/static_cpp" $libs
    for program in "$made/static" "$made/static_cpp"; do
        ! readelf -d "$program" | grep libquipu || fail 'it uses the shared library'
        "$program"
    done
}

command() {
    "$tree/bin/quipu" --help
}

case $claim in
tree | symbols | soname | find_package | pkg_config | pkg_config_static | command) "$claim" ;;
*) fail 'no such claim' ;;
esac
