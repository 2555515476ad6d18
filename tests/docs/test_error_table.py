"""The table of error codes in docs/operating.md is the one of the code.

Run as a module, ``.venv/bin/python -m tests.docs.test_error_table``, this writes the table anew.
"""

import pytest

from tests.docs.documents import DOCS, ROOT, text_of
from tests.docs.error_table import PAGES_OF_THEIR_OWN, REMEDIES, kinds, table

PAGE = DOCS / "operating.md"
BEGIN, END = "<!-- errors: begin -->\n", "<!-- errors: end -->"


def regenerated(text):
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n\n{END}{after}"


def test_the_page_lists_the_errors_as_they_are_declared():
    assert text_of(PAGE) == regenerated(text_of(PAGE)), (
        "docs/operating.md is behind; run: .venv/bin/python -m tests.docs.test_error_table"
    )


def test_every_code_has_a_remedy_and_every_remedy_a_code():
    assert set(REMEDIES) == {kind.code for kind in kinds()}


@pytest.mark.parametrize(("template", "heading"), PAGES_OF_THEIR_OWN.values())
def test_a_page_of_its_own_has_the_heading_that_the_table_tells(template, heading):
    assert f'<h1>{{{{ text("{heading}") }}}}</h1>' in text_of(ROOT / "gateway" / "web" / "templates" / template)


if __name__ == "__main__":
    PAGE.write_text(regenerated(text_of(PAGE)), encoding="utf-8")
