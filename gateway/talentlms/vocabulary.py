"""The words that TalentLMS takes for some parameters, and a check that names the nearest right one.

A wrong word is refused before the call: TalentLMS itself would answer no more than "Invalid arguments provided", or
take it and do something else. Time zones, currencies and event types stand in ``vocabulary.toml``.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from gateway.errors import Unwritable

Status: TypeAlias = Literal["active", "inactive"]
"""Of a user or a branch (*Set status*)."""

Role: TypeAlias = Literal["learner", "instructor"]
"""Of a user in a course (*Enroll user to course*)."""

SignupMethod: TypeAlias = Literal["direct", "captcha", "email", "admin", "manual"]
"""How people get into a domain or a branch (*Domain details*)."""

HEADER_OPTIONS = ("courseName", "units", "sharedFiles", "moreOptions", "certificationIcon")
"""What can be hidden in a course's header (*Goto course*)."""

_TABLES: Mapping[str, Mapping[str, str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TIME_ZONES, CURRENCIES, EVENT_TYPES = _TABLES["timezone"], _TABLES["currency"], _TABLES["event_type"]
"""What TalentLMS wants to be sent, and what it is called."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "status": dict.fromkeys(get_args(Status), ""),
    "role": dict.fromkeys(get_args(Role), ""),
    "signup_method": dict.fromkeys(get_args(SignupMethod), ""),
    "header_hidden_options": dict.fromkeys(HEADER_OPTIONS, ""),
    **_TABLES,
}


def checked(parameter: str, word: str) -> str:
    """Return the word to send for a parameter.

    Args:
        parameter: its name on the wire. Parameters without a vocabulary take any word.
        word: one of the vocabulary's words, or the name that belongs to it: ``2`` or ``Athens, Greece``.

    Raises:
        Unwritable: the vocabulary has no such word; the note names the nearest.
    """
    words = _WORDS.get(parameter)
    if words is None or word in words:
        return word
    for known, name in words.items():
        if word and word == name:
            return known
    raise Unwritable(f"{parameter}: there is no {word[:80]!r}; the nearest is {_nearest(word, words)}")


def _nearest(word: str, words: Mapping[str, str]) -> str:
    spoken = {text.casefold(): known for known, name in words.items() for text in (known, name) if text}
    known = spoken[_closest(word.casefold(), spoken)]
    return f"{known!r} ({words[known]})" if words[known] else repr(known)


def _closest(word: str, texts: Iterable[str]) -> str:
    """Return the text with the most in common; one that holds the word's last part goes first, as in Europe/Athens."""
    last = word.rpartition("/")[2].replace("_", " ")
    holding = [text for text in texts if last and last in text]
    return difflib.get_close_matches(word, holding or texts, n=1, cutoff=0.0)[0]
