"""docs/tutorial.md: every command of the first hour, in one shell, with a home folder that is new."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.docs.documents import DOCS, ROOT, fences, text_of
from tests.gateway.test_factory import OURS
from tests.journeys.visitor import title, visiting
from tests.patience import wait_until
from tests.ports import HOST, free_ports, listens

PAGE = DOCS / "tutorial.md"
SECONDS = 120
PORTS = ("8000", "8001", "8002", "9464")


def sections(text):
    """Return the fenced commands of each section by its heading, in order."""
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {heading: fences(body, "sh") for heading, body in zip(parts[::2], parts[1::2], strict=True)}


class Shell:
    """A shell that goes on from one block of commands to the next, and ends at the first that fails."""

    def __init__(self, folder, output):
        self._output = output
        own = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**own, "HOME": str(folder), "PATH": path, "NO_PROXY": HOST, "no_proxy": HOST}
        self._file = output.open("w")
        self._process = subprocess.Popen(
            ["bash", "-eu"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=self._file, stderr=self._file
        )

    def run(self, commands):
        """Run commands and return what they write."""
        before = len(text_of(self._output))
        mark = f"--- {time.monotonic_ns()}\n"
        self._process.stdin.write(f"{commands}\necho '{mark.strip()}'\n".encode())
        self._process.stdin.flush()
        end = time.monotonic() + SECONDS
        while mark not in (said := text_of(self._output)[before:]):
            assert self._process.poll() is None, f"{commands}\n{said}"
            assert time.monotonic() < end, f"{commands}\n{said}"
            time.sleep(0.05)
        return said.removesuffix(mark)

    def close(self, folder):
        """End what is left of it, the gateway and the sandbox included."""
        left = [*(folder / "first-hour").glob("*.pid")]
        subprocess.run(["kill", *(text_of(one).strip() for one in left)], check=False, capture_output=True)
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._file.close()


@pytest.fixture(scope="module")
def ports():
    """What stands in place of each port of the page."""
    first = free_ports(len(PORTS))
    return {written: str(first + number) for number, written in enumerate(PORTS)}


@pytest.fixture(scope="module")
def commands(ports):
    """The commands by section, at ports that are free; the environment is there already."""
    moved = re.sub(rf"\b({'|'.join(PORTS)})\b", lambda found: ports[found[1]], text_of(PAGE))
    found = sections(moved)
    assert found["Install"][0].splitlines()[:2] == ["make setup", ". .venv/bin/activate"]
    return found | {"Install": ["talentlms-gateway --version\n"]}


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    shell = Shell(folder, folder / "output")
    yield shell
    shell.close(folder)


@pytest.mark.timeout(300)
def test_the_first_hour(commands, shell, ports):
    gateway, talentlms = f"http://{HOST}:{ports['8000']}", f"http://{HOST}:{ports['8001']}"
    wanted = iter(commands)

    def run(heading):
        assert heading == next(wanted)
        return [shell.run(block) for block in commands[heading]]

    [version] = run("Install")
    assert re.fullmatch(r"talentlms-gateway, version [0-9.]+\n", version)
    assert run("Settings") == [""] * len(commands["Settings"])

    checked, mistaken = run("Check")
    assert checked.endswith("OK: the settings can be used.\n")
    assert f"{gateway}/callback/default" in checked
    [warning] = re.findall(r"^warning: (\w+)", checked, re.MULTILINE)
    assert warning == "GATEWAY_REDIS_URL"
    assert [mistaken] == fences(text_of(PAGE), "text")

    run("TalentLMS and the identity provider")
    [doctor] = run("Doctor")
    assert doctor.endswith("\n0 faults, 1 warning\n")
    assert {line[0] for line in doctor.partition("\n\n")[0].splitlines()[1:]} == {"✓", "!"}

    run("The first click")
    with visiting(gateway, "kim.lee") as kim:
        refused = kim.go("/go/course/data-protection")
        assert title(refused) == "You are not enrolled in this course"

        _, tried, _ = run("A rule")
        assert re.search(r"^rule +sales: ", tried, re.MULTILINE)
        assert re.search(r"^give +.*34", tried, re.MULTILINE)

        course = f"{talentlms}/learner/course/id:34"
        wait_until(lambda: kim.go("/go/course/data-protection").url == course, SECONDS)

    launched, entries, metrics = run("The log, the audit trail, the metrics")
    assert '"course_id": 34' in launched
    assert re.search(r"^\S+ +sign_in +success ", entries, re.MULTILINE)
    assert "kim@acme.example" in entries
    assert 'talentlms_gateway_clicks_total{outcome="reached"}' in metrics

    run("The end")
    assert next(wanted) == "And then"
    assert [listens(int(port)) for port in ports.values()] == [False] * len(ports)


def test_every_command_is_run():
    text = text_of(PAGE)

    assert sum(map(len, sections(text).values())) == len(fences(text, "sh")) > 10
    assert fences(text, "bash") == fences(text, "") == []
