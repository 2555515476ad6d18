#!/bin/sh
# Make a new virtual environment: requirements/venv.sh PYTHON FOLDER. Where the system's Python came without what that
# takes, it is installed through the system's package manager where it may be; otherwise this says what to do and fails.
set -eu
python="$1"
folder="$2"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Python 3.11 or newer is needed; name it with PYTHON=/path/to/python3.12 make ..." >&2
  exit 1
}

# Debian and Ubuntu keep ensurepip in a package of its own, named after the version.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
  if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
    echo "$python cannot make virtual environments: its modules venv and ensurepip are missing." >&2
    echo "On Debian and Ubuntu please run: sudo apt-get install $package" >&2
    exit 1
  fi
  echo "installing: $package"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  $as_root apt-get -qq update
  $as_root apt-get -qq install -y --no-install-recommends "$package" >/dev/null
fi

# What is left of an earlier one, or of another Python, would get in the way.
"$python" -m venv --clear "$folder"
