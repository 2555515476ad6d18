"""The pages of docs/ as a site: every document is reached, and nothing is loaded from elsewhere."""

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from tests.docs.documents import DOCS, ROOT, every_document, prose, text_of
from tests.docs.test_links import links_of

INDEX = DOCS / "index.md"
LOADS = {
    ("audio", "src"),
    ("embed", "src"),
    ("iframe", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("input", "src"),
    ("link", "href"),
    ("object", "data"),
    ("script", "src"),
    ("source", "src"),
    ("source", "srcset"),
    ("use", "href"),
    ("video", "poster"),
    ("video", "src"),
}
"""Attributes by which a page loads something without being asked to."""
ELSEWHERE = re.compile(r"(?i)\s*(?:[a-z]+:)?//")


def documents():
    return {path for path in DOCS.rglob("*.md") if "examples" not in path.parts}


def reached(start):
    """Return the documents that somebody gets to who follows links from one of them."""
    found, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        linked = [(path.parent / target.partition("#")[0]).resolve() for target in links_of(path)]
        waiting += [one for one in linked if one in documents()]
    return found


def test_every_document_is_reached_from_the_index():
    assert documents() - reached(INDEX) == set()


def test_a_document_without_a_link_would_be_noticed():
    assert reached(DOCS / "upgrade-notes.md") < reached(INDEX)


class Loaded(HTMLParser):
    """What a page loads, and the text of its style elements."""

    def __init__(self, text):
        super().__init__()
        self.found, self.style, self._in_style = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._in_style = tag == "style"
        given = dict(attrs)
        is_loaded = tag != "link" or given.get("rel") not in {"canonical", "index", "search", "next", "prev"}
        self.found += [value for name, value in attrs if (tag, name) in LOADS and is_loaded]

    def handle_endtag(self, tag):
        self._in_style = False

    def handle_data(self, data):
        self.style += data if self._in_style else ""


def from_elsewhere(text):
    """Return what a page loads from other hosts."""
    page = Loaded(text)
    return [value for value in [*page.found, *styled(page.style)] if ELSEWHERE.match(value)]


def styled(text):
    """Return what a style sheet loads."""
    return re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of two documents, one of which is a section's index, with the settings of the whole one."""
    folder = tmp_path_factory.mktemp("site")
    source = folder / "docs"
    (source / "providers").mkdir(parents=True)
    (folder / "README.md").write_text("# Read me\n")
    favicon = "gateway/web/static/favicon.svg"
    (folder / favicon).parent.mkdir(parents=True)
    shutil.copy(ROOT / favicon, folder / favicon)
    shutil.copy(DOCS / "conf.py", source)
    shutil.copytree(DOCS / "images", source / "images")
    (source / "index.md").write_text(
        "# Top\n\n[read me](../README.md)\n\n## How to\n\n- [providers](providers/README.md), [page](page.md#there)\n"
    )
    (source / "page.md").write_text("# Page\n\n## There\n\n![picture](images/my-training.png) [up](index.md)\n")
    (source / "providers" / "README.md").write_text("# Providers\n\n[one](one.md), [page](../page.md)\n")
    (source / "providers" / "one.md").write_text("# One\n")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", source, folder / "site"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    return folder / "site"


def test_a_page_loads_nothing_from_elsewhere(site):
    pages = sorted(site.rglob("*.html"))

    assert {"index.html", "page.html", "search.html", "one.html"} <= {page.name for page in pages}
    assert {page.name: found for page in pages if (found := from_elsewhere(text_of(page)))} == {}
    assert all(len(Loaded(text_of(page)).found) > 3 for page in pages)


def test_the_style_sheets_load_nothing_from_elsewhere(site):
    sheets = sorted(site.rglob("*.css"))

    assert sheets
    assert {
        sheet.name: found for sheet in sheets if (found := [*filter(ELSEWHERE.match, styled(text_of(sheet)))])
    } == {}


def test_what_is_loaded_from_elsewhere_would_be_noticed():
    page = (
        '<link rel="stylesheet" href="//fonts.example/a.css"><script src="https://cdn.example/a.js"></script>'
        '<img src="a.png"><a href="https://acme.com">a</a><style>b { background: url("http://c.example/d.png") }</style>'
    )
    assert from_elsewhere(page) == ["//fonts.example/a.css", "https://cdn.example/a.js", "http://c.example/d.png"]


@pytest.mark.parametrize("path", sorted(documents()), ids=lambda path: path.stem)
def test_a_document_shows_no_picture_of_another_host_and_holds_no_html_that_loads(path):
    text = prose(text_of(path))

    assert re.findall(r"!\[[^\]]*\]\((?:https?:)?//[^)]*\)", text) == []
    assert from_elsewhere(re.sub(r"`[^`\n]*`", "", text)) == []


def test_the_contents_beside_each_page_follow_the_index(site):
    contents = text_of(site / "page.html").partition('class="sidebar-tree"')[2].partition("</aside>")[0]

    assert re.findall(r'class="caption-text">([^<]+)', contents) == ["How to"]
    assert re.findall(r'toctree-l(\d)[^"]*"><a class="[^"]*" href="([^"]*)"', contents) == [
        ("1", "providers/README.html"),
        ("2", "providers/one.html"),
        ("1", "#"),
    ]


def test_a_link_out_of_the_folder_leads_to_the_file_itself(site):
    [link] = re.findall(r'href="(_downloads/[^"]*/README\.md)"', text_of(site / "index.html"))

    assert text_of(site / link) == "# Read me\n"


def of_sphinx_alone(text):
    """Return the directives and roles of Sphinx, which a code host would show as they are written."""
    return re.findall(r"^ *(?:```|:::)\{.*$", text, re.MULTILINE) + re.findall(r"\{[a-z-]+\}`", prose(text))


def test_no_document_holds_what_sphinx_alone_reads():
    assert {str(path): found for path in every_document() if (found := of_sphinx_alone(text_of(path)))} == {}
    assert of_sphinx_alone("```{note}\nx\n```\n\n{ref}`there`\n") == ["```{note}", "{ref}`"]
