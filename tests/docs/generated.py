"""Tables that are made of the code, between two remarks of a page."""

from tests.docs.documents import text_of


def with_table(page, name, table):
    """Return the text of a page with a table in the place of the one that it has.

    Args:
        page: the page's path.
        name: what the remarks around the table call it.
        table: the table in Markdown.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, found, rest = text_of(page).partition(begin)
    assert found, f"{page.name} has no place for {name}"
    return f"{before}{begin}\n{table}\n\n{end}{rest.partition(end)[2]}"
