#!/bin/sh
# Checks once, before anything is fetched, that this machine can do all of it, and installs the
# Debian packages that are missing:
#
#   sh bootstrap/system.sh [CACHE [rv32]]
#
# CACHE is the folder for what is fetched and built; rv32 asks for a RISC-V compiler and emulator.
#
# Needs are tried, not looked up, so nothing is installed on a machine that can do it already. As
# root, or with sudo that asks no password, it installs; otherwise it prints the one command. All
# that is wrong is told at once.

set -u

here=$(cd "$(dirname -- "$0")/.." && pwd)
cache=${1:-${TOMO_CACHE:-${XDG_CACHE_HOME:-${HOME:-}/.cache}/tomoshibi}}
missing=""
troubles=""
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

trouble() {
    troubles="$troubles
  $1"
}

need_architecture() {
    machine=$(uname -m)
    [ "$machine" = x86_64 ] ||
        trouble "this machine is $machine; the 32-bit desk build is for x86-64 (gcc -m32)"
}

need_path() {
    case "$1" in
        *:*) trouble "there is a ':' in $1, which separates folders in a search path" ;;
        *[[:cntrl:]]*) trouble "there is a control character in $1" ;;
    esac
}

# A fresh cache takes 0.5 GB, and 0.1 GB more on the way; new desk builds in an old one 0.1 GB.
need_space() {
    want=200
    ls "$cache"/venv-*/complete >/dev/null 2>&1 || want=700
    folder=$cache
    while [ -n "$folder" ] && [ ! -d "$folder" ]; do
        folder=${folder%/*}
    done
    free=$(df -m --output=avail "${folder:-/}" 2>/dev/null | tail -n 1)
    free=$((${free:-want}))  # no answer is no trouble
    [ "$free" -ge "$want" ] ||
        trouble "$free MB are free for $cache, $want MB are needed (TOMO_CACHE= names another folder)"
}

need_python() {
    if ! command -v python3 >/dev/null 2>&1; then
        missing="$missing python3 python3-venv"
    elif ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        trouble "python3 is $(python3 -V 2>&1); needed is 3.11 or newer"
    elif ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
        missing="$missing python3-venv"
    fi
}

need_compiler() {
    program='int main(void) { return 0; }'
    trial=$scratch/trial
    echo "#include <stdio.h>
$program" | gcc -xc - -o "$trial" >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
    echo "#include <stdio.h>
$program" | gcc -m32 -xc - -o "$trial" >/dev/null 2>&1 && "$trial" 2>/dev/null ||
        missing="$missing gcc-multilib"
    make --version >/dev/null 2>&1 || missing="$missing make"
    xz --version >/dev/null 2>&1 || missing="$missing xz-utils"
}

need_node() {
    npm --version >/dev/null 2>&1 || missing="$missing nodejs npm"
}

need_rv32() {
    specs=$(riscv64-unknown-elf-gcc --print-file-name=picolibc.specs 2>/dev/null)
    [ -n "$specs" ] || missing="$missing gcc-riscv64-unknown-elf"
    [ -f "$specs" ] || missing="$missing picolibc-riscv64-unknown-elf"
    # Debian 12 has it in a package with others.
    emulator=riscv
    grep -q '^VERSION_ID="12"' /etc/os-release 2>/dev/null && emulator=misc
    qemu-system-riscv32 --version >/dev/null 2>&1 || missing="$missing qemu-system-$emulator"
}

need_architecture
need_path "$here"
need_path "$cache"
need_space
need_python
need_compiler
need_node
[ "${2:-}" = rv32 ] && need_rv32
missing="${missing# }"
[ -n "$missing$troubles" ] || exit 0

become=""
typed=""
whose="type"
can_install=yes
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true >/dev/null 2>&1; then
        become="sudo -n"
    else
        can_install=no
    fi
    if command -v sudo >/dev/null 2>&1; then
        typed="sudo "
    else
        whose="let root type"
    fi
fi

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        trouble "missing here, under Debian's names: $missing
  (no apt-get to install them; use this system's own packages)"
    elif [ -n "$troubles" ] || [ "$can_install" = no ]; then
        trouble "system packages are missing; $whose:
    ${typed}apt-get update; ${typed}apt-get install --no-install-recommends $missing"
    fi
fi
if [ -n "$troubles" ]; then
    echo "set-up failed: put this right, then try again:$troubles" >&2
    exit 1
fi

as_root() {
    # The messages are read below, and so in English. An apt that is still at work is waited for.
    $become env LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@" >>"$log" 2>&1
}

install_missing() {
    # shellcheck disable=SC2086 # the list is words on purpose
    as_root apt-get -o DPkg::Lock::Timeout=120 install -y -q --no-install-recommends $missing
}

echo "set-up: installing system packages: $missing" >&2
log=$scratch/apt.log
if ! install_missing; then
    # An earlier install was broken off half-way.
    if grep -q 'dpkg --configure -a' "$log"; then
        as_root dpkg --configure -a
    fi
    # No package lists yet, or old ones. An update may end in an error because of one repository
    # that does not matter here, so only the second install decides.
    as_root apt-get update -q
    if ! install_missing; then
        echo "set-up failed: apt-get could not install $missing:" \
            "$(grep '^E:' "$log" | tail -n 1) (all of it: $log)" >&2
        trap - EXIT
        exit 1
    fi
fi
