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

# The library exports what its headers declare, no more and no less.
symbols() {
    (cd "$tree/include/quipu" && cat quipu.h lease.h queue.h connect.h) | tr '\n' ' ' |
        grep -o 'QUIPU_PUBLIC [^(;]*(' |
        sed -n 's/.*[ *]\(quipu_[a-z_]*\)($/\1/p' | sort >"$made/declared"
    nm --dynamic --defined-only "$library" | sed -n 's/.* //;s/@@QUIPU_0$//p' | sort >"$made/exported"
    [ -s "$made/declared" ] || fail 'no declaration was found'
    diff -u "$made/declared" "$made/exported"
    # Debian's package says the same of it.
    sed -n 's/^ \(quipu_[a-z_]*\)@QUIPU_0 .*/\1/p' "$here/../../../debian/libquipu0.symbols" |
        sort | diff -u - "$made/exported"
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
    for program in c_shared c_static cpp_shared cpp_static handles; do
        "$made/consumer/$program"
    done
}

# By pkg-config, as C. Words are split on purpose, here and below: they are flags.
# shellcheck disable=SC2046,SC2086
pkg_config() {
    "$cc" -std=c11 $strict $(pkg-config --cflags quipu) "$here/consumer/consumer.c" \
        -o "$made/shared" $(pkg-config --libs quipu) -Wl,-rpath,"$libdir"
    "$made/shared"
    "$cc" -std=c11 $strict -DHIDES $(pkg-config --cflags quipu) "$here/consumer/consumer.c" \
        -o "$made/shared" $(pkg-config --libs quipu) -Wl,-rpath,"$libdir"
    "$made/shared"
}

# By pkg-config --static, as C and as C++: g++ orders libraries in its own way.
# shellcheck disable=SC2046,SC2086
pkg_config_static() {
    libs=$(pkg-config --static --libs quipu | sed 's/-lquipu/-l:libquipu.a/')
    "$cc" -std=c11 $strict -DWITH_JEMALLOC $(pkg-config --cflags quipu) \
        "$here/consumer/consumer.c" -o "$made/static" $libs
    c++ -std=c++17 $strict -DWITH_JEMALLOC $(pkg-config --cflags quipu) "$here/consumer/consumer.cpp" \
        -o "$made/static_cpp" $libs
    for program in "$made/static" "$made/static_cpp"; do
        ! readelf -d "$program" | grep libquipu || fail 'it uses the shared library'
        "$program"
    done
}

# libquipu.so needs no jemalloc, no C++, nothing that a late library could not bring.
needs() {
    readelf -d "$library" >"$made/dynamic"
    ! grep -E 'NEEDED.*(jemalloc|stdc\+\+|urcu)' "$made/dynamic" || fail 'it needs too much'
    grep -q 'FLAGS_1.*NODELETE' "$made/dynamic" || fail 'it can be unloaded'
    # TLS: offset, two addresses, sizes in the file and in memory, flags, alignment.
    storage=$(readelf -lW "$library" | sed -n 's/^ *TLS .* \(0x[0-9a-f]*\) R *\(0x[0-9a-f]*\)$/\1 \2/p')
    [ "$((${storage% *}))" -le 256 ] && [ "$((${storage#* }))" -le 64 ] ||
        fail 'too much thread storage for a late library'
}

# A host of its own kind, from pressure.c or unload.c. host NAME SOURCE WORD...
host() {
    name=$1 source=$2
    shift 2
    "$cc" -std=gnu11 -O1 -Wall -Wextra -Werror -I"$tree/include" "$here/$source" -o "$made/$name" "$@"
}

# As a plugin: by other languages' loaders where they are installed, and by dlopen() in a thread that
# is there already. After dlclose() the threads that used it end, under each protocol.
late() {
    ! command -v python3 >/dev/null ||
        python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1]).quipu_id' "$library"
    ! command -v node >/dev/null ||
        node -e 'process.dlopen({exports: {}}, process.argv[1])' "$library" 2>&1 |
        grep -q 'Module did not self-register' || ! command -v node >/dev/null ||
        fail 'node cannot load it'
    host unload unload.c -pthread -ldl
    for protocol in 0 1 2 3; do
        "$made/unload" "$library" $protocol || fail "unloaded, under protocol $protocol"
    done
}

# Hosts whose memory runs out, in each shape.
pressure_shared() {
    host pressure_shared pressure.c -L"$libdir" -lquipu -Wl,-rpath,"$libdir" -pthread
    "$made/pressure_shared"
    KEYS=1 "$made/pressure_shared"
}

pressure_late() {
    host pressure_late pressure.c -DBY_DLOPEN -pthread -ldl
    "$made/pressure_late" "$library"
    KEYS=1 "$made/pressure_late" "$library"
}

pressure_static() {
    host pressure_static pressure.c -static "$libdir/libquipu.a" -latomic -pthread
    "$made/pressure_static"
}

# With jemalloc as it is, and as the library may use it. Where it is not, there is nothing to see.
pressure_jemalloc() {
    pkg-config --exists jemalloc || return 0
    host pressure_jemalloc pressure.c -L"$libdir" -lquipu -Wl,-rpath,"$libdir" -ljemalloc -pthread
    "$made/pressure_jemalloc"
    MALLOC_CONF=tcache:false "$made/pressure_jemalloc"
    host pressure_jemalloc_static pressure.c -static "$libdir/libquipu.a" -latomic -ljemalloc \
        -pthread -lm
    "$made/pressure_jemalloc_static"
    MALLOC_CONF=tcache:false "$made/pressure_jemalloc_static"
}

# The sources of the library, without what git does not know, in a folder of its own.
copy_sources() {
    mkdir -p "$1"
    (cd "$here/../../.." && tar -cf - CMakeLists.txt include engine) | tar -xf - -C "$1"
}

# The same bytes, whatever the folder; and by both generators, with the command in one.
same_bytes() {
    rm -rf "$made/bytes"
    for one in a/one 'b/another place'; do
        copy_sources "$made/bytes/$one/source"
        generator='Unix Makefiles'
        [ "$one" = a/one ] || ! command -v ninja >/dev/null || generator=Ninja
        # -O1: how well it is optimised is no matter.
        cmake -G "$generator" -S "$made/bytes/$one/source" -B "$made/bytes/$one/build" \
            -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS_RELEASE=-O1 \
            -DCMAKE_RULE_MESSAGES=OFF -DQUIPU_COMMAND=OFF -DQUIPU_TESTS=OFF >/dev/null
        cmake --build "$made/bytes/$one/build" >/dev/null
    done
    # The archive also has bytecode for link-time optimisation, which gcc names by chance.
    for one in a/one 'b/another place'; do
        objcopy -w -R '.gnu.lto_*' -R '.gnu.debuglto_*' "$made/bytes/$one/build/libquipu.a"
    done
    for file in libquipu.so libquipu.a; do
        cmp "$made/bytes/a/one/build/$file" "$made/bytes/b/another place/build/$file" ||
            fail "$file is not the same"
    done
    # These are release builds, which are hardened.
    readelf -d "$made/bytes/a/one/build/libquipu.so" | grep -q 'FLAGS_1.*NOW' ||
        fail 'it binds late'
}

# The two commands that everybody knows, by CMake's own generator. A program of tests/ needs most of
# what there is. What is made is looked at, not used: as quickly as can be.
make_builds() {
    rm -rf "$made/make"
    cmake -G 'Unix Makefiles' -S "$here/../../.." -B "$made/make" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 -DCMAKE_RULE_MESSAGES=OFF >/dev/null
    cmake --build "$made/make" --target api_test_id >/dev/null
    "$made/make/tests/api/test_id" >/dev/null
}

# libquipu-redis: its header and no more, by itself, and by both ways to find it.
# shellcheck disable=SC2046,SC2086
redis() {
    own=$libdir/libquipu-redis.so
    tr '\n' ' ' <"$tree/include/quipu/redis_lock.h" | grep -o 'QUIPU_PUBLIC [^(;]*(' |
        sed -n 's/.*[ *]\(quipu_[a-z_]*\)($/\1/p' | sort >"$made/redis_declared"
    nm --dynamic --defined-only "$own" | sed 's/.* //' | sort >"$made/redis_exported"
    [ -s "$made/redis_declared" ] || fail 'no declaration was found'
    diff -u "$made/redis_declared" "$made/redis_exported"
    readelf -d "$own" | grep -q 'SONAME.*\[libquipu-redis\.so\.0\]' || fail 'wrong soname'
    ! readelf -d "$own" | grep 'NEEDED.*libquipu' || fail 'it needs the ledger'

    rm -rf "$made/redis_consumer"
    cmake -G Ninja -S "$here/redis_consumer" -B "$made/redis_consumer" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_PREFIX_PATH="$tree"
    cmake --build "$made/redis_consumer"
    for program in c_redis cpp_redis; do
        "$made/redis_consumer/$program"
    done
    "$cc" -std=c11 $strict $(pkg-config --cflags quipu-redis) \
        "$here/redis_consumer/redis_consumer.c" -o "$made/redis_shared" \
        $(pkg-config --libs quipu-redis) -Wl,-rpath,"$libdir"
    "$made/redis_shared"
}

# A page for each command and each call, in the form that man reads; a list of what it is made of.
papers() {
    package=$here/../../../engine/package
    version=$(pkg-config --modversion quipu)
    rm -rf "$made/man"
    python3 -B "$package/man.py" --command "$tree/bin/quipu" --headers "$tree/include/quipu" \
        --version "$version" "$made/man"
    "$tree/bin/quipu" --help | sed -n '/^A first look/q;s/^  \([a-z][a-z-]*\) .*/\1/p' |
        while read -r name; do
            grep -q '^.SH OPTIONS' "$made/man/man1/quipu-$name.1" || fail "no page of $name"
        done
    nm --dynamic --defined-only "$library" | sed -n 's/.* //;s/@@QUIPU_0$//p' | while read -r name; do
        grep -q '^returns\| returns' "$made/man/man3/$name.3" || fail "no page of $name"
    done
    ! command -v mandoc >/dev/null || mandoc -T lint -W warning "$made/man/man"*/* ||
        fail 'mandoc finds something'
    python3 -B "$package/sbom.py" --sources "$package/../.." --version "$version" "$made/sbom"
    python3 -c 'import json, sys; json.load(open(sys.argv[1]))["files"][0]["checksums"]' "$made/sbom"

    # Completion, as bash calls it.
    command -v bash >/dev/null || return 0
    PATH=$tree/bin:$PATH bash -c '. "$1"; COMP_WORDS=(quipu bal); COMP_CWORD=1; _quipu
        echo "${COMPREPLY[*]}"; COMP_WORDS=(quipu balances --for); COMP_CWORD=2; _quipu
        echo "${COMPREPLY[*]}"' bash "$tree/share/bash-completion/completions/quipu" \
        >"$made/completed"
    [ "$(cat "$made/completed")" = "$(printf 'balances\n--format=')" ] || fail 'completion'
}

# quipu-static.pc needs no sed.
# shellcheck disable=SC2046,SC2086
static_pc() {
    "$cc" -std=c11 $strict -DWITH_JEMALLOC $(pkg-config --cflags quipu-static) \
        "$here/consumer/consumer.c" -o "$made/static_pc" $(pkg-config --libs quipu-static)
    ! readelf -d "$made/static_pc" | grep libquipu || fail 'it uses the shared library'
    "$made/static_pc"
}

# Probes are notes in the objects of a build that has them, and nothing in any other.
probes() {
    ! readelf -S "$library" | grep stapsdt || fail 'it has probes'
    echo '#include <sys/sdt.h>' | "$cc" -E - >/dev/null 2>&1 || return 0
    mkdir -p "$made/probes"
    for file in api/create.c write/create_transfers.c protocol/settle.c journal/flusher.c; do
        "$cc" -std=c11 -D_DEFAULT_SOURCE -DQUIPU_PROBES -O1 -c -I"$here/../../../include" \
            -I"$here/../../../engine" "$here/../../../engine/$file" \
            -o "$made/probes/$(basename "$file").o"
    done
    readelf -n "$made/probes/"*.o | sed -n 's/^ *Name: //p' | sort -u | tr '\n' ' ' \
        >"$made/probes/found"
    [ "$(cat "$made/probes/found")" = 'commit conflict expiry flush ' ] ||
        fail "these probes: $(cat "$made/probes/found")"
}

# The Python package, by the library and the folder that were installed. Where cffi or numpy are
# not, there is nothing to see.
python() {
    for python in python3 /usr/bin/python3 ''; do
        [ -z "$python" ] || ! "$python" -c 'import cffi, numpy' 2>/dev/null || break
    done
    [ -n "$python" ] || return 0
    version=$(pkg-config --modversion quipu)
    QUIPU_LIBRARY=$library PYTHONPATH=$tree/share/quipu/python \
        "$python" -B "$here/use_python.py" "$version"
}

run_command() {
    "$tree/bin/quipu" --help
}

claims='tree symbols soname find_package pkg_config pkg_config_static needs late pressure_shared'
claims="$claims pressure_late pressure_static pressure_jemalloc same_bytes make_builds run_command redis"
claims="$claims probes python papers static_pc"
case " $claims " in
*" $claim "*) "$claim" ;;
*) fail 'no such claim' ;;
esac
