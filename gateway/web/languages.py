"""In which language a page is: of those on offer the one that the visitor's browser asks for first."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from gateway.languages import ENGLISH, PRESENT, TRANSLATIONS

LONGEST = 500
"""Characters of ``Accept-Language`` that are read; browsers send fewer than 200."""
_LOCALES = {ENGLISH: "en_GB"}
"""As what a language's dates and numbers are written where its tag names no region: the English ones are British."""
_CURRENCY = re.compile(r"[^\W\d_]{1,4}|[^\w\s]{1,2}|[^\W\d_]{1,2}[^\w\s]")
"""``USD``, ``zł``, ``$``, ``A$``."""
_NO_CURRENCY = "XXX"
"""The code of ISO 4217 for none, which is written as ``¤``."""
_TAGS = {locale: tag for tag, locale in _LOCALES.items()}


@dataclass(frozen=True)
class Languages:
    """The languages on offer.

    Attributes:
        offered: their tags (BCP 47), at least one; the first is for those who understand none of them.
    """

    offered: tuple[str, ...] = PRESENT

    def best(self, accept_language: str) -> str:
        """Return the tag of the language for a visitor.

        Args:
            accept_language: the header of that name (RFC 9110, 12.5.4), empty for none. Equal weights count in the
                order in which they stand there; beyond ``LONGEST`` characters nothing is read.
        """
        if len(accept_language) > LONGEST:
            accept_language = accept_language[:LONGEST].rpartition(",")[0]
        weighted = parse_accept_header(accept_language, LanguageAccept)
        asked = [self.offered[0] if tag == "*" else tag for tag, quality in weighted if quality > 0]
        found = (negotiate_locale(asked, self.offered, sep="-") or self.offered[0]).lower()
        return next(tag for tag in self.offered if tag.lower() == found)


def install(app: Flask, languages: Languages, folder: Path = TRANSLATIONS) -> None:
    """Let each page be in its visitor's language.

    Args:
        app: the application.
        languages: those on offer.
        folder: where their catalogues are.
    """

    def chosen() -> str:
        header = request.headers.get("Accept-Language", "") if has_request_context() else ""
        return _locale(languages.best(header))

    Babel(
        app,
        configure_jinja=False,
        default_locale=_locale(ENGLISH),
        default_translation_directories=str(folder),
        locale_selector=chosen,
    )


@contextmanager
def in_english() -> Iterator[None]:
    """Say everything in English, whoever asks: for programs, and for people who write them."""
    with force_locale(_locale(ENGLISH)):
        yield


def language() -> str:
    """Return the tag of the language that is spoken at present; outside of a request that is English."""
    locale = str(_current())
    return _TAGS.get(locale, locale.replace("_", "-"))


def direction() -> str:
    """Return where its lines run: ``ltr``, from left to right, or ``rtl``."""
    return _current().text_direction


def day(moment: date) -> str:
    """Return a day as the language writes it, such as ``3 March 2026``; a moment's day is that of its time zone."""
    return format_date(moment, "long", locale=_current())


def number(value: Decimal | int) -> str:
    """Return a number as the language writes it, such as ``1,250``."""
    return format_decimal(value, locale=_current())


def price(text: str, symbol: str, amount: Decimal | None) -> str:
    """Return a price as the language writes it, such as ``1.250,00 $``.

    Args:
        text: the price as TalentLMS writes it; it stays so where it is more than an amount of a currency.
        symbol: the currency's sign or code; it is never replaced by another, since several currencies share one.
        amount: how much; ``None`` if that is not known.
    """
    if amount is None or not _CURRENCY.fullmatch(symbol):
        return text
    locale = _current()
    decimals = max(0, -int(amount.as_tuple().exponent))
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * decimals}" if decimals else "0")
    if symbol.isalpha():
        pattern = pattern.replace("¤#", "¤\u00a0#")
    written = format_currency(amount, _NO_CURRENCY, format=pattern, locale=locale, currency_digits=False)
    return written.replace("¤", symbol)


def _current() -> Locale:
    return get_locale() or Locale.parse(_locale(ENGLISH))


def _locale(tag: str) -> str:
    return _LOCALES.get(tag, tag.replace("-", "_"))
