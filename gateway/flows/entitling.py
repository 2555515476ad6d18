"""Entitlement → what TalentLMS has: given once, and taken back with the last entitlement of an account to it.

Before a call that gives, it is on disk that it is about to be made. So whoever comes after an interruption knows that
"already enrolled" may be the answer to that very call, and asks since when.
"""

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal

from gateway import context, log
from gateway.database.entitlements import Entitlement, Entitlements, TargetKind
from gateway.database.launched_enrolments import LaunchedEnrolments
from gateway.errors import (
    AlreadyMember,
    CourseNotFound,
    GatewayError,
    GroupNotFound,
    NotAMember,
    UserNotFound,
)
from gateway.flows.customer_accounts import Holder
from gateway.flows.dead_letters import DeadLetter, dead_letter
from gateway.flows.enrolment_dates import is_launched, is_since
from gateway.store.locks import Lease, Locks
from gateway.talentlms.client import TalentLMS
from schemas.course_progress import CourseProgress
from schemas.user import Enrolment

OnRefund = Literal["unenroll", "keep", "review"]

LOCK_SECONDS = 20.0
"""How long is waited for another order of the same account."""

HELD = ("wanted", "given", "kept", "review")
"""How an entitlement stands whose account has, or is to have, what it is to."""


class Entitling:
    """Giving and taking, one account at a time.

    Args:
        lms: TalentLMS.
        entitlements: what was done.
        locks: one order at a time for each account.
        launched: whom launches enrolled, which may be quicker than an order.
    """

    def __init__(self, lms: TalentLMS, entitlements: Entitlements, locks: Locks, launched: LaunchedEnrolments) -> None:
        self._lms = lms
        self._entitlements = entitlements
        self._locks = locks
        self._launched = launched

    def give(self, one: Entitlement, holder: Holder, check: Callable[[], None]) -> Entitlement:
        """Give what an entitlement is to; one call.

        Args:
            one: the entitlement, on disk.
            holder: whose it is.
            check: raises where the order is another worker's by now.

        Returns:
            The entitlement as it is then, ``given`` or ``dead``.

        Raises:
            UserNotFound: the account does not exist.
            GatewayError: it has to be tried again.
        """
        with self._account(holder.user_id) as lease:
            _check(lease, check)
            one = self._entitlements.now(one)
            if one.state == "given" and one.user_id == holder.user_id:
                return one
            before = one
            is_repeat = one.state in ("wanted", "dead") and one.tried_at > 0 and one.user_id == holder.user_id
            tried_at = one.tried_at if is_repeat else int(time.time())
            ours = one.ours and one.state in ("kept", "wanted", "dead") and one.user_id == holder.user_id
            one = replace(one, person=holder.person, user_id=holder.user_id, error="", note="")
            one = replace(one, state="wanted", tried_at=tried_at, ours=ours)
            self._entitlements.put(one)
            repeats = context.current().left.repeats
            call = _GIVES[one.kind].format(one.user_id, one.call)
            try:
                self._add(one)
            except AlreadyMember as error:
                is_repeat |= context.current().left.repeats > repeats
                given = replace(one, state="given", ours=ours or self._is_ours(one, is_repeat=is_repeat))
                self._entitlements.called(given, call, error.code)
                return given
            except UserNotFound as error:
                self._entitlements.called(replace(one, tried_at=0), call, error.code)
                raise
            except GatewayError as error:
                if error.is_unsent and context.current().left.repeats == repeats:
                    is_kept = before.state in ("kept", "review")
                    unsent = before if is_kept else replace(one, tried_at=tried_at if is_repeat else 0)
                    self._entitlements.put(unsent)
                    raise
                letter = dead_letter(error)
                told = _told(one, letter, is_repeat=is_repeat) if letter else one
                self._entitlements.called(told, call, error.code)
                if letter is None:
                    raise
                return told
            given = replace(one, state="given", ours=True)
            self._entitlements.called(given, call, "success")
            _audit("given", given)
            return given

    def take(self, one: Entitlement, on_refund: OnRefund, check: Callable[[], None]) -> Entitlement:
        """End an entitlement: two calls at most.

        Args:
            one: the entitlement, as it is on disk.
            on_refund: what becomes of what it gave.
            check: raises where the order is another worker's by now.

        Returns:
            The entitlement as it is then: ``taken``, ``kept`` or ``review``.

        Raises:
            GatewayError: it has to be tried again.
        """
        if not _is_to_end(one, on_refund):
            return one
        with self._account(one.user_id) as lease:
            _check(lease, check)
            one = self._entitlements.now(one)
            if not _is_to_end(one, on_refund):
                return one
            if one.tried_at == 0 and not one.ours:
                return self._ended(one, "taken")
            if on_refund != "unenroll":
                return self._ended(one, "kept" if on_refund == "keep" else "review")
            return self._taken(one, lambda: _check(lease, check))

    def launched(self, storefront: str, user_id: int) -> Collection[int]:
        """Return the courses in which launches of a storefront enrolled an account, or were about to."""
        return self._launched.courses(storefront, user_id) if user_id else ()

    def is_launched(self, one: Entitlement) -> bool:
        """Return whether a course that an account has was given by a launch of the storefront; a call at most."""
        begun_at = self._launched.begun_at(one.storefront, one.user_id, one.target)
        progress = self._progress(one, lambda: None) if begun_at else None
        return progress is not None and is_launched(progress, begun_at)

    def _taken(self, one: Entitlement, check: Callable[[], None]) -> Entitlement:
        is_known = one.state in ("given", "review")
        others = [other for other in self._others(one) if _holds(other)]
        if others:
            ours = one.ours or (not is_known and self._is_ours(one, is_repeat=True))
            return self._left_to(others[0], replace(one, ours=ours))
        if is_known and not one.ours:
            return self._ended(one, "kept", "it was there before this order")
        if one.kind == "course":
            progress = self._progress(one, check)
            if progress is None:
                return self._ended(one, "taken")
            if is_completed(progress):
                return self._ended(one, "kept", "the course is completed")
            if not (is_known or one.ours or is_since(progress, one.tried_at)):
                return self._ended(one, "kept", "it was there before this order")
        return self._removed(one, check)

    def _left_to(self, other: Entitlement, one: Entitlement) -> Entitlement:
        """End an entitlement while there is another to the same, which from now on says whose doing it is."""
        is_same_shop = other.storefront == one.storefront  # which reads the note, and may know of its own orders alone
        note = f"order {other.order_id} gives it, too" if is_same_shop else "an order of another shop gives it, too"
        ended = replace(one, state="taken", ours=False, error="", note=note)
        if one.ours and not other.ours:
            self._entitlements.put(replace(other, ours=True), ended)
        else:
            self._entitlements.put(ended)
        return ended

    def _removed(self, one: Entitlement, check: Callable[[], None]) -> Entitlement:
        check()
        call = _TAKES[one.kind].format(one.user_id, one.call)
        ended = replace(one, state="taken", ours=False, error="", note="")
        try:
            self._remove(one)
        except (NotAMember, UserNotFound, CourseNotFound, GroupNotFound) as error:
            self._entitlements.called(ended, call, error.code)
            return ended
        except GatewayError as error:
            if not error.is_unsent:
                self._entitlements.called(one, call, error.code)
            raise
        self._entitlements.called(ended, call, "success")
        _audit("taken", ended)
        return ended

    def _ended(self, one: Entitlement, state: Literal["taken", "kept", "review"], note: str = "") -> Entitlement:
        ended = replace(one, state=state, error="", note=note)
        self._entitlements.put(ended)
        return ended

    def _progress(self, one: Entitlement, check: Callable[[], None]) -> CourseProgress | None:
        """Return how far the learner is; ``None`` where they are not in the course."""
        check()
        try:
            return self._lms.courses.user_status(one.user_id, one.target)
        except (NotAMember, UserNotFound, CourseNotFound):
            return None

    def _is_ours(self, one: Entitlement, *, is_repeat: bool) -> bool:
        """Return whether what was there already was given by another call of ours.

        That is another order's, one whose answer was lost, or a launch's of the same storefront.
        """
        others = self._others(one)
        if any(other.ours and other.state in HELD for other in others):
            return True
        lost = [other.tried_at for other in others if other.state == "wanted" and other.tried_at]
        lost += [one.tried_at] if is_repeat else []
        if one.kind == "group":
            return bool(lost)
        begun_at = self._launched.begun_at(one.storefront, one.user_id, one.target)
        if not lost and begun_at is None:
            return False
        progress = self._progress(one, lambda: None)
        if progress is None:
            return False
        return (bool(lost) and is_since(progress, min(lost))) or is_launched(progress, begun_at)

    def _others(self, one: Entitlement) -> list[Entitlement]:
        """Return the other entitlements of the account to the same."""
        found = self._entitlements.of_target(one.user_id, one.kind, one.target)
        return [other for other in found if _key(other) != _key(one)]

    def _add(self, one: Entitlement) -> None:
        if one.kind == "course":
            self._lms.courses.add_user(one.user_id, one.target)
        else:
            self._lms.groups.add_user(one.user_id, one.group_key)

    def _remove(self, one: Entitlement) -> None:
        if one.kind == "course":
            self._lms.courses.remove_user(one.user_id, one.target)
        else:
            self._lms.groups.remove_user(one.user_id, one.target)

    def _account(self, user_id: int) -> AbstractContextManager[Lease]:
        return self._locks.hold(f"entitlements:{user_id}", wait=LOCK_SECONDS)


_GIVES: Mapping[TargetKind, str] = {"course": "enrol user {} in {}", "group": "add user {} to {}"}
_TAKES: Mapping[TargetKind, str] = {"course": "un-enrol user {} from {}", "group": "remove user {} from {}"}


def is_completed(progress: CourseProgress | Enrolment) -> bool:
    """Return whether a course is completed: it stays."""
    return progress.completed_on is not None or progress.completion_status.casefold() == "completed"


def _check(lease: Lease, check: Callable[[], None]) -> None:
    """Make no call once the account, or the order, may be another worker's."""
    lease.check()
    check()


def _is_to_end(one: Entitlement, on_refund: OnRefund) -> bool:
    """Return whether an entitlement is to be ended; what waited for a person no longer does by another setting."""
    return one.state in ("given", "wanted", "dead") or (one.state == "review" and on_refund != "review")


def _told(one: Entitlement, letter: DeadLetter, *, is_repeat: bool) -> Entitlement:
    """Return an entitlement that cannot be given; of a try before, whose answer was lost, nobody knows what it gave."""
    tried_at = one.tried_at if is_repeat else 0
    return replace(one, state="dead", tried_at=tried_at, error=letter.code, note=letter.sentence)


def _holds(one: Entitlement) -> bool:
    """Return whether what an account has is to stay because of an entitlement; not what others gave, once it ended."""
    return one.state in HELD and (one.ours or one.state != "kept")


def _key(one: Entitlement) -> tuple[str, str, str, int]:
    return one.storefront, one.order_id, one.line_id, one.seat


def _audit(step: str, one: Entitlement) -> None:
    log.audit(
        "entitlement",
        outcome="success",
        step=step,
        person=one.person,
        user_id=one.user_id,
        kind=one.kind,
        target=one.target,
        storefront=one.storefront,
        order=one.order_id,
    )
