#!/bin/sh
# Installs the Debian packages that are missing for the named needs:
#
#   sh bootstrap/system.sh python        an interpreter that can make virtual environments
#   sh bootstrap/system.sh compiler      gcc and make, with 32-bit libraries; tar's xz
#   sh bootstrap/system.sh node          npm, for the type checker
#
# Each need is tried, not looked up, so nothing is installed on a machine that can do it already.
# As root, or with sudo that asks no password, it installs; otherwise it prints the one command.

set -u

missing=""

need_python() {
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3 python3-venv"
}

need_compiler() {
    program='int main(void) { return 0; }'
    trial="${TMPDIR:-/tmp}/tomoshibi-trial.$$"
    echo "#include <stdio.h>
$program" | gcc -xc - -o "$trial" >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
    echo "#include <stdio.h>
$program" | gcc -m32 -xc - -o "$trial" >/dev/null 2>&1 && "$trial" 2>/dev/null ||
        missing="$missing gcc-multilib"
    rm -f "$trial"
    make --version >/dev/null 2>&1 || missing="$missing make"
    xz --version >/dev/null 2>&1 || missing="$missing xz-utils"
}

need_node() {
    npm --version >/dev/null 2>&1 || missing="$missing nodejs npm"
}

for need in "$@"; do
    case "$need" in
        python) need_python ;;
        compiler) need_compiler ;;
        node) need_node ;;
        *) echo "set-up failed: system.sh knows no need '$need'" >&2; exit 2 ;;
    esac
done
missing="${missing# }"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "set-up failed: missing here, under Debian's names: $missing" \
        "(no apt-get to install them; use this system's own packages)" >&2
    exit 1
fi

become=""
if [ "$(id -u)" -ne 0 ]; then
    if sudo -n true >/dev/null 2>&1; then
        become="sudo -n"
    else
        echo "set-up failed: system packages are missing. Run this, then try again:" >&2
        echo "  sudo apt-get update; sudo apt-get install --no-install-recommends $missing" >&2
        exit 1
    fi
fi

install_missing() {
    # shellcheck disable=SC2086 # the list is words on purpose
    $become env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $missing
}

echo "set-up: installing system packages: $missing" >&2
log="${TMPDIR:-/tmp}/tomoshibi-apt.$$.log"
if ! install_missing >"$log" 2>&1; then
    # No package lists yet, or old ones. An update may end in an error because of one repository
    # that does not matter here, so only the second install decides.
    $become apt-get update -q >>"$log" 2>&1
    if ! install_missing >>"$log" 2>&1; then
        echo "set-up failed: apt-get could not install $missing:" \
            "$(grep '^E:' "$log" | tail -n 1) (all of it: $log)" >&2
        exit 1
    fi
fi
rm -f "$log"
