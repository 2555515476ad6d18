"""How TalentLMS writes arguments: ``/action/key:value,key:value`` for GET, a form body for POST.

Values in a path are not URL-encoded by the vendor's own library: ``@`` has to stand literally (``%40`` answers
404), and what ``+``, ``,`` and ``:`` would do there is unknown. So a path carries only what is certain, and
everything else is refused before the call. A form body carries any text.
"""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias
from urllib.parse import quote, urlencode

from gateway.errors import Unwritable
from gateway.talentlms.vocabulary import checked
from schemas.written_date import DateFormat, as_written

Argument: TypeAlias = str | int | Decimal | date | Iterable[str] | Mapping[int, str | bool] | None
"""What a caller may pass for one parameter; ``None`` leaves it out."""

NEVER = "never"
"""The value of ``deactivation_date`` that takes the date away, which on the wire is an empty text."""

RedirectSpelling: TypeAlias = Literal["base64", "plain"]

_ENCODED = frozenset({"logout_redirect", "course_completed_redirect", "redirect_url", "domain_url"})
_DAYS = frozenset({"deactivation_date"})
_YES_NO = frozenset({"permanent", "remove_certification"})
_CERTAIN_IN_A_PATH = re.compile(r"[^\x00-\x1f\x7f,:+/\\?#%&]+")
_LITERAL_IN_A_PATH = "@=;!$'()*"


@dataclass(frozen=True)
class Dialect:
    """What is known of one domain's way of writing, where domains differ.

    Attributes:
        userlogin_redirect: ``base64``, as the API document has it, or ``plain``, as the vendor's own library sends
            ``logout_redirect`` to ``userlogin``.
        date_format: the domain's, from ``site.info().date_format``, or what asks for it; ``None`` while nobody has
            asked.
    """

    userlogin_redirect: RedirectSpelling = "base64"
    date_format: DateFormat | Callable[[], DateFormat] | None = None

    def encodes(self, action: str, parameter: str) -> bool:
        """Return whether a parameter's value is sent as base64."""
        if (action, parameter) == ("userlogin", "logout_redirect"):
            return self.userlogin_redirect == "base64"
        return parameter in _ENCODED


def written(action: str, arguments: Mapping[str, Argument], dialect: Dialect) -> dict[str, str]:
    """Write arguments as TalentLMS names and spells them.

    Args:
        action: the operation that they are for.
        arguments: by the document's parameter names. ``None``, empty text and empty lists are left out.
            ``custom_fields`` is a mapping from the field's number to its value and becomes ``custom_field_N``; an
            empty value empties the field. Booleans become ``on``/``off``, or ``yes``/``no`` where the document says
            so; lists are joined with ``;``; a ``date`` is written in the domain's format, a ``datetime`` as epoch
            seconds; redirect addresses become base64 (standard alphabet, padded).
        dialect: what is known of the domain.

    Returns:
        Names and texts, in the order given.

    Raises:
        Unwritable: a value that cannot be written, or a word that TalentLMS does not know.
    """
    texts: dict[str, str] = {}
    for name, value in arguments.items():
        if name == "custom_fields":
            texts |= _custom_fields(value)
        elif name in _DAYS:
            texts |= _day(name, value, dialect)
        elif (text := _text(name, value)) != "":
            texts[name] = _base64(name, text) if dialect.encodes(action, name) else text
    return texts


def _custom_fields(values: Argument) -> Iterator[tuple[str, str]]:
    if values is None:
        return
    if not isinstance(values, Mapping):
        raise Unwritable("custom_fields: a mapping from the field's number to its value is wanted")
    for number, value in values.items():
        if type(number) is not int or number < 1:
            raise Unwritable("custom_fields: a field is named by its number, from 1 on")
        yield f"custom_field_{number}", _text("", value)


def _day(name: str, value: Argument, dialect: Dialect) -> Iterator[tuple[str, str]]:
    if value == NEVER:
        yield name, ""
    elif isinstance(value, date):
        if dialect.date_format is None:  # a guess could mean another day
            raise Unwritable(f"{name}: the client was not told the domain's date_format, see site.info()")
        date_format = dialect.date_format() if callable(dialect.date_format) else dialect.date_format
        yield name, as_written(value, date_format)
    elif value is not None:
        raise Unwritable(f"{name}: a date is wanted, or {NEVER!r}")


def _text(name: str, value: Argument) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return checked(name, value)
    if isinstance(value, bool):
        return ("no", "yes")[value] if name in _YES_NO else ("off", "on")[value]
    if isinstance(value, int | Decimal | date):
        return _figure(name, value)
    if isinstance(value, Iterable):
        return ";".join(_list_item(name, checked(name, str(item))) for item in value)
    raise Unwritable(f"{name}: {type(value).__name__} is not a kind of value that TalentLMS takes")


def _figure(name: str, value: int | Decimal | date) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        return str(int(value.timestamp()))
    raise Unwritable(f"{name}: a finite number or a point in time with its time zone is wanted")


def _list_item(name: str, item: str) -> str:
    if ";" in item:
        raise Unwritable(f"{name}: an entry of a ;-list cannot hold a semicolon")
    return item


def _base64(name: str, text: str) -> str:
    try:
        return base64.b64encode(text.encode()).decode()
    except UnicodeEncodeError:
        raise Unwritable(f"{name}: not valid text") from None


def path(action: str, texts: Mapping[str, str]) -> str:
    """Return the path of a GET operation below ``/api/v1/``.

    Args:
        action: the operation's name, such as ``gotocourse``.
        texts: what ``written`` answered.

    Returns:
        Such as ``gotocourse/user_id:7,course_id:12``; the action alone where there are no arguments.

    Raises:
        Unwritable: a value holds a character of which it is not certain that it would arrive unchanged.
    """
    if not texts:
        return action
    return action + "/" + ",".join(f"{name}:{_path_value(name, value)}" for name, value in texts.items())


def _path_value(name: str, value: str) -> str:
    if not (_CERTAIN_IN_A_PATH.fullmatch(value) and value.isprintable()):  # a lone surrogate is not printable
        raise Unwritable(f"{name}: a path carries no , : + / \\ ? # % & and no control characters, in base64 neither")
    return quote(value, safe=_LITERAL_IN_A_PATH)


def fits_a_path(value: str) -> bool:
    """Return whether a path carries the value just as it is; where it does not, a look-up goes by POST."""
    return value.isascii() and quote(value, safe=_LITERAL_IN_A_PATH) == value


def form(texts: Mapping[str, str]) -> bytes:
    """Return the body of a POST operation, ``application/x-www-form-urlencoded`` in UTF-8.

    Args:
        texts: what ``written`` answered.

    Raises:
        Unwritable: a value that is not valid text (a lone surrogate) or holds a NUL character.
    """
    if any("\0" in value for value in texts.values()):
        raise Unwritable("a value holds a NUL character")
    try:
        return urlencode(texts).encode()
    except UnicodeEncodeError:
        raise Unwritable("a value is not valid text") from None
