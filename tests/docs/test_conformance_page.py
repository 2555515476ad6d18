"""docs/oidc-conformance.md says which test covers what, as the tests say it themselves.

Run as a module, ``.venv/bin/python -m tests.docs.test_conformance_page``, this writes the page anew.
"""

from functools import cache

from tests.docs.conformance_tests import NOT_PLAYED, PLAYED, REMARKS
from tests.docs.documents import DOCS, ROOT, text_of
from tests.docs.marked_tests import Marked
from tests.docs.security_statements import LEFT_OUT, LEFT_OUT_IN_PART, STATEMENTS

PAGE = DOCS / "oidc-conformance.md"
BEHIND = "docs/oidc-conformance.md is behind; run: .venv/bin/python -m tests.docs.test_conformance_page"
CASES = 12

INTRODUCTION = """# OpenID Connect: what is tested, and by what

The gateway is a relying party. This page lists what it holds to, and the tests that hold it to it. It is written from
marks at the tests themselves (`pytest.mark.statement`, `pytest.mark.conformance`); the command that writes it anew
stands in `tests/docs/test_conformance_page.py`.

Most tests meet `sandbox/idp`, a provider that misbehaves on request; what stands in brackets behind a test is what it
does then, [by name](../sandbox/idp/README.md). The journeys meet two providers of other makers. The gateway has not
been certified by the OpenID Foundation: the ids name tests of its suites whose situation is played here.
"""


@cache
def marked():
    return Marked()


def page():
    parts = [INTRODUCTION, "## Conformance tests\n", *_played(), _not_played(), "## Security statements\n", *_stated()]
    return "\n".join(parts)


def _played():
    for group, ids in PLAYED.items():
        yield f"### {group}\n"
        yield _table(("conformance test", "tests"), [(f"`{one}`", _tests("conformance", one)) for one in ids])


def _not_played():
    rows = [(reason, ", ".join(f"`{one}`" for one in ids)) for reason, ids in NOT_PLAYED.items()]
    return "### Not played\n\n" + _table(("why", "conformance tests"), rows)


def _stated():
    for group, statements in STATEMENTS.items():
        yield f"### {group}\n"
        rows = [
            (str(number), _limited(number, text), _tests("statement", number)) for number, text in statements.items()
        ]
        yield _table(("", "statement", "tests"), rows)


def _limited(number, text):
    """Return a statement with what is left out of it."""
    return f"{text}. *Left out: {LEFT_OUT_IN_PART[number]}*" if number in LEFT_OUT_IN_PART else text


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _tests(mark, covered):
    if mark == "statement" and covered in LEFT_OUT:
        return f"Left out. {LEFT_OUT[covered]}"
    files = marked().by[mark][covered].items()
    remark = [f"*{REMARKS[covered]}*"] if covered in REMARKS else []
    return "<br>".join([*remark, *(_of_a_file(path, tests) for path, tests in files)])


def _of_a_file(path, tests):
    place = path.relative_to(ROOT).as_posix()
    return f"[{path.stem}](../{place}): " + ", ".join(map(_named, tests.values()))


def _named(test):
    shown = ", ".join(test.cases[:CASES])
    more = f" and {len(test.cases) - CASES} more" if len(test.cases) > CASES else ""
    return f"`{test.name}`" + (f" ({shown}{more})" if shown else "")


def every_statement():
    return [number for statements in STATEMENTS.values() for number in statements]


def test_the_page_is_the_one_that_the_tests_make():
    assert text_of(PAGE) == page(), BEHIND


def test_every_statement_has_a_test_or_a_reason_why_it_has_none():
    assert every_statement() == list(range(1, 68))
    assert set(every_statement()) - set(LEFT_OUT) == set(marked().by["statement"])


def test_what_is_left_out_of_a_statement_stands_on_the_page_and_the_rest_is_tested():
    assert set(LEFT_OUT_IN_PART) <= set(marked().by["statement"])
    for reason in LEFT_OUT_IN_PART.values():
        assert f"*Left out: {reason}*" in page()


def test_every_conformance_test_is_played_or_there_is_a_reason_why_not():
    played = [one for ids in PLAYED.values() for one in ids]
    left_out = [one for ids in NOT_PLAYED.values() for one in ids]
    assert len({*played, *left_out}) == len([*played, *left_out])
    assert set(played) == set(marked().by["conformance"])
    assert set(REMARKS) <= set(played)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
