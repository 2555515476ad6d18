"""Entitlement or assignment → what TalentLMS has: given once, and taken back with the last of an account to the same.

An order entitles to it, or a rule of the mapping assigns it; whoever comes last takes it back.

Before a call that gives, it is on disk that it is about to be made. So whoever comes after an interruption knows that
"already enrolled" may be the answer to that very call, and asks since when.
"""

import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal

from gateway import context, log
from gateway.database.entitlements import Entitlement
from gateway.database.holdings import HELD, H, Holding, Holdings
from gateway.database.launched_enrolments import LaunchedEnrolments
from gateway.errors import (
    AlreadyMember,
    BranchNotFound,
    CourseNotFound,
    GatewayError,
    GroupNotFound,
    NotAMember,
    UserNotFound,
)
from gateway.flows.customer_accounts import Holder
from gateway.flows.dead_letters import dead_letter
from gateway.flows.enrolment_dates import is_launched, is_since
from gateway.flows.memberships import Memberships, adding, is_completed, removing
from gateway.store.locks import Lease, Locks
from gateway.talentlms.client import TalentLMS
from schemas.course_progress import CourseProgress

OnRefund = Literal["unenroll", "keep", "review"]

LOCK_SECONDS = 20.0
"""How long is waited for another order of the same account."""


class MembershipChanges:
    """Giving and taking, one account at a time.

    Args:
        lms: TalentLMS.
        holdings: what was done.
        locks: one order at a time for each account.
        launched: whom launches enrolled, which may be quicker than an order.
    """

    def __init__(self, lms: TalentLMS, holdings: Holdings, locks: Locks, launched: LaunchedEnrolments) -> None:
        self._memberships = Memberships(lms)
        self._holdings = holdings
        self._locks = locks
        self._launched = launched

    def give(self, one: H, holder: Holder, check: Callable[[], None]) -> H:
        """Give what an entitlement or assignment is to; one call.

        Args:
            one: the entitlement or assignment, on disk.
            holder: whose it is.
            check: raises where the order is another worker's by now.

        Returns:
            It as it is then, ``given`` or ``dead``.

        Raises:
            UserNotFound: the account does not exist.
            GatewayError: it has to be tried again.
        """
        with self._account(holder.user_id) as lease:
            _check(lease, check)
            one = self._holdings.now(one)
            if one.state == "given" and one.user_id == holder.user_id:
                return one
            before = one
            is_repeat = one.state in ("wanted", "dead") and one.tried_at > 0 and one.user_id == holder.user_id
            tried_at = one.tried_at if is_repeat else int(time.time())
            ours = one.ours and one.state in ("kept", "wanted", "dead") and one.user_id == holder.user_id
            one = replace(one, person=holder.person, user_id=holder.user_id, error="", note="")
            one = replace(one, state="wanted", tried_at=tried_at, ours=ours)
            self._holdings.put(one)
            context.is_about(one.person)
            repeats = context.current().left.repeats
            call = adding(one)
            try:
                self._memberships.add(one)
            except AlreadyMember as error:
                is_repeat |= context.current().left.repeats > repeats
                given = replace(one, state="given", ours=ours or self._is_ours(one, is_repeat=is_repeat))
                self._holdings.called(given, call, error.code)
                return given
            except UserNotFound as error:
                self._holdings.called(replace(one, tried_at=0), call, error.code)
                raise
            except GatewayError as error:
                if error.is_unsent and context.current().left.repeats == repeats:
                    is_kept = before.state in ("kept", "review")
                    unsent = before if is_kept else replace(one, tried_at=tried_at if is_repeat else 0)
                    self._holdings.put(unsent)
                    raise
                letter = dead_letter(error)
                if letter is None:
                    self._holdings.called(one, call, error.code)
                    raise
                sentence = letter.sentence if isinstance(one, Entitlement) else error.note
                dead = replace(
                    one, state="dead", tried_at=tried_at if is_repeat else 0, error=letter.code, note=sentence
                )
                self._holdings.called(dead, call, error.code)
                return dead
            given = replace(one, state="given", ours=True)
            self._holdings.called(given, call, "success")
            _audit("given", given)
            return given

    def take(self, one: H, on_refund: OnRefund, check: Callable[[], None]) -> H:
        """End an entitlement or assignment: two calls at most.

        Args:
            one: the entitlement or assignment, as it is on disk.
            on_refund: what becomes of what it gave.
            check: raises where the order is another worker's by now.

        Returns:
            It as it is then: ``taken``, ``kept`` or ``review``.

        Raises:
            GatewayError: it has to be tried again.
        """
        if not _is_to_end(one, on_refund):
            return one
        with self._account(one.user_id) as lease:
            _check(lease, check)
            one = self._holdings.now(one)
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

    def _taken(self, one: H, check: Callable[[], None]) -> H:
        is_known = one.state in ("given", "review")
        others = [other for other in self._holdings.others(one) if _holds(other)]
        if others:
            ours = one.ours or (not is_known and self._is_ours(one, is_repeat=True))
            return self._left_to(others[0], replace(one, ours=ours))
        if is_known and not one.ours:
            return self._ended(one, "kept", _before(one))
        if one.kind == "course":
            progress = self._progress(one, check)
            if progress is None:
                return self._ended(one, "taken")
            if is_completed(progress):
                return self._ended(one, "kept", "the course is completed")
            if not (is_known or one.ours or is_since(progress, one.tried_at)):
                return self._ended(one, "kept", _before(one))
        return self._removed(one, check)

    def _left_to(self, other: Holding, one: H) -> H:
        """End an entitlement while there is another to the same, which from now on says whose doing it is."""
        ended = replace(one, state="taken", ours=False, error="", note=f"{_named(other, one)} gives it, too")
        if one.ours and not other.ours:
            self._holdings.put(replace(other, ours=True), ended)
        else:
            self._holdings.put(ended)
        return ended

    def _removed(self, one: H, check: Callable[[], None]) -> H:
        check()
        context.is_about(one.person)
        call = removing(one)
        ended = replace(one, state="taken", ours=False, error="", note="")
        try:
            self._memberships.remove(one)
        except (NotAMember, UserNotFound, CourseNotFound, GroupNotFound, BranchNotFound) as error:
            self._holdings.called(ended, call, error.code)
            return ended
        except GatewayError as error:
            if not error.is_unsent:
                self._holdings.called(one, call, error.code)
            raise
        self._holdings.called(ended, call, "success")
        _audit("taken", ended)
        return ended

    def _ended(self, one: H, state: Literal["taken", "kept", "review"], note: str = "") -> H:
        ended = replace(one, state=state, error="", note=note)
        self._holdings.put(ended)
        return ended

    def _progress(self, one: Holding, check: Callable[[], None]) -> CourseProgress | None:
        """Return how far the learner is; ``None`` where they are not in the course."""
        check()
        return self._memberships.progress(one)

    def _is_ours(self, one: Holding, *, is_repeat: bool) -> bool:
        """Return whether what was there already was given by another call of ours.

        That is another order's, one whose answer was lost, or a launch's of the same storefront.
        """
        others = self._holdings.others(one)
        if any(other.ours and other.state in HELD for other in others):
            return True
        lost = [other.tried_at for other in others if other.state == "wanted" and other.tried_at]
        lost += [one.tried_at] if is_repeat else []
        if one.kind != "course":
            return bool(lost)
        begun_at = self._launched.begun_at(one.storefront, one.user_id, one.target)
        if not lost and begun_at is None:
            return False
        progress = self._progress(one, lambda: None)
        if progress is None:
            return False
        return (bool(lost) and is_since(progress, min(lost))) or is_launched(progress, begun_at)

    def _account(self, user_id: int) -> AbstractContextManager[Lease]:
        return self._locks.hold(f"entitlements:{user_id}", wait=context.remaining(LOCK_SECONDS))


def _check(lease: Lease, check: Callable[[], None]) -> None:
    """Make no call once the account, or the order, may be another worker's."""
    lease.check()
    check()


def _is_to_end(one: Holding, on_refund: OnRefund) -> bool:
    """Return whether an entitlement is to be ended; what waited for a person no longer does by another setting."""
    return one.state in ("given", "wanted", "dead") or (one.state == "review" and on_refund != "review")


def _named(other: Holding, one: Holding) -> str:
    """Return what gives the same, for the note; a shop's keeper reads it, and may know of their own orders alone."""
    if not isinstance(other, Entitlement):
        return "a rule of the mapping"
    return f"order {other.order_id}" if other.storefront == one.storefront else "an order of another shop"


def _before(one: Holding) -> str:
    return f"it was there before this {'order' if isinstance(one, Entitlement) else 'rule'}"


def _holds(one: Holding) -> bool:
    """Return whether what an account has is to stay because of this; not what others gave, once it ended."""
    return one.state in HELD and (one.ours or one.state != "kept")


def _audit(step: str, one: Holding) -> None:
    if isinstance(one, Entitlement):
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
    else:
        log.audit(
            "assignment",
            outcome="success",
            step=step,
            person=one.person,
            user_id=one.user_id,
            kind=one.kind,
            target=one.name,
            rule=one.rule,
        )
