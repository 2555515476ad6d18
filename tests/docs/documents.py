"""The documents as the tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DEPLOY = ROOT / "deploy"
PROVIDERS = DOCS / "providers"
PUBLIC_URL = "https://training.acme.com"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def every_document():
    """Return all documents in Markdown, those of the packages included."""
    packages = [path for path in (ROOT / "sandbox").rglob("README.md") if "node_modules" not in path.parts]
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *packages])


def operators_documents():
    """Return the documents that speak of the gateway's own addresses."""
    return [ROOT / "README.md", *(path for path in sorted(DOCS.rglob("*.md")) if path.name != "talentlms-client.md")]


def text_of(path):
    return path.read_text(encoding="utf-8")


def fences(text, language):
    """Return the fenced blocks of a language."""
    return [block for named, block in _FENCE.findall(text) if named == language]


def prose(text):
    """Return the text without its fenced blocks."""
    return _FENCE.sub("", text)


def rows(text, head):
    """Return the cells of the table whose first column has this heading, without the two rows at its top."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {head} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return found
        found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def shown(path):
    return str(path.relative_to(ROOT))
