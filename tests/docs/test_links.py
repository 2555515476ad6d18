"""Links between documents resolve, to headings and to images too."""

import re

import pytest

from tests.docs.documents import every_document, prose, shown, text_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def links_of(path):
    found = LINK.findall(prose(text_of(path)))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors_of(path):
    """Return the anchors of a document's headings, as code hosts make them."""
    headings = HEADING.findall(prose(text_of(path)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing(path, target):
    file, _, anchor = target.partition("#")
    there = (path.parent / file).resolve() if file else path
    if not there.exists():
        return f"{target}: no such file"
    if anchor and anchor not in anchors_of(there):
        return f"{target}: no such heading"
    return None


@pytest.mark.parametrize("path", every_document(), ids=shown)
def test_the_links_of_a_document_resolve(path):
    assert [fault for target in links_of(path) if (fault := missing(path, target))] == []


def test_a_link_into_nothing_would_be_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Here\n\n[a](#here) [b](#there) [c](nowhere.md) ![d](nowhere.png)\n")

    assert [missing(page, target) for target in links_of(page)] == [
        None,
        "#there: no such heading",
        "nowhere.md: no such file",
        "nowhere.png: no such file",
    ]
