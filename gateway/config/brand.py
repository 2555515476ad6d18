"""The settings of the brand: whose pages they look like, and in which languages; `settings` says how one is added."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

from babel import Locale
from marshmallow import ValidationError

from gateway.colours import SEEN, Colour, colour, too_pale
from gateway.config.faults import CLOSE, Fault, shown
from gateway.config.fields import Several, Text
from gateway.config.files import unreadable
from gateway.config.group import Group
from gateway.config.rules import plain
from gateway.languages import PRESENT

LARGEST_LOGO = 64 * 1024
"""Bytes."""
LONGEST_NAME = 60
"""Characters."""
PNG = b"\x89PNG\r\n\x1a\n"
SVG_ROOT = "{http://www.w3.org/2000/svg}svg"
DARK_TOO = re.compile(rb"prefers-color-scheme\s*:\s*dark")


@dataclass(frozen=True)
class Logo:
    """The picture at the head of each page.

    Attributes:
        path: its file.
        media_type: PNG or SVG.
        content: the file's bytes, read at the start.
    """

    path: Path
    media_type: Literal["image/png", "image/svg+xml"]
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        return str(self.path)

    @property
    def is_for_dark_pages_too(self) -> bool:
        """Whether it looks different on dark pages by itself."""
        return DARK_TOO.search(self.content) is not None


@dataclass(frozen=True, kw_only=True)
class BrandSettings:
    """What the gateway's pages look like."""

    name: str | None = None
    logo_file: Logo | None = None
    colour: Colour | None = None
    languages: tuple[str, ...] = PRESENT


def name(text: str) -> str:
    """Return a name that fits the head of a page."""
    if len(text) > LONGEST_NAME or not text.isprintable() or not text.strip():
        raise ValidationError(f"is no name for a page; write 1 to {LONGEST_NAME} printable characters")
    return text.strip()


def accent(text: str) -> Colour:
    """Return a colour that can be seen on light pages and, a lighter shade of it, on dark ones."""
    found = colour(text)
    if found is None:
        raise ValidationError('is not a colour; write # and 3 or 6 hexadecimal digits, such as "#0d5c52"')
    better = too_pale(found)
    if better is not None:
        raise ValidationError(
            f"is too pale: on a light page it has less contrast than {SEEN:g}:1; write a darker one, such as {better}"
        )
    return found


def language(text: str) -> str:
    """Return the tag of a language that there is, as its folder spells it."""
    by_name = {tag.lower(): tag for tag in PRESENT}
    if text.lower() in by_name:
        return by_name[text.lower()]
    for tag in PRESENT:
        locale = Locale.parse(tag, sep="-")
        by_name |= {str(known).lower(): tag for known in (locale.english_name, locale.display_name)}
    primary = text.lower().replace("_", "-").partition("-")[0]
    near = get_close_matches(text.lower(), [*by_name], n=1, cutoff=CLOSE)
    meant = by_name.get(primary) or (by_name[near[0]] if near else "")
    remedy = f"did you mean {meant}?" if meant else f"there are {', '.join(PRESENT)}"
    raise ValidationError(f"is no language that pages can be in; {remedy}")


def logo(path: Path) -> Logo:
    """Return the logo in a file, PNG or SVG, of at most `LARGEST_LOGO` bytes."""
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST_LOGO + 1)
    except (OSError, ValueError) as error:
        raise unreadable(error) from None
    if len(content) > LARGEST_LOGO:
        raise ValidationError(f"is larger than {LARGEST_LOGO // 1024} KiB; make the picture smaller, or use SVG")
    if content.startswith(PNG):
        return Logo(path, "image/png", content)
    if _is_svg(content):
        return Logo(path, "image/svg+xml", content)
    raise ValidationError("is neither PNG nor SVG; save the picture as one of these")


class BrandTable(Group):
    """The table ``brand`` of the file."""

    becomes = BrandSettings

    name = Text(
        name,
        f"text of up to {LONGEST_NAME} characters",
        "What stands at the head of each page, in its title, and before the reference code in the subject of a mail to "
        "the help contact.",
        unset="“Training”, in the page's language",
    )
    logo_file = Text(
        plain,
        "path of a PNG or SVG file",
        f"The logo at the head of each page, in place of the name, which is read out instead; up to "
        f"{LARGEST_LOGO // 1024} KiB, read at the start. A relative path begins at the file's folder.",
        unset="the gateway's own",
    )
    colour = Text(
        accent,
        'colour such as `"#0d5c52"`',
        "The accent of buttons and links. On light pages it needs a contrast of 3:1 at least; lighter shades for dark "
        "pages, and shades for text with 4.5:1, are made of it.",
        unset="the gateway's own green",
    )
    languages = Several(
        Text(language, "language tag such as `de`"),
        "The languages that pages may be in. The visitor's browser chooses among them; the first is for those who "
        "understand none.",
        into=tuple,
        empty="name one at least, or remove the key",
        unset="all there are, English first",
    )


def brand(table: Mapping[str, Any], faults: list[Fault], folder: Path) -> dict[str, Any]:
    """Return the values of the table ``brand``, without those that are wrong.

    Args:
        table: what the file has.
        faults: what is wrong is added here.
        folder: where a relative path begins.
    """
    values = BrandTable(table="brand.").read(table, faults)
    if values.get("logo_file") is not None:
        try:
            values["logo_file"] = logo(folder / values["logo_file"])
        except ValidationError as error:
            faults += (Fault("brand.logo_file", f"{shown(values['logo_file'])} {says}") for says in error.messages)
            del values["logo_file"]
    return values


def _is_svg(content: bytes) -> bool:
    """Return whether it is XML whose root is SVG's; it is read to the end, so that no half a file is served."""
    try:
        return ET.parse(io.BytesIO(content)).getroot().tag == SVG_ROOT  # noqa: S314 - the operator's own file
    except (ET.ParseError, ValueError, LookupError):
        return False
