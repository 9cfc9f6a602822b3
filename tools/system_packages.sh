#!/bin/sh
# System libraries of the optional parts. Installs what is missing where that is possible (root and apt);
# otherwise names the package in one line, and the tests of that part are skipped.

has() { ldconfig -p 2>/dev/null | grep -q "$1"; }

missing=""
has libusb-1.0.so.0 || missing="$missing libusb-1.0-0"        # Open3D
has libgomp.so.1    || missing="$missing libgomp1"            # Open3D
has libEGL.so.1     || missing="$missing libegl1"             # pyrender without a display
has libGL.so.1      || missing="$missing libgl1"              # pyrender, Open3D
[ -e /usr/share/glvnd/egl_vendor.d/50_mesa.json ] || missing="$missing libegl-mesa0 libgl1-mesa-dri"

command -v h5dump >/dev/null || missing="$missing hdf5-tools" # h5dump reads a shard
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium" # the gallery in a browser

[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "set-up: installing system packages:$missing"
    if apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "set-up: system packages missing, tests that need them are skipped:$missing (sudo apt-get install$missing)"
