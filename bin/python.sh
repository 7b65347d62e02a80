# Sourced by the other scripts here: finds a fitting Python and builds virtual environments with it.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

# The first that really runs: a name on the PATH may be an empty shim, and Debian's may come without ensurepip.
find_python() {
    old=
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            old=$name
            if "$name" -c 'import ensurepip, venv' >/dev/null 2>&1; then
                python=$name
                return
            fi
        fi
    done
    if [ -n "$old" ]; then
        echo "jobsite: $old has no ensurepip, so it cannot make a virtual environment: apt install python3-venv" >&2
    else
        echo "jobsite: needs Python 3.11 or newer: apt install python3 python3-venv, or see python.org/downloads" >&2
    fi
    exit 1
}

# build NAME REQUIREMENTS...: the environment root/NAME, complete and up to date; sets $python to the one in it.
build() {
    find_python
    "$python" "$root/bin/venv.py" "$root" "$@" || exit 1
    python=$root/$1/bin/python
}
