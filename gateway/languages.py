"""The languages that pages can be in: those that have a message catalogue in ``gateway/translations``."""

from pathlib import Path

TRANSLATIONS = Path(__file__).parent / "translations"
"""A folder per language, ``de/LC_MESSAGES/messages.mo``; a region is added by an underscore, as in ``pt_BR``."""
ENGLISH = "en"
"""What a message is taken from that a language lacks."""


def present(folder: Path = TRANSLATIONS) -> tuple[str, ...]:
    """Return the language tags (BCP 47) of the compiled catalogues in a folder: English, then by the alphabet."""
    tags = {file.parents[1].name.replace("_", "-") for file in folder.glob("*/LC_MESSAGES/messages.mo")}
    return (ENGLISH, *sorted(tags - {ENGLISH}))


PRESENT = present()
"""All there are."""
