"""The pictures of the documents are those that ``make screenshots`` takes."""

import re
import struct
import subprocess
import sys

import pytest

from docs.screenshots import IMAGES, SCENES, WIDTH
from tests.docs.documents import ROOT, every_document, shown, text_of
from tests.ports import free_ports

PICTURE = re.compile(r"!\[([^\]]*)\]\(((?:[\w.-]+/)*images/[\w-]+\.png)\)")


def pictures():
    """Return the documents that show each picture, and what they say of it."""
    found = {}
    for path in every_document():
        for says, target in PICTURE.findall(text_of(path)):
            found.setdefault((path.parent / target).resolve().name, []).append((shown(path), says))
    return found


def size_of(path):
    """Return width and height of a PNG (its specification, section 11.2.1)."""
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


def test_each_picture_is_taken_and_shown():
    taken = {f"{scene.name}.png" for scene in SCENES}

    assert {path.name for path in IMAGES.glob("*.png")} == taken
    assert set(pictures()) == taken


def test_each_picture_is_described():
    assert [name for name, places in pictures().items() if not all(len(says) > 10 for _, says in places)] == []


@pytest.mark.timeout(300)
def test_the_pictures_are_taken_of_the_running_demo(tmp_path):
    command = [sys.executable, "-m", "docs.screenshots", "--to", str(tmp_path), "--port", str(free_ports(4))]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {f"{scene.name}.png" for scene in SCENES}
    for path in tmp_path.iterdir():
        width, height = size_of(path)
        assert width <= WIDTH
        assert height >= 300
