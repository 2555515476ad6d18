"""Sessions: opaque ids in cookies, records here. The store knows only the hash of an id."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

from gateway import log
from gateway.admission import SessionLookup
from gateway.store.connection import Store
from gateway.store.keys import tagged
from schemas.identity import Identity, identity_from_record, person_key
from schemas.learner import Learner
from schemas.secret import Secret
from schemas.session import Session

GRACE_SECONDS = 30
"""How long the session lasts that a sign-in of the same person in the same browser replaces: long enough for the
clicks of other tabs that are under way with the old cookie."""
AT_ONCE = 50
"""Sessions of one person; with one more the oldest ends."""

_TOGETHER = 100
"""How many records are looked at in one round trip where many sessions end."""

_ID = re.compile(r"([0-9a-f]{32})\.[A-Za-z0-9_-]{43}", re.ASCII)
_TRIES = 5


class Sessions:
    """The sessions in force.

    Args:
        store: where they are.
        idle: seconds without a click after which a session ends.
        lifetime: seconds after which it ends in any case.
        providers: names of the providers in force; who signed in at another one is signed in no longer. Empty for
            any.
    """

    def __init__(self, store: Store, idle: int, lifetime: int, providers: Collection[str] = ()) -> None:
        self._store = store
        self._idle = idle
        self._lifetime = lifetime
        self._providers = providers
        self._script = store.script(Path(__file__).with_suffix(".lua").read_text())

    def create(
        self, identity: Identity, id_token: Secret, sub: str = "", sid: str = "", logout_hint: str = ""
    ) -> Secret:
        """Begin a session, of which the arguments say what ``Session`` has; the oldest of too many end with it.

        Returns:
            Its new id, for the cookie: the person's key, by which their calls are counted in the round trip that finds
            the session, and 256 bits of chance. What it says of the person counts only where the record is there.
        """
        session_id = Secret(f"{identity.key}.{secrets.token_urlsafe(32)}")
        expires_at = int(time.time()) + self._lifetime
        handle = handle_of(session_id.reveal())
        session = Session(handle, identity, expires_at, id_token, sub, sid, logout_hint=logout_hint)
        ended = self._do("begin", {_by_person(session)}, _member(session), _packed(session), self._idle, AT_ONCE)
        if ended:
            log.event("session.too_many", person=identity.key, ended=ended)
        return session_id

    def find(self, session_id: str) -> Session | None:
        """Return the session of a cookie's id and let its idle time begin anew; one round trip."""
        lookup = self.lookup(session_id)
        return self.in_force(session_id, self._store.ask("GETEX", lookup.key, "EX", lookup.idle))

    def lookup(self, session_id: str) -> SessionLookup:
        """Return where the record of a cookie's id is, for a caller that fetches it with something else."""
        return SessionLookup(_key(handle_of(session_id)), self._idle, _person(session_id))

    def in_force(self, session_id: str, record: bytes | None) -> Session | None:
        """Return the session of a record, ``None`` for none, for one that is over and for one of another person."""
        session = None if record is None else _unpacked(handle_of(session_id), record)
        if session is not None and not self._is_good(session, _person(session_id)):
            self.end(session)
            return None
        return session

    def _is_good(self, session: Session, person: str) -> bool:
        known = not self._providers or session.identity.provider in self._providers
        return known and session.identity.key == person and session.expires_at > time.time()

    def began_at(self, session: Session) -> int:
        """Return when the sign-in was completed with which a session began, whole seconds since the epoch."""
        return session.expires_at - self._lifetime

    def keep_learner(self, session: Session, learner: Learner) -> None:
        """Write down whose account it is, also in those of the person's other sessions that know it otherwise.

        A session that was ended or replaced meanwhile stays so.
        """
        self._keep_learner(session.handle, learner)
        for other in self._read(self._store.ask("ZRANGE", _by_person(session), 0, -1)):
            if other.handle != session.handle and other.learner not in (None, learner):
                self._keep_learner(other.handle, learner)

    def _keep_learner(self, handle: str, learner: Learner) -> None:
        for _ in range(_TRIES):
            record = self._store.ask("GET", _key(handle))
            found = None if record is None else _unpacked(handle, record)
            if found is None:
                return
            changed = replace(found, learner=learner)
            if self._do("change", {_by_person(changed)}, _member(changed), record, _packed(changed)):
                return

    def _do(self, command: Literal["begin", "change", "end"], people: set[str], *given: str | int | bytes) -> int:
        return int(self._script([*people], [command, _key(""), self._lifetime, *given]))

    def end(self, session: Session) -> None:
        """End a session and those that it replaced a moment ago, at once."""
        self._do("end", {_by_person(session)}, _before(""), session.handle)

    def replace(self, session: Session, identity: Identity, session_id: Secret) -> None:
        """End the session that a new sign-in in the same browser replaces.

        Args:
            session: the old one.
            identity: who signed in now. The same person's old session lasts ``GRACE_SECONDS`` more, so that ten
                tabs can sign in at once, but no longer than the new one; anybody else's ends at once.
            session_id: the new one's.
        """
        if session.identity.key == identity.key:
            ending = replace(session, expires_at=min(session.expires_at, int(time.time()) + GRACE_SECONDS))
            self._store.ask_all(
                [
                    ("SET", _key(session.handle), _packed(ending), "XX", "EX", GRACE_SECONDS),
                    ("SET", _before(handle_of(session_id.reveal())), session.handle, "EX", GRACE_SECONDS),
                ]
            )
        else:
            self.end(session)

    def end_of_subject(self, issuer: str, sub: str) -> int:
        """End every session of a person whom their provider names (Back-Channel Logout 1.0, 2.7).

        Returns:
            How many there were.
        """
        return self._end_indexed(_by_subject(issuer, sub))

    def end_of_provider_session(self, issuer: str, sid: str, sub: str = "") -> int:
        """End the sessions that began in one session at the provider. Returns as ``end_of_subject``.

        Args:
            issuer: whose session it is.
            sid: its id.
            sub: the person, where the provider names them, too. Then those of their sessions end as well of which the
                provider never told the ``sid``: any of them may be the one that is meant.
        """
        ended = self._end_indexed(_by_provider_session(issuer, sid))
        return ended + self._end_indexed(_without_provider_session(issuer, sub)) if sub else ended

    def end_of_person(self, person: str) -> int:
        """End every session of a person, by ``Identity.key``. Returns as ``end_of_subject``."""
        return self._end_all(self._store.ask("ZRANGE", _of_person(person), 0, -1))

    def end_all_of_user(self, user: str) -> int:
        """End every session of the person whom an operator names. Returns as ``end_of_subject``.

        Args:
            user: e-mail address, user name, subject, TalentLMS login or TalentLMS id.
        """
        people = {_by_person(session) for session in self._read(self._store.ask("SMEMBERS", _by_name(user)))}
        return sum(self._end_all(self._store.ask("ZRANGE", person, 0, -1)) for person in people)

    def _end_indexed(self, index: str) -> int:
        return self._end_all(self._store.ask("SMEMBERS", index))

    def _end_all(self, members: Sequence[bytes]) -> int:
        parts = [members[start : start + _TOGETHER] for start in range(0, len(members), _TOGETHER)]
        return sum(map(self._end_together, parts))

    def _end_together(self, members: Sequence[bytes]) -> int:
        people = {_by_person(session) for session in self._read(members)}
        return self._do("end", people, _before(""), *map(_handle_of, members))

    def _read(self, members: Sequence[bytes]) -> list[Session]:
        """Return the sessions that entries of an index mean, as far as they are still there."""
        handles = [_handle_of(member) for member in members]
        records = self._store.ask("MGET", *map(_key, handles)) if handles else []
        found = (_unpacked(*pair) for pair in zip(handles, records, strict=True) if pair[1] is not None)
        return [session for session in found if session is not None]


def _names(session: Session) -> set[str]:
    """Return the names by which an operator may mean the person."""
    identity, learner = session.identity, session.learner
    names = {identity.email, identity.username, identity.subject}
    if learner is not None:
        names |= {learner.login, str(learner.user_id)}
    return {name.casefold() for name in names if name}


def _person(session_id: str) -> str:
    """Return whose session an id would be; empty for what is no id of ours."""
    found = _ID.fullmatch(session_id)
    return found[1] if found else ""


def handle_of(session_id: str) -> str:
    """Return ``Session.handle`` of the id in a cookie."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def _key(handle: str) -> str:
    return tagged(f"session:{handle}")


def _before(handle: str) -> str:
    return tagged(f"session-before:{handle}")


def _sets(session: Session) -> list[str]:
    """Return the keys of the sets by which the provider's notices and an operator find a session."""
    issuer = session.identity.issuer
    sets = sorted(map(_by_name, _names(session)))
    if session.sub:
        sets.append(_by_subject(issuer, session.sub))
    if session.sid:
        sets.append(_by_provider_session(issuer, session.sid))
    elif session.sub:
        sets.append(_without_provider_session(issuer, session.sub))
    return sets


def _member(session: Session) -> str:
    """Return a session's entry in its person's index: its handle, and all its sets, so that it can leave them."""
    return " ".join((session.handle, *_sets(session)))


def _handle_of(member: bytes) -> str:
    return member.decode().partition(" ")[0]


def _by_name(name: str) -> str:
    return tagged(f"sessions-of:name:{hashlib.sha256(name.casefold().encode()).hexdigest()[:32]}")


def _by_person(session: Session) -> str:
    return _of_person(session.identity.key)


def _of_person(person: str) -> str:
    return tagged(f"sessions-of:person:{person}")


def _by_subject(issuer: str, sub: str) -> str:
    return tagged(f"sessions-of:sub:{person_key(issuer, sub)}")


def _by_provider_session(issuer: str, sid: str) -> str:
    return tagged(f"sessions-of:sid:{person_key(issuer, sid)}")


def _without_provider_session(issuer: str, sub: str) -> str:
    return tagged(f"sessions-of:sub-without-sid:{person_key(issuer, sub)}")


def _packed(session: Session) -> str:
    record = {
        "identity": asdict(session.identity),
        "expires_at": session.expires_at,
        "id_token": session.id_token.reveal(),
        "sub": session.sub,
        "sid": session.sid,
        "learner": asdict(session.learner) if session.learner else None,
        "logout_hint": session.logout_hint,
    }
    return json.dumps(record, separators=(",", ":"))


def _unpacked(handle: str, packed: bytes) -> Session | None:
    """Read a record; one that another version of the gateway wrote differently counts as no session."""
    try:
        record = json.loads(packed)
        return Session(
            handle,
            identity_from_record(**record["identity"]),
            record["expires_at"],
            Secret(record["id_token"]),
            record["sub"],
            record["sid"],
            Learner(**record["learner"]) if record["learner"] else None,
            record.get("logout_hint", ""),
        )
    except (ValueError, TypeError, KeyError):
        return None
