"""The keys of a JWK set, as far as they can be used (RFC 7517, 5)."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from gateway.errors import SignInNotTrusted

Entry = dict[str, Any]
_KEYS_KEPT = 1024


def entries_of(content: dict[str, Any]) -> list[Entry]:
    """Return the members of ``keys`` that are objects.

    Raises:
        SignInNotTrusted: there is no list of keys.
    """
    entries = content.get("keys")
    if not isinstance(entries, list):
        raise SignInNotTrusted("the key set holds no list of keys")
    return [entry for entry in entries if isinstance(entry, dict)]


def named(entries: Iterable[Entry], kid: str | None) -> list[Entry]:
    """Return those that a token's ``kid`` may mean: first those that have it, then those that have none.

    Args:
        entries: of a key set.
        kid: ``None`` for a token without: then all of them.
    """
    if kid is None:
        return list(entries)
    fitting = [entry for entry in entries if not entry.get("kid") or entry.get("kid") == kid]
    return sorted(fitting, key=lambda entry: entry.get("kid") != kid)


def without(entries: Iterable[Entry], known: Iterable[Entry]) -> list[Entry]:
    """Return the entries that do not stand among the known ones."""
    texts = {_text(entry) for entry in known}
    return [entry for entry in entries if _text(entry) not in texts]


def usable(entries: Iterable[Entry]) -> Iterator[Key]:
    """Yield the public keys that we can use; keys of other kinds are passed over."""
    for entry in entries:
        key = _imported(_text(entry))
        if key is not None:
            yield key


@lru_cache(maxsize=_KEYS_KEPT)
def _imported(text: str) -> Key | None:
    """Import a key; that costs more than to verify a signature by it, so what came of it is kept."""
    entry = json.loads(text)
    if entry.get("kty") == "oct":
        return None
    if not entry.get("kid"):
        entry.pop("kid", None)
    try:
        return import_key(entry)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _text(entry: Entry) -> str:
    return json.dumps(entry, sort_keys=True)
