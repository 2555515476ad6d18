"""The README's commands, from a fresh copy of the project and with the Python that the system came with."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import fences, text_of
from tests.gateway.test_factory import answers, clean_environment
from tests.ports import HOST, free_port

ROOT = Path(__file__).parents[1]
PARTS = ("app.py", "gateway", "gunicorn.conf.py", "LICENSE", "pyproject.toml", "README.md", "requirements", "schemas")
SYSTEM_PYTHON = Path("/usr/bin/python3")
FOLDER = "/opt/talentlms-gateway"


def is_new_enough(python):
    script = "import sys; sys.exit(sys.version_info < (3, 11))"
    return python.exists() and subprocess.run([python, "-c", script], check=False).returncode == 0


def commands():
    """Return the README's lines that install the gateway, and leave it installed for those that follow."""
    [block] = [block for block in fences(text_of(ROOT / "README.md"), "sh") if "runtime.txt" in block]
    return [line for line in block.splitlines() if re.match(r"python3 -m venv|pip install", line)]


@pytest.fixture
def copy(tmp_path):
    """The project as a clone has it."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in PARTS:
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copied(ROOT / name, folder / name)
    return folder


@pytest.fixture
def installed(copy, tmp_path):
    """The folder of the programs that the README's commands install."""
    python = SYSTEM_PYTHON if is_new_enough(SYSTEM_PYTHON) else Path(sys.executable).resolve()
    script = "\n".join(commands())
    assert FOLDER in script
    subprocess.run(
        ["/bin/sh", "-eu", "-c", script.replace(FOLDER, str(tmp_path / "installed"))],
        cwd=copy,
        env={**os.environ, "PATH": f"{python.parent}:/usr/bin:/bin"},
        check=True,
    )
    return tmp_path / "installed" / "bin"


@pytest.mark.timeout(300)
def test_the_gateway_is_installed_checked_and_started(installed, copy, tmp_path):
    port = free_port()
    settings = clean_environment(
        GATEWAY_PUBLIC_URL=f"http://{HOST}:{port}", GATEWAY_REDIS_URL=None, STATE_DIRECTORY=str(tmp_path)
    )

    def said(*command):
        return subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert said(installed / "python", "-m", "pip", "check") == "No broken requirements found.\n"
    assert settings["TALENTLMS_URL"] in said(installed / "talentlms-gateway", "check")
    command = [installed / "gunicorn", "app:app", "--bind", f"{HOST}:{port}"]
    with (tmp_path / "log").open("w") as log, subprocess.Popen(command, env=settings, cwd=copy, stderr=log) as process:
        try:
            assert answers(process, port), (tmp_path / "log").read_text()
        finally:
            process.terminate()
