"""What the pages' head and style sheet have of the operator's own brand, and where browsers find it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.colours import DARK, LIGHT, Colour, palette
from gateway.config import BrandSettings

COLOURS = "/brand/colours.css"
LOGO = "/brand/logo"


@dataclass(frozen=True)
class Brand:
    """What a page shows.

    Attributes:
        name: the operator's; ``None`` for the gateway's own.
        colours: a style sheet, after the gateway's; ``None`` for the gateway's colours.
        logo: a picture; ``None`` for the gateway's own.
        logo_type: its media type; empty without one.
        is_logo_for_dark_pages_too: whether it needs no light ground on dark pages.
    """

    name: str | None = None
    colours: str | None = None
    logo: bytes | None = None
    logo_type: str = ""
    is_logo_for_dark_pages_too: bool = False

    @property
    def colours_href(self) -> str | None:
        """The style sheet's address, which changes with its content."""
        return None if self.colours is None else _versioned(COLOURS, self.colours.encode())

    @property
    def logo_href(self) -> str | None:
        """The picture's address, which changes with its content."""
        return None if self.logo is None else _versioned(LOGO, self.logo)


def brand_of(settings: BrandSettings) -> Brand:
    """Return what pages show for these settings."""
    logo = settings.logo_file
    return Brand(
        settings.name,
        _style_sheet(settings.colour) if settings.colour else None,
        logo.content if logo else None,
        logo.media_type if logo else "",
        logo is not None and logo.is_for_dark_pages_too,
    )


def version_of(content: bytes) -> str:
    """Return what tells a content from any other, 12 characters."""
    return hashlib.sha256(content).hexdigest()[:12]


def _versioned(path: str, content: bytes) -> str:
    return f"{path}?v={version_of(content)}"


def _style_sheet(accent: Colour) -> str:
    light, dark = (_variables(palette(accent, scheme)) for scheme in (LIGHT, DARK))
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{:root {{{dark}}}}}\n"


def _variables(colours: Mapping[str, Colour]) -> str:
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())
