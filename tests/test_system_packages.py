"""``tests/system_packages.sh`` says exactly what is missing, and never goes on without it."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("system_packages.sh")
OTHERS = dict.fromkeys(("tinyproxy", "nginx", "haproxy", "php", "systemd-analyze"), "")


@pytest.fixture
def run(tmp_path):
    """Run the script on a machine that has these programs and no package manager."""

    def on(**programs):
        for name, text in programs.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        for name in ("dirname", "cat"):
            (tmp_path / name).symlink_to(shutil.which(name))
        return subprocess.run(
            ["/bin/sh", SCRIPT], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
        )

    return on


def test_what_is_missing_is_named_where_nothing_can_be_installed(run):
    ended = run(node="", npm="", **OTHERS)

    assert ended.returncode == 1
    assert "this machine lacks: redis-server postgresql chromium." in ended.stderr


def test_an_old_node_is_told_with_its_version_and_what_to_install_instead(run, tmp_path):
    present = dict.fromkeys(("redis-server", "pg_ctlcluster", "chromium", "npm"), "")
    ended = run(**OTHERS, **present, node='[ "$1" = --version ] && echo v18.19.0; exit 1')

    assert ended.returncode == 1
    assert f"The tests need Node.js 20 or newer, and {tmp_path / 'node'} is v18.19.0." in ended.stderr
    assert "the packages nodejs and npm" in ended.stderr
