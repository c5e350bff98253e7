# Sourced by run and test with $root set: finds Python and makes the environment that both share.
# shellcheck shell=sh

find_python() {
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "error: no Python 3.11 or newer with its venv module found (Debian, Ubuntu: apt install python3-venv);" >&2
    echo "       PYTHON=/path/to/python names one in another place" >&2
    return 1
}

# bootstrap NAME: install requirements NAME.txt, at once if that is done already. -P keeps this folder's
# modules from hiding those of the standard library.
bootstrap() {
    system_python=$(find_python) || exit 1
    "$system_python" -P "$root/crm/engines/bootstrap.py" "$1" || exit 1
    python="$root/.venv/bin/python"
}
