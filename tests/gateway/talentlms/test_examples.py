"""The programs in the docs, run as their readers run them, against the sandbox."""

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import API_KEY
from tests.gateway.talentlms.table import DOCUMENT

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "examples"

BRANCH_REPORT = """\
Branch: emea
  Number of users: 1
  Number of courses: 1
  Course: Intro to the academy
    Number of assigned users: 1
    Number of completed users: 1
    Number of learners: 1
    Number of instructors: 0
Branch: partners
  Number of users: 1
  Number of courses: 0
"""

PRINTED = {
    "domain_summary": "My domain consists of 9 users, 5 courses, 3 categories, 2 groups and 2 branches.\n",
    "users_of_each_branch": "Users of branch emea:\n  R. Park\nUsers of branch partners:\n  T. Baker\n",
    "most_completed_courses": "Users who have completed the most courses: Robin Park\n",
    "branch_report": BRANCH_REPORT,
    "activate_everybody": "activated felix\n",
}


@pytest.fixture
def run(url, monkeypatch, capsys):
    """Run an example in this process, with the sandbox in its environment, and return what it printed."""
    monkeypatch.setenv("TALENTLMS_URL", url)
    monkeypatch.setenv("TALENTLMS_API_KEY", API_KEY)

    def ran(example, *arguments):
        monkeypatch.setattr(sys, "argv", [example, *arguments])
        runpy.run_module(f"docs.examples.{example}", run_name="__main__")
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return ran


def test_each_example_is_run():
    of_handoffs = {"handoff"}  # tests/docs/test_handoff_examples.py
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PRINTED) | of_handoffs


@pytest.mark.parametrize(("example", "printed"), PRINTED.items())
def test_an_example_prints_what_the_sandbox_holds(example, printed, run):
    assert run(example) == printed


def test_the_report_names_the_users_when_asked(run):
    assert re.search(
        r"^      R\. Park - learner, completed on \d{4}-\d\d-\d\d$",
        run("branch_report", "--users"),
        re.MULTILINE,
    )


def test_everybody_is_active_afterwards(run, lms):
    run("activate_everybody")
    assert all(user.active for user in lms.users.each())


def test_the_code_at_the_top_of_the_docs_runs_and_keeps_the_link_to_itself(url):
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    environment = {**os.environ, "TALENTLMS_URL": url, "TALENTLMS_API_KEY": API_KEY, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert any(line.startswith("Intro to the academy 100 ") for line in lines)
    assert lines[-1] == "Link(…)"
