"""What people read, by message id, in the language of the request.

The sentences stand in ``gateway/translations``, a gettext catalogue per language; ``make messages`` compiles them.
What a language lacks is said in English, and so is everything outside of a request.
"""

import gettext as catalogs
from collections.abc import Mapping

from flask_babel import gettext
from markupsafe import Markup

from gateway.languages import ENGLISH, TRANSLATIONS
from gateway.web import languages

_ENGLISH = catalogs.translation("messages", TRANSLATIONS, [ENGLISH])
_ADDRESSES = frozenset({"href", "reference"})
"""What is followed or copied, so that nothing may stand around it."""
_FIRST_STRONG_ISOLATE, _POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"


def text(message_id: str, **values: str | int) -> str:
    """Return a sentence, not yet escaped for HTML.

    Args:
        message_id: of the catalogue, such as ``page-not-found.title``.
        values: what stands for ``%(name)s`` in the sentence. Numbers are written as the language writes them. Among
            words that run from right to left, a text runs its own way (Unicode Bidirectional Algorithm, 2.4.2).
    """
    message = _message(message_id)
    return message % _written(values) if values else message


def html(message_id: str, **values: object) -> Markup:
    """Return a sentence for a template, which may hold markup; what stands for ``%(name)s`` in it is escaped."""
    return Markup(_message(message_id)) % _written(values)  # noqa: S704 - the catalogue is ours


def _message(message_id: str) -> str:
    found = gettext(message_id)
    return _ENGLISH.gettext(message_id) if found == message_id else found


def _written(values: Mapping[str, object]) -> dict[str, object]:
    isolated = languages.direction() == "rtl"
    return {name: _value(name, value, isolated=isolated) for name, value in values.items()}


def _value(name: str, value: object, *, isolated: bool) -> object:
    if isinstance(value, int):
        return languages.number(value)
    if isolated and isinstance(value, str) and not isinstance(value, Markup) and name not in _ADDRESSES:
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_DIRECTIONAL_ISOLATE}"
    return value
