"""What may be written down of a text that a stranger wrote: not all of it, and nothing that looks like a secret.

Every expression takes time in proportion to the length of the text, whatever it holds: no part of the text is run over
from many starting points. And each finds a secret whose end was cut off as surely as the whole, so that shortening a
text, which comes first, never uncovers one.
"""

import functools
import re
from typing import Any

TEXT_CHARACTERS = 300
"""How much is kept of one text, such as a path or a note."""
REDACTED = "[redacted]"

_CUT = "\N{HORIZONTAL ELLIPSIS}"
# Ends of lines and commands to a terminal (C1), and what makes a line read in another order than it is written in.
_CONTROLS = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_ASCII_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)} | {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}

_PARTS_OF_NAMES = (
    r"pass(?:word|wd)|secret|token|api_?key|login_?key|goto_?url|redirect_url|authorization|cookie|session_?id|"
    r"verifier|nonce|assertion|talentlms_gateway_"
)
_WHOLE_NAMES = r"code|state|key|link|sid"
_SECRET_NAMES = re.compile(rf"{_PARTS_OF_NAMES}|^(?:{_WHOLE_NAMES})$", re.IGNORECASE)

# Each behind what its finds cannot be without, in lower case: most texts have none of it, and that is soon seen.
_SECRET_PATTERNS = (
    (
        ("/index/",),
        re.compile(r"(/index/(?:autologin|gotocourse)/key:|/index/logout/token:)[^\s\"',}\\]+"),
        rf"\1{REDACTED}",
    ),
    (("/l/",), re.compile(r"/l/[A-Za-z0-9_-]+"), f"/l/{REDACTED}"),
    # people type codes with blanks in them
    (("redeem",), re.compile(r"(redeem(?:/|%2f)+)[^\"'&<>{}]+", re.IGNORECASE), rf"\1{REDACTED}"),
    (("eyj",), re.compile(r"\beyJ[A-Za-z0-9_.-]*"), REDACTED),
    (("basic", "bearer"), re.compile(r"\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE), rf"\1 {REDACTED}"),
    # where the text is cut inside an authority, it may be inside a password
    (("://",), re.compile(rf"://[^\s/\"'<>\\]*([@{_CUT}])"), rf"://{REDACTED}\1"),
    (
        ("=", '"', "'"),
        re.compile(
            rf"\b(?=\w*?(?:{_PARTS_OF_NAMES})|(?:{_WHOLE_NAMES})\b)(\w++)(=[\"']?|\"?: ?\"|'?: ?')[^&;\s\"']+",
            re.IGNORECASE,
        ),
        rf"\1\2{REDACTED}",
    ),
)


def shortened(text: str, characters: int = TEXT_CHARACTERS) -> str:
    """Return the text, or its beginning and an ellipsis: so many characters at most."""
    return text if len(text) <= characters else text[: characters - 1] + _CUT


def redacted(text: str) -> str:
    """Return the text with everything that looks like a secret replaced; for a text of any length, ``excerpt``."""
    folded = text.lower()
    for marks, pattern, replacement in _SECRET_PATTERNS:
        for mark in marks:
            if mark in folded:
                text = pattern.sub(replacement, text)
                break
    return text


def excerpt(text: str, characters: int = TEXT_CHARACTERS) -> str:
    """Return so many characters of a text at most, without what looks like a secret.

    The text is shortened before it is searched; a secret that is cut in two is redacted like a whole one.
    """
    return shortened(redacted(shortened(text, characters)), characters)


def safe(value: Any) -> Any:
    """Return a value for the log: redacted where its name says so, an excerpt of it where it is text."""
    if isinstance(value, str):
        return excerpt(value)
    if isinstance(value, dict):
        return {str(name): REDACTED if names_a_secret(str(name)) else safe(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [safe(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float) else excerpt(str(value))


@functools.lru_cache(maxsize=1024)
def names_a_secret(name: str) -> bool:
    """Return whether a field of this name holds a secret."""
    return bool(_SECRET_NAMES.search(name))


def visible(json: str) -> str:
    """Return a text of JSON with every character escaped that ends a line or steers a terminal, as JSON may have it."""
    return json.translate(_CONTROLS)


def one_line(text: str) -> str:
    """Return a text as one line of ASCII, whatever else it has escaped: for a log of plain text."""
    return text.translate(_ASCII_CONTROLS).encode("ascii", "backslashreplace").decode()
