"""The page that says what is wrong and where: it has every setting and every code that the tables of mistakes have."""

import re

import pytest

from tests.docs.documents import ROOT
from tests.gateway.config import test_mistakes as of_check
from tests.gateway.flows import test_mistakes as of_doctor
from tests.gateway.web import test_mistakes as of_log

PAGE = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## What is wrong, and where it is said\n")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in SECTION.splitlines() if row.startswith("| ")][
    1:
]


def settings_of(table):
    return {name for _, name, _ in table.values()}


def general(setting):
    """Return a setting as the page calls it: a key of the file without what is special about one file."""
    named = re.match(r"[A-Z_]+$|slugs|identity_providers|mapping\.\w+|talentlms\.\w+", setting)
    return named[0] if named else setting


@pytest.mark.parametrize(
    ("setting", "command"),
    [
        *((name, "`check`") for name in sorted(settings_of(of_check.VARIABLES) | settings_of(of_check.FILE))),
        *((trouble[0], "`doctor`") for _, trouble, _ in of_doctor.MISTAKES.values()),
    ],
)
def test_a_setting_that_check_or_the_doctor_names_stands_in_a_row_that_says_so(setting, command):
    if setting not in {"GATEWAY_RATE_LIMIT", "talentlms.learner_type"}:  # names that are misspelt on purpose
        assert any(f"`{general(setting)}`" in row[1] and command in row[2] for row in ROWS), setting


@pytest.mark.parametrize("code", sorted({mistake.page[1] for mistake in of_log.MISTAKES.values()} | {"coupon-refused"}))
def test_a_code_that_the_log_names_stands_in_a_row_that_says_so(code):
    assert any("log" in row[2] and f"`{code}`" in row[2] for row in ROWS), code
