"""A virtual environment where one can be made, and a word on what is missing where none can."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A Python that says it is one, knows ensurepip once apt-get has installed it, and notes what it is asked to make.
PYTHON = """
folder=$(dirname "$0")
case "$*" in
  *version_info\\ \\<*) [ -e "$folder/new" ] ;;
  *print*venv*) echo python3.12-venv ;;
  *print*) echo CPython$(cat "$folder/version") ;;
  *ensurepip*) [ -e "$folder/ensurepip" ] ;;
  *) echo "made: $*" ;;
esac
"""


@pytest.fixture
def machine(tmp_path):
    """A machine with these files and programs beside such a Python, and nothing else."""

    def made(*files, **programs):
        for name in files:
            (tmp_path / name).touch()
        for name, text in {"python": PYTHON, **programs}.items():
            program = tmp_path / name.replace("_", "-")
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        for name in ("dirname", "cat"):
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).symlink_to(shutil.which(name))
        return tmp_path

    return made


def run(machine, *command):
    return subprocess.run(command, cwd=ROOT, env={"PATH": str(machine)}, capture_output=True, text=True, check=False)


def venv(machine):
    return run(machine, "/bin/sh", "requirements/venv.sh", machine / "python", machine / "venv")


def test_a_new_environment_replaces_what_was_there(machine):
    there = machine("new", "ensurepip")

    assert venv(there).stdout == f"made: -m venv --clear {there / 'venv'}\n"


def test_a_python_that_is_too_old_is_refused(machine):
    done = venv(machine("ensurepip"))

    assert (done.returncode, done.stdout) == (1, "")
    assert "Python 3.11 or newer is needed" in done.stderr


def test_what_is_missing_is_installed_where_it_may_be(machine):
    there = machine("new", id="echo 0", apt_get='echo "$*" >> "$(dirname "$0")/asked"; : > "$(dirname "$0")/ensurepip"')
    done = venv(there)

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"made: -m venv --clear {there / 'venv'}")
    [_, install] = (there / "asked").read_text().splitlines()
    assert install.split()[-1] == "python3.12-venv"


@pytest.mark.parametrize(
    "programs",
    [{"id": "echo 0"}, {"id": "echo 1000", "apt_get": "exit 9"}, {"id": "echo 1000", "apt_get": ":", "sudo": "exit 1"}],
    ids=["no package manager", "no sudo", "sudo asks for a password"],
)
def test_what_is_missing_and_may_not_be_installed_is_named(machine, programs):
    done = venv(machine("new", **programs))

    assert (done.returncode, done.stdout) == (1, "")
    assert "sudo apt-get install python3.12-venv" in done.stderr


@pytest.mark.parametrize(("version", "again"), [("3.12.4", False), ("3.12.5", True), ("3.13.0", True)])
def test_another_python_is_followed_by_a_new_set_up_and_the_same_one_is_not(machine, version, again):
    there = machine("new", "ensurepip")
    (there / "version").write_text(version)
    (there / "venv").mkdir()
    stamp = there / "venv" / "ready-CPython3.12.4"
    stamp.touch()
    newest = max((ROOT / name).stat().st_mtime for name in ("requirements/dev.txt", "pyproject.toml"))
    os.utime(stamp, (newest + 1, newest + 1))

    make = shutil.which("make")
    done = run(there, make, "--dry-run", "setup", f"PYTHON={there / 'python'}", f"VENV={there / 'venv'}")
    assert done.returncode == 0
    assert ("requirements/venv.sh" in done.stdout) is again
