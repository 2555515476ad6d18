"""The colours of pages: what is made of one accent colour, and whether everybody can read it.

Contrast is that of WCAG 2.2: text has 4.5:1 to its ground (1.4.3), what only has to be seen has 3:1 (1.4.11).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

TEXT, SEEN = 4.5, 3.0
"""The least contrast of text, and of what has to be seen."""
LINEAR_BELOW = 0.04045
STEPS = 100
_WRITTEN = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in sRGB.

    Attributes:
        red, green, blue: 0 to 255.
    """

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Relative luminance, 0 for black to 1 for white (WCAG 2.2, *relative luminance*)."""
        red, green, blue = (_linear(part / 255) for part in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """Return this colour with a share of another, 0 to 1."""
        parts = zip((self.red, self.green, self.blue), (other.red, other.green, other.blue), strict=True)
        return Colour(*(round(own + (others - own) * share) for own, others in parts))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, *contrast ratio*)."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def colour(text: str) -> Colour | None:
    """Return the colour that is written as ``#0a5`` or ``#00aa55``; ``None`` for anything else."""
    if not _WRITTEN.fullmatch(text):
        return None
    digits = text[1:]
    if len(digits) == _SHORT:
        digits = "".join(digit * 2 for digit in digits)
    return Colour(*bytes.fromhex(digits))


BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)


@dataclass(frozen=True)
class Scheme:
    """What pages look like without an accent of their own, light or dark; ``gateway.css`` has the same.

    Attributes:
        paper: the ground of the page.
        surface: the ground of cards and lists.
        ink: what text is written in, the end towards which an accent is moved until it can be read.
        tint: how much of the accent is in the ground of what is chosen or pointed at, 0 to 1.
    """

    paper: Colour
    surface: Colour
    ink: Colour
    tint: float


LIGHT = Scheme(Colour(0xF5, 0xF4, 0xEF), WHITE, BLACK, 0.1)
DARK = Scheme(Colour(0x10, 0x16, 0x14), Colour(0x19, 0x21, 0x1F), WHITE, 0.14)


def too_pale(accent: Colour) -> Colour | None:
    """Return the nearest shade that is seen on light pages, where an accent is not; ``None`` where it is itself."""
    seen = _moved(accent, LIGHT.ink, lambda shade: contrast(shade, LIGHT.surface) >= SEEN)
    return None if seen == accent else seen


def palette(accent: Colour, scheme: Scheme) -> Mapping[str, Colour]:
    """Return the style sheet's variables that an accent changes, by their names.

    Buttons have the accent itself, in the dark as much lighter as it takes to be seen. Links, focus and what else is
    drawn in it have the nearest shade that can be read on every ground.

    Args:
        accent: such that ``too_pale`` has nothing better.
        scheme: light or dark.
    """
    tint = scheme.surface.mixed(accent, scheme.tint)
    grounds = (scheme.paper, scheme.surface, tint)
    fill = _moved(accent, scheme.ink, lambda shade: contrast(shade, scheme.surface) >= SEEN)
    on_fill = max(WHITE, BLACK, key=lambda ink: contrast(ink, fill))
    text = _moved(fill, scheme.ink, lambda shade: _least(shade, grounds) >= TEXT)
    return {
        "accent": text,
        "accent-strong": text.mixed(scheme.ink, 0.25),
        "fill": fill,
        "fill-strong": fill.mixed(BLACK if on_fill == WHITE else WHITE, 0.15),
        "on-fill": on_fill,
        "tint": tint,
    }


def _moved(start: Colour, end: Colour, is_enough: Callable[[Colour], bool]) -> Colour:
    """Return the first shade on the way from one colour to another that is enough; the other where none is."""
    shades = (start.mixed(end, step / STEPS) for step in range(STEPS + 1))
    return next(filter(is_enough, shades), end)


def _least(shade: Colour, grounds: Iterable[Colour]) -> float:
    return min(contrast(shade, ground) for ground in grounds)


def _linear(part: float) -> float:
    return part / 12.92 if part <= LINEAR_BELOW else float(((part + 0.055) / 1.055) ** 2.4)
