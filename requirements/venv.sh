#!/bin/sh
# Makes .venv in the checkout and installs one of the locked sets into it: base, dev or bench.
# A stamp in .venv remembers what was installed, so that a second call is instant.
set -eu

set_name=${1:?usage: requirements/venv.sh base|dev|bench}
cd "$(dirname "$0")/.."

# Each set contains the ones before it.
case $set_name in
    base) contains="base" ;;
    dev) contains="base dev" ;;
    bench) contains="base dev bench" ;;
    *) echo "Unknown requirement set '$set_name': use base, dev or bench." >&2; exit 2 ;;
esac

fingerprint() {
    cat "requirements/$1.txt" pyproject.toml | cksum
    pwd
}

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

makes_venvs() {
    "$1" -c 'import ensurepip, venv' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if fits "$candidate" && makes_venvs "$candidate"; then
            echo "$candidate"
            return
        fi
    done
}

explain_missing_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if fits "$candidate"; then
            echo "$candidate has no venv module. On Debian and Ubuntu:" >&2
            echo "    sudo apt-get install python3-venv" >&2
            return
        fi
    done
    echo "Afterwatch needs Python 3.11, 3.12 or 3.13; none was found as ${PYTHON:-python3.13, python3.12, python3.11 or python3}." >&2
    echo "Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2
}

install_debian_venv() {
    [ -z "${PYTHON:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && fits python3 || return 0
    echo "Installing python3-venv with apt-get ..."
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null ||
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null; } ||
        true
}

# An environment that was moved or copied, or whose Python is gone, is made anew.
if [ -e .venv ] && ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    echo "The environment in .venv does not run; making it anew."
    rm -rf .venv
fi

if [ ! -e .venv ]; then
    python=$(find_python)
    if [ -z "$python" ]; then
        install_debian_venv
        python=$(find_python)
    fi
    if [ -z "$python" ]; then
        explain_missing_python
        exit 1
    fi
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv .venv
fi

if [ "$(cat ".venv/.installed-$set_name" 2>/dev/null)" = "$(fingerprint "$set_name")" ]; then
    exit 0
fi

echo "Installing the locked requirements ($set_name); the first time takes about a minute ..."
pip=".venv/bin/python -m pip --disable-pip-version-check --no-input"
$pip install --quiet --require-hashes -r "requirements/$set_name.txt"
$pip install --quiet --no-build-isolation --no-deps -e .
for name in $contains; do
    fingerprint "$name" >".venv/.installed-$name"
done
