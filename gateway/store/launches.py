"""Launches that storefronts were given: each can be used once, by the browser that presses its button first.

The store knows the hash of an id alone. An id is derived from a salt that is kept here, the storefront and the key of
its request, by the gateway's own keys: so the same request gets the same address as long as the launch lives, and the
store holds nothing that opens anything.
"""

import base64
import hashlib
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass

from gateway.errors import RequestKeyReused, TooManyLaunches
from gateway.keyring import Keyring
from gateway.store.connection import Store
from gateway.store.keys import tagged
from gateway.store.records import packed, unpacked
from schemas.handover import Claim, Handover, Target
from schemas.identity import person_key
from schemas.order import Customer
from schemas.secret import Secret

LIFE_SECONDS = 300
"""How long a launch can be used."""
REPEAT_SECONDS = 60
"""How long the browser that has used it may use it again: a double click, a reload, the back button."""
AT_ONCE = 10_000
"""Launches that a storefront may ask for within ``LIFE_SECONDS``; with ``RECORD_BYTES`` each that bounds the store."""
RECORD_BYTES = 4096
"""How long the record of one is, at most."""

_ID_BYTES = 24
_ID = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_USED_SECONDS = LIFE_SECONDS + 2 * REPEAT_SECONDS
"""Longer than the launch itself may be there."""
_VERSION = "launch 1"


@dataclass(frozen=True)
class Minted:
    """A launch as its storefront is told of it.

    Attributes:
        id: what its address ends with; 192 bits that nobody can guess.
        expires_at: until when it can be used, epoch seconds.
    """

    id: Secret
    expires_at: int


@dataclass(frozen=True)
class Found:
    """A launch that is there.

    Attributes:
        handover: whom it hands over, and where to.
        is_open: whether this browser may use it.
    """

    handover: Handover
    is_open: bool


@dataclass(frozen=True)
class _Request:
    """What is kept of a request.

    Attributes:
        salt: makes its launch's id differ from every other one's.
        fingerprint: of the gateway's key that derived the id.
        content: a digest of what was asked for.
        expires_at: as ``Minted`` has it.
    """

    salt: str
    fingerprint: str
    content: str
    expires_at: int


class MintedLaunches:
    """Launches.

    Args:
        store: where they are.
        keyring: what derives their ids.
    """

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    def mint(self, handover: Handover, request_key: str = "") -> Minted:
        """Return a launch that hands somebody over.

        Args:
            handover: whom, and where to.
            request_key: what the storefront calls its request: the same one with the same handover gets the same
                launch. Empty: each request is new.

        Raises:
            RequestKeyReused: it came with another handover before.
            TooManyLaunches: the storefront has asked for ``AT_ONCE`` already.
        """
        self._count(handover.storefront)
        record = json.dumps(asdict(handover), ensure_ascii=False, separators=(",", ":"))
        now = int(time.time())
        content = hashlib.sha256(record.encode()).hexdigest()
        request = _Request(secrets.token_hex(16), self._keyring.current, content, now + LIFE_SECONDS)
        if request_key:
            request = self._first(handover.storefront, request_key, request)
        if request.content != content:
            raise RequestKeyReused
        launch_id = self._id(request, handover.storefront, request_key)
        # whoever repeats the request changes nothing: neither how long the launch lives, nor that it was used
        self._store.ask("SET", _key(launch_id), record, "NX", "EX", max(1, request.expires_at - now))
        return Minted(Secret(launch_id), request.expires_at)

    def find(self, launch_id: str, browser: str) -> Found | None:
        """Return what a launch does; ``None`` for one that is over, and for one that never was.

        Args:
            launch_id: from an address.
            browser: a secret of the browser's own, by which it is told from others.
        """
        if not is_launch_id(launch_id):
            return None
        record, used = self._store.ask("MGET", _key(launch_id), _used(launch_id))
        handover = None if record is None else _handover(record)
        return None if handover is None else Found(handover, used is None or _is_open(used, _mark(browser)))

    def claim(self, launch_id: str, browser: str) -> Claim | None:
        """Take a launch for a browser, before anything comes of it; of two at the same instant exactly one gets it.

        Returns:
            That the browser may use it: nobody has before, or it has itself, less than ``REPEAT_SECONDS`` ago. ``None``
            if it may not.
        """
        mark = _mark(browser)
        used = self._store.ask("SET", _used(launch_id), mark, "NX", "GET", "EX", _USED_SECONDS)
        return Claim(is_first=used is None) if used is None or _is_open(used, mark) else None

    def release(self, launch_id: str, browser: str) -> None:
        """Give a launch back of which nothing came, unless it was used before."""
        self._store.delete_own(_used(launch_id), _mark(browser))

    def used(self, launch_id: str, browser: str) -> None:
        """Remember that a browser has used a launch, whatever has become of its claim.

        Repeating it makes it last no longer.
        """
        before = self._store.ask("GET", _used(launch_id))
        if before is not None and _is_used(before):
            return
        mark = _mark(browser)
        until = int(time.time()) + REPEAT_SECONDS
        self._store.ask_all(
            [
                ("SET", _used(launch_id), f"{mark} {until}", "EX", _USED_SECONDS),
                ("EXPIRE", _key(launch_id), REPEAT_SECONDS, "GT"),
            ]
        )

    def _count(self, storefront: str) -> None:
        key = tagged(f"launches-minted:{storefront}")
        count, _ = self._store.ask_all([("INCR", key), ("EXPIRE", key, LIFE_SECONDS, "NX")])
        if int(count) > AT_ONCE:
            raise TooManyLaunches(f"storefront {storefront}", retry_after=LIFE_SECONDS)

    def _first(self, storefront: str, request_key: str, request: _Request) -> _Request:
        """Return what is kept of the first request with a key: this one, if it is the first."""
        key = tagged(f"launch-request:{person_key(storefront, request_key)}")
        before = unpacked(_Request, self._store.ask("SET", key, packed(request), "NX", "GET", "EX", LIFE_SECONDS))
        is_derivable = before is not None and before.fingerprint in self._keyring.fingerprints
        return before if is_derivable else request

    def _id(self, request: _Request, storefront: str, request_key: str) -> str:
        purpose = f"{_VERSION} {request.salt} {storefront} {request_key}"
        derived = self._keyring.derive(request.fingerprint, purpose, _ID_BYTES) or b""
        return base64.urlsafe_b64encode(derived).decode()


def is_launch_id(text: str) -> bool:
    """Return whether a text may be the id of a launch."""
    return bool(_ID.fullmatch(text))


def _handover(record: bytes) -> Handover | None:
    """Return what a record says; ``None`` for one that another version wrote differently."""
    try:
        said = json.loads(record)
        return Handover(**said | {"customer": Customer(**said["customer"]), "target": Target(**said["target"])})
    except (ValueError, TypeError, KeyError):
        return None


def _is_used(mark: bytes) -> bool:
    """Return whether something came of a launch that was claimed."""
    return b" " in mark


def _is_open(used: bytes, mark: str) -> bool:
    """Return whether a launch that was claimed is open for the browser of a mark."""
    by, _, until = used.decode().partition(" ")
    return by == mark and (not until or time.time() < int(until))


def _mark(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()[:32]


def _key(launch_id: str) -> str:
    return tagged("launch:" + hashlib.sha256(launch_id.encode()).hexdigest())


def _used(launch_id: str) -> str:
    return tagged("launch-used:" + hashlib.sha256(launch_id.encode()).hexdigest())
