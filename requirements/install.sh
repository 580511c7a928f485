#!/bin/sh
# Make or mend .venv from the hashed lock files: sh requirements/install.sh demo|dev|browser (browser: beside dev)
# Needs a Python >= 3.11 with venv; PYTHON=/path/to/python names one. pip's own configuration is respected.
set -eu

name=$1
cd "$(dirname "$0")/.."
python=.venv/bin/python
unfinished=.venv-unfinished
log=$PWD/.venv/install.log

fail() {
    printf '\n%s\n' "$1" >&2
    exit 1
}

check_disk() {
    free=$(df -Pk . | awk 'NR == 2 { print $4 }')
    [ "$free" -ge 1000000 ] ||
        fail "The disk is nearly full: $((free / 1000)) MB free here, the packages need 1000. Make room and start again."
}

# Two set-ups at once: the second waits, unless the first is dead.
wait_for_other() {
    while other=$(cat "$unfinished" 2>/dev/null) && grep -q install.sh "/proc/$other/cmdline" 2>/dev/null; do
        [ -n "${said:-}" ] || said=$(echo "Waiting for another set-up in this folder (process $other)." >&2; echo yes)
        sleep 1
    done
}

# Sets $candidate.
find_python() {
    old='' lame=''
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3.11 python3.12 python3.13 python3.14 python3; fi
    for candidate in "$@"; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if ! "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            old=" ($candidate is $version)"
        elif ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
            lame=$candidate
        else
            return 0
        fi
    done
    [ -z "$lame" ] ||
        fail "$lame cannot make virtual environments: install what it misses (Debian, Ubuntu: apt install python3-venv), or name another Python: make ... PYTHON=/path/to/python3.11"
    fail "Despacho needs Python 3.11 or newer and found none$old: install it, or name it: make ... PYTHON=/path/to/python3.11"
}

# What was never finished, or broke since, is made anew; the package cache makes that cheap.
make_venv() {
    if [ -e "$unfinished" ] || [ ! -e .venv/.demo ] ||
        ! "$python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        find_python
        echo $$ >"$unfinished"
        echo "Making .venv with $candidate"
        "$candidate" -m venv --clear .venv || give_up "The virtual environment could not be made."
    fi
    echo $$ >"$unfinished"
}

# uv does not read pip's configuration: hand it what a mirror or proxy needs.
hand_to_uv() {
    value=$(printf '%s\n' "$pip_config" | sed -n "s/^[a-z:]*\.$2='\(.*\)'\$/\1/p" | sed 's/\\n/ /g; s/^ *//' | head -n 1)
    [ -z "$value" ] || eval "$1=\${$1:-\$value}; export $1"
}

install_with_uv() {
    "$python" -m pip install --quiet --no-deps --require-hashes -r requirements/bootstrap.lock >"$log" 2>&1 || return 1
    pip_config=$("$python" -m pip config list)
    hand_to_uv UV_DEFAULT_INDEX index-url
    hand_to_uv UV_INDEX extra-index-url
    hand_to_uv UV_FIND_LINKS find-links
    hand_to_uv UV_INSECURE_HOST trusted-host
    hand_to_uv SSL_CERT_FILE cert
    hand_to_uv ALL_PROXY proxy
    # The hashes decide what is installed, so any index that has the version will do, as it does for pip.
    UV_INDEX_STRATEGY=unsafe-best-match "$python" -m uv pip install --python "$python" --no-deps --require-hashes \
        -r "requirements/$name.lock" >>"$log" 2>&1
}

install_with_pip() {
    echo "uv could not (see $log); trying pip, which takes longer"
    "$python" -m pip install --no-deps --require-hashes -r "requirements/$name.lock" >>"$log" 2>&1
}

give_up() {
    [ ! -e "$log" ] || tail -n 5 "$log" >&2
    check_disk
    fail "$1"
}

check_disk
wait_for_other
make_venv
echo "Installing requirements/$name.lock"
install_with_uv || install_with_pip ||
    give_up "The packages could not be installed: check the network and pip's index settings, then start again; $log has the whole story."
touch ".venv/.$name"
[ "$name" != dev ] || touch .venv/.demo # dev.lock has everything of demo.lock
rm "$unfinished"
