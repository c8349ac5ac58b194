#!/bin/sh
# sysroot.sh FOLDER - unpacks what Debian's arm64 packages install into FOLDER, for toolchain.cmake.
#
# An apt of its own, with its own lists and an empty record of what is installed: the host's packages
# and architectures stay as they are, and no root is needed.
set -eu

folder=$1
work=$folder.apt
packages='libc6-dev libatomic1 libjemalloc-dev libxxhash-dev libcsv-dev libcriterion-dev'

[ ! -e "$folder/.complete" ] || exit 0
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
: >"$work/status"
cat >"$work/apt.conf" <<END
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
END
APT_CONFIG=$work/apt.conf
export APT_CONFIG
apt-get -q update
# shellcheck disable=SC2086
apt-get -q -y --download-only -o Debug::NoLocking=1 install $packages

# /lib is /usr/lib, as on a merged system; links of the packages are within the folder.
mkdir -p "$folder/usr/lib"
ln -sfn usr/lib "$folder/lib"
for package in "$work"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$folder"
done
find "$folder" -type l -lname '/*' | while read -r link; do
    target=$(realpath -ms --relative-to="$(dirname "$link")" "$folder$(readlink "$link")")
    ln -sfn "$target" "$link"
done
: >"$folder/.complete"
rm -rf "$work"
