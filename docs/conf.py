"""Sphinx's settings: the Markdown of this folder as a site, built by ``make site`` and ``make lint``.

The files read the same at a code host: nothing in them is of Sphinx alone. What the site needs besides is added here
while they are read.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).resolve().parent

project = "talentlms-gateway"
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["examples"]
highlight_language = "text"
myst_heading_anchors = 6
html_theme = "furo"
html_title = project
html_favicon = "../gateway/web/static/favicon.svg"
html_copy_source = False
html_show_copyright = False

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_DOCUMENT = re.compile(r"\]\(([\w/-]+)\.md(?:#[\w-]*)?\)")
_MARKDOWN_ABOVE = re.compile(r"\]\(((?:\.\./)+[\w./-]+\.md)(?:#[\w-]*)?\)")


def setup(app: Sphinx) -> None:
    """Have each file go through `as_the_site_reads` before it is parsed."""
    app.connect("source-read", as_the_site_reads)


def as_the_site_reads(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the text of a document by the one that becomes a page.

    Args:
        app: Sphinx itself.
        docname: the file's path below this folder, without its ending.
        source: the text, alone in a list (Sphinx's event ``source-read``).
    """
    text = with_downloads(source[0], (Path(app.srcdir) / docname).parent)
    source[0] = with_contents(text) if Path(docname).name in {"index", "README"} else text


def with_downloads(text: str, folder: Path) -> str:
    """Return the text with its links to Markdown that is no page of the site made links to the files themselves."""

    def link(found: re.Match[str]) -> str:
        is_page = (folder / found[1]).resolve().is_relative_to(HERE)
        return found[0] if is_page else f"](path:{found[1]})"

    return _MARKDOWN_ABOVE.sub(link, text)


def with_contents(text: str) -> str:
    """Return the text with the documents that each of its sections links to as a part of the table of contents."""
    listed: set[str] = set()
    parts = _SECTION.split(text)
    pages = [parts[0], *(f"## {heading}\n{body}" for heading, body in zip(parts[1::2], parts[2::2], strict=True))]
    for number, heading in enumerate(["", *parts[1::2]]):
        names = [name for name in dict.fromkeys(_DOCUMENT.findall(pages[number])) if name not in listed]
        listed.update(names)
        if names:
            caption = f":caption: {heading}\n" if heading else ""
            pages[number] += "\n```{toctree}\n:hidden:\n" + caption + "\n" + "\n".join(names) + "\n```\n\n"
    return "".join(pages)
