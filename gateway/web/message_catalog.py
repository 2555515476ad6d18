"""What people read, by message id.

The sentences stand in ``gateway/translations``, a gettext catalogue per language; ``make messages`` compiles them.
"""

import gettext
from pathlib import Path

from markupsafe import Markup

_ENGLISH = gettext.translation("messages", Path(__file__).parents[1] / "translations", ["en"])


def text(message_id: str, **values: str) -> str:
    """Return a sentence, not yet escaped for HTML.

    Args:
        message_id: of the catalogue, such as ``page-not-found.title``.
        values: what stands for ``%(name)s`` in the sentence.
    """
    message = _ENGLISH.gettext(message_id)
    return message % values if values else message


def html(message_id: str, **values: object) -> Markup:
    """Return a sentence for a template, which may hold markup; what stands for ``%(name)s`` in it is escaped."""
    return Markup(_ENGLISH.gettext(message_id)) % values  # noqa: S704 - the catalogue is ours
