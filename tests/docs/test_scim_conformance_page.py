"""docs/scim-conformance.md says which test covers what provisioners rely on, by the numbers that the tests carry.

Run as a module, ``.venv/bin/python -m tests.docs.test_scim_conformance_page``, this writes the page anew.
"""

from functools import cache

import pytest

from tests.docs.documents import DOCS, ROOT, rows, text_of
from tests.docs.numbered_tests import in_docstring, in_name, numbered_tests
from tests.docs.scim_statements import LEFT_OUT, LEFT_OUT_IN_PART, STATEMENTS

PAGE = DOCS / "scim-conformance.md"
BEHIND = "docs/scim-conformance.md is behind; run: .venv/bin/python -m tests.docs.test_scim_conformance_page"

INTRODUCTION = """# SCIM: what is tested, and by what

The gateway is a service provider: identity providers push people and groups to it. This page lists what their
provisioners rely on, and the tests that hold the gateway to it. It is written from the numbers that the tests carry in
their names and docstrings; the command that writes it anew stands in `tests/docs/test_scim_conformance_page.py`.

Whole sequences of requests, as the provisioners of Okta, Entra ID, OneLogin and JumpCloud send them, are in
[test_scim_provisioners](../tests/gateway/web/test_scim_provisioners.py); what nobody should send, is in
[test_scim_hostile](../tests/gateway/web/test_scim_hostile.py). `scim2-tester`, an independent test client, reports no
error: [test_scim_tester](../tests/gateway/web/test_scim_tester.py).
"""


@cache
def carried():
    return numbered_tests()


def page():
    return "\n".join([INTRODUCTION, *_stated()])


def _stated():
    for group, statements in STATEMENTS.items():
        yield f"## {group}\n"
        lines = [("", "statement", "needed by", "tests"), ["---"] * 4]
        lines += [(number, _limited(number, text), whom, _tests(number)) for number, (text, whom) in statements.items()]
        yield "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _limited(number, text):
    return f"{text}. *Left out: {LEFT_OUT_IN_PART[number]}*" if number in LEFT_OUT_IN_PART else text


def _tests(number):
    if number in LEFT_OUT:
        return f"Does not apply. {LEFT_OUT[number]}"
    return "<br>".join(
        f"[{path.stem}](../{path.relative_to(ROOT).as_posix()}): " + ", ".join(f"`{name}`" for name in names)
        for path, names in carried()[number].items()
    )


def every_number():
    return [number for statements in STATEMENTS.values() for number in statements]


def test_the_page_is_the_one_that_the_tests_make():
    assert text_of(PAGE) == page(), BEHIND


def test_every_statement_has_a_test_or_a_reason_why_it_has_none():
    assert len(every_number()) == len(set(every_number()))
    assert set(every_number()) - set(LEFT_OUT) == set(carried())


def test_what_is_left_out_in_part_is_tested_in_the_rest():
    assert set(LEFT_OUT_IN_PART) <= set(carried())


def test_every_group_is_numbered_without_a_gap():
    for group, statements in STATEMENTS.items():
        letter = "R" if group.startswith("J") else group[0]
        assert list(statements) == [f"{letter}{number}" for number in range(1, len(statements) + 1)]


def test_k4_the_set_up_of_entra_tells_to_map_the_id_that_sign_ins_know():
    [entra] = [row for row in rows(text_of(DOCS / "scim.md"), "provider") if row[0].startswith("Entra")]
    assert "`objectId` → `externalId`" in entra[3]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("test_a2_a3_kinds", ["A2", "A3"]),
        ("test_e1_to_e4_there_and_back", ["E1", "E2", "E3", "E4"]),
        ("test_okta_r12_x", ["R12"]),
        ("test_a_body_to_b", []),
    ],
)
def test_numbers_are_read_from_names(name, numbers):
    assert sorted(set(in_name(name))) == numbers


def test_numbers_are_read_from_docstrings():
    assert [*in_docstring("What it shows.\n\nStatements: C1, R10. And D5 besides.")] == ["C1", "R10"]
    assert [*in_docstring("D14: also where E5 is.")] == ["D14"]
    assert [*in_docstring("Of D14 nothing.")] == []


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
