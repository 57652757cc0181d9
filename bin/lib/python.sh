# Sourced by the commands in bin/: which Python can make our environment? Sets nothing but
# PYTHON_FOUND. A candidate counts only if it runs: the shims of a version manager may stand on
# PATH and answer 127.

unset PYTHONHOME PYTHONPATH

fits() {
  "$1" -c 'import sys, ensurepip, venv; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14))' \
    >/dev/null 2>&1
}

find_python() {
  local candidate shim root roots="${PYENV_ROOT:-$HOME/.pyenv}"
  if [ -n "${PYTHON:-}" ]; then
    if fits "$PYTHON"; then PYTHON_FOUND=$PYTHON; return 0; fi
    echo "PYTHON=$PYTHON does not run, is not Python 3.12 to 3.14, or lacks the venv module." >&2
    return 1
  fi
  for shim in $(type -aP python3 python3.13 python3.12 2>/dev/null); do
    case $shim in */shims/*) roots="$roots ${shim%/shims/*}" ;; esac
  done
  for candidate in \
    python3.13 python3.12 python3.14 python3 python \
    $(for root in $roots; do echo "$root"/versions/3.1[342].*/bin/python; done) \
    /usr/local/bin/python3.1[342] /opt/homebrew/bin/python3.1[342] \
    "$HOME"/.local/share/uv/python/cpython-3.1[342]*/bin/python3; do
    if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
      PYTHON_FOUND=$candidate
      return 0
    fi
  done
  echo "Python 3.12, 3.13 or 3.14 with its venv module is needed and was not found." >&2
  echo "Install one (Debian and Ubuntu: python3 and python3-venv), or name it:" >&2
  echo "  PYTHON=/path/to/python3 $0" >&2
  return 1
}

# usage: in_environment LOCK SCRIPT ARGUMENTS...   (replaces this process)
in_environment() {
  find_python
  exec "$PYTHON_FOUND" "$here/lib/install.py" "$@"
}
