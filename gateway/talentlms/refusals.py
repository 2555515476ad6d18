"""What TalentLMS's error messages mean: a text and a status code in, one of our errors out.

Codes per message are mostly unknown, so the text decides first; a text that is not known falls to the right
class by its code. (API document, *Errors*.)
"""

import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeAlias

from gateway import errors
from gateway.errors import TalentLMSError
from gateway.redaction import excerpt

THROTTLED_SECONDS = 5
"""When to come back after a throttled answer that does not say, in seconds: the short window's length."""

_NOTE_CHARACTERS = 200
_RATE_LIKE = re.compile(r"rate.?limit|too many (requests|calls)|request limit|throttl", re.IGNORECASE)

_BY_MESSAGE: tuple[tuple[re.Pattern[str], type[TalentLMSError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        # A message may quote what was sent, so each pattern holds on to an end of the sentence that is TalentLMS's own.
        (r"is not a valid email\W*$", errors.InvalidRequest),
        (r"^invalid arguments provided", errors.InvalidRequest),
        (r"^the requested api action does not exist", errors.InvalidRequest),
        (r"^invalid api key", errors.Unauthorized),
        (r"^your login or password is incorrect", errors.WrongPassword),
        (r"^your account is inactive", errors.AccountInactive),
        (r"^password is not strong enough", errors.WeakPassword),
        (r"^the requested user does not exist", errors.UserNotFound),
        (r"^the requested user is no longer available", errors.Gone),
        (r"^the requested course does not exist", errors.CourseNotFound),
        (r"^the requested category does not exist", errors.CategoryNotFound),
        (r"^the requested group does not exist|^there is no group with such key", errors.GroupNotFound),
        (r"^the requested branch does not exist", errors.BranchNotFound),
        (r"^the requested (unit|test|survey|ilt[\w ]*) does not exist", errors.UnitNotFound),
        (r"^user does not have a progress registered", errors.UnitNotFound),
        (r"already enrolled in this course\W*$|is already a member of this \w+\W*$", errors.AlreadyMember),
        (r"not enrolled in this course\W*$", errors.NotEnrolled),
        (r"not a member of this \w+\W*$", errors.NotAMember),
        (r"already exists\W*$", errors.Conflict),
        (r"is not (currently )?(signed in|logged in|online)\W*$", errors.NotOnline),
        (_RATE_LIKE.pattern, errors.Throttled),
    )
)

Meanings: TypeAlias = Sequence[tuple[re.Pattern[str], type[TalentLMSError]]]
"""What the messages of one operation mean beside the known ones; none of them is documented, so their words decide."""


def _words(*groups: str, without: str = "") -> re.Pattern[str]:
    """Return what finds a text that has a word of each group, and none of those it has to be without."""
    absent = rf"(?!.*\b(?:{without})\b)" if without else ""
    return re.compile("^" + absent + "".join(rf"(?=.*\b(?:{group})\b)" for group in groups), re.IGNORECASE | re.DOTALL)


_CUSTOM_FIELD = r"custom[ _-]?field\w*"
_LEFT_OUT = r"mandatory|required?|requires|missing|empty|blank|fill(?:ed)?|provided?"
_LOGIN = r"e-?mail|logins?|user[ _-]?names?"
_LOCALE = r"languages?|time[ _-]?zones?"
_NAME = r"(?:first|last)[ _-]?names?"
_OPTION = r"user[ _-]?types?|(?:user|branch|group)_id|bio|credits|deactivation\w*|restrict_email"

_NO_SEAT = _words(
    r"users?|seats?|licen[cs]es?|accounts?|learners?|members?|plan|subscription",
    r"limits?|maximum|max|quota|capacity|exceed(?:s|ed|ing)?|reached|upgrade|exhausted|used up|in use|full|not enough|"
    r"no (?:more|free|available)|no \w+ (?:(?:is|are) )?(?:left|available)|more (?:users|seats|licen[cs]es|accounts)",
    without=rf"api|length|long|characters?|password|branch|group|{_LOCALE}",
)
_FIELD_LEFT_OUT = _words(_CUSTOM_FIELD, _LEFT_OUT)
_PASSWORD = _words(r"passwords?", without=_CUSTOM_FIELD)
_TAKEN = _words(
    rf"{_LOGIN}|address",
    r"unique|taken|in use|used by|belongs to|duplicated?|(?:already|been) (?:used|registered|assigned|exists)",
    without=_CUSTOM_FIELD,
)
_SOME_FIELD_LEFT_OUT = _words(r"fields?", _LEFT_OUT, without=rf"{_LOGIN}|{_NAME}|{_LOCALE}|{_OPTION}")
_NAMES_DETAIL = _words(rf"{_LOGIN}|{_NAME}", without=_CUSTOM_FIELD)
_NO_COUPON = _words(r"coupons?|vouchers?|promo(?:tion(?:al)?)?|discounts?")
_NO_SALE = _words(r"payments?|e-?commerce|paypal|stripe|(?:for|on) sale|purchas(?:e|ed|able)|has no courses")

ON_CHANGE: Meanings = (
    (_FIELD_LEFT_OUT, errors.FieldRequired),
    (_PASSWORD, errors.WeakPassword),
    (_TAKEN, errors.Conflict),
    (_SOME_FIELD_LEFT_OUT, errors.FieldRequired),
)
ON_ACTIVATION: Meanings = ((_NO_SEAT, errors.SeatsUsedUp),)
ON_SIGN_UP: Meanings = (*ON_CHANGE, *ON_ACTIVATION)
ON_PURCHASE: Meanings = ((_NO_COUPON, errors.CouponRefused), (_NO_SALE, errors.NotForSale))

_SEARCHED_CHARACTERS = 1000
_BY_STATUS: dict[int, type[TalentLMSError]] = {
    HTTPStatus.UNAUTHORIZED: errors.Unauthorized,
    HTTPStatus.FORBIDDEN: errors.Forbidden,
    HTTPStatus.TOO_MANY_REQUESTS: errors.Throttled,
}


def refusal(
    status: int,
    body: bytes,
    missing: type[errors.NotFound],
    retry_after: int | None,
    meanings: Meanings = (),
) -> TalentLMSError:
    """Return the error that an answer stands for.

    Args:
        status: the HTTP status code; 200 where the body is an error all the same.
        body: the answer's body.
        missing: what a 404 means whose message is not known but says "does not exist".
        retry_after: seconds, as the answer's header said.
        meanings: of the operation's own messages.

    Returns:
        An error of the tree, its note TalentLMS's own message, shortened and without secrets.
    """
    message = _message(body)
    kind = _wordless(status, body) if message is None else _kind(status, message, missing, meanings)
    note = f"{status} without an error message" if message is None else f"{status}: {_quoted(message)}"
    if kind is errors.Throttled:
        return errors.Throttled(note, retry_after=retry_after or THROTTLED_SECONDS)
    if kind is errors.InvalidRequest:
        return errors.InvalidRequest(note, names_detail=_NAMES_DETAIL.search(note) is not None)
    return kind(note)


def _message(body: bytes) -> str | None:
    """Return the sentence in ``{"error": {"message": …}}``, ``None`` where there is no such thing."""
    try:
        message = json.loads(body)["error"]["message"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return message if isinstance(message, str) else None


def _quoted(message: str) -> str:
    return excerpt(message, _NOTE_CHARACTERS)


def _wordless(status: int, body: bytes) -> type[TalentLMSError]:
    """Read an answer without a message by its code; a 404 never means "does not exist"."""
    if status == HTTPStatus.FORBIDDEN and _RATE_LIKE.search(body.decode(errors="replace")):
        return errors.Throttled
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.Unavailable
    return _BY_STATUS.get(status, errors.Misunderstood)


def _kind(status: int, message: str, missing: type[errors.NotFound], meanings: Meanings) -> type[TalentLMSError]:
    for pattern, kind in _BY_MESSAGE:
        if pattern.search(message):
            return kind
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        for pattern, kind in meanings:
            if pattern.search(message[:_SEARCHED_CHARACTERS]):
                return kind
    if status == HTTPStatus.NOT_FOUND:
        # whatever else a 404 says, "Domain not found" for one, never makes anybody sign a person up again
        return missing if "not exist" in message else errors.NotFound
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.Unavailable
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return errors.InvalidRequest if status >= HTTPStatus.BAD_REQUEST else errors.Misunderstood
