"""What orders have given, compared with what TalentLMS says; and what differs, mended by the orders' own worker.

One look-up for each account tells of all its courses and groups. What differs is written down as still to be done, and
its order is due again: so the same flow gives and takes, under the same locks, leases and budget as ever.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.config.storefronts import StorefrontSettings
from gateway.database.entitlements import Entitlement
from gateway.database.holdings import HELD, Holdings
from gateway.database.order_queue import OrderState
from gateway.database.reconciled_entitlements import OnRecord, ReconciledEntitlements
from gateway.errors import Gone, Misunderstood, Throttled, Unavailable, UserNotFound
from gateway.flows.enrolment_dates import CLOCK_SECONDS
from gateway.flows.memberships import is_completed
from gateway.talentlms.client import TalentLMS
from schemas.user import Enrolment, User

PATIENCE_SECONDS = 30.0
"""How long a look-up is held until the time of its call comes; then it asks again."""
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 60.0
"""How long to wait after a look-up that led to nothing, unless TalentLMS or the budget says, and at most."""
FAILURES = 3
"""After how many look-ups of one account without an answer all of it ends; waiting for a call is none."""
WAIT_SECONDS, LOOK_SECONDS = 60.0, 0.5
"""How long it is waited for a worker to have done with the next order, and how often it is looked."""
NOT_YET = "no worker has looked at its order yet"


@dataclass(frozen=True)
class Difference:
    """Something of which the record and TalentLMS say different things.

    Attributes:
        entitlement: as it is on record.
        kind: it was paid for, and is ``missing``; it has ended, and is there still, ``surplus``.
        person: the account's address or login; the order's address where there is no account any more.
        name: the course's; empty where TalentLMS did not name it.
        note: more about it; or empty.
    """

    entitlement: Entitlement
    kind: Literal["missing", "surplus"]
    person: str
    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Mended:
    """What became of a difference.

    Attributes:
        difference: which.
        is_mended: whether record and TalentLMS agree by now.
        note: why they do not; or what was found when it was looked at.
    """

    difference: Difference
    is_mended: bool
    note: str = ""


class Reconciliation:
    """Comparing and mending.

    Args:
        lms: TalentLMS.
        records: what is compared.
        holdings: what was done, and what else gives the same.
    """

    def __init__(self, lms: TalentLMS, records: ReconciledEntitlements, holdings: Holdings) -> None:
        self._lms = lms
        self._records = records
        self._holdings = holdings

    def accounts(self, shop: StorefrontSettings) -> Sequence[int]:
        """Return the accounts to look up, each with one call, by TalentLMS's ids."""
        return self._records.accounts(shop.name, with_ended=_takes(shop))

    def left_out(self, shop: StorefrontSettings) -> Mapping[OrderState, int]:
        """Return how many orders are somebody else's to look at: a worker's (``waiting``), or a person's."""
        return self._records.left_out(shop.name)

    def differences(
        self, shop: StorefrontSettings, accounts: Iterable[int], waits: Callable[[float], None]
    ) -> Iterator[Difference]:
        """Return what differs, account by account; nothing is changed.

        Args:
            shop: whose customers.
            accounts: theirs.
            waits: is told the seconds before it is waited for a call.

        Raises:
            GatewayError: TalentLMS or the database cannot be asked.
        """
        for user_id in accounts:
            user, note = self._looked_up(user_id, waits)
            records = self._records.of_account(shop.name, user_id, with_ended=_takes(shop))
            yield from self._compared(records, user, note)

    def open_again(self, difference: Difference) -> bool:
        """Write a difference down as still to be done; its order is due. ``False``: that has changed meanwhile."""
        one = difference.entitlement
        if difference.kind == "missing":
            changed = replace(one, state="wanted", ours=False, error="", note="")
        else:
            changed = replace(one, state="given", ours=True, error="", note="")
        return self._records.open_again(one, changed)

    def wait(self, shop: StorefrontSettings, orders: Collection[str], seconds: float) -> Collection[str]:
        """Wait until a worker has done with orders that are due, as long as it gets on with them.

        Args:
            shop: whose orders.
            orders: which.
            seconds: how long it is waited for the next one.

        Returns:
            Those with which no worker has done yet.
        """
        due, until = set(orders), time.monotonic() + seconds
        while due and time.monotonic() < until:
            notes = self._records.notes(shop.name, due)
            left = {order for order in due if notes.get(order, ("done", ""))[0] == "waiting"}
            until = until if len(left) == len(due) else time.monotonic() + seconds
            due = left
            time.sleep(LOOK_SECONDS if due else 0)
        return due

    def mended(self, shop: StorefrontSettings, differences: Sequence[Difference]) -> Iterator[Mended]:
        """Return what became of differences once their orders were looked at."""
        notes = self._records.notes(shop.name, {one.entitlement.order_id for one in differences})
        for difference in differences:
            now = self._holdings.now(difference.entitlement)
            is_open = now.state in ("wanted", "dead") if difference.kind == "missing" else now.state == "given"
            _, note = notes.get(now.order_id, ("waiting", ""))
            yield Mended(difference, not is_open, now.note or (note or NOT_YET if is_open else ""))

    def _looked_up(self, user_id: int, waits: Callable[[float], None]) -> tuple[User | None, str]:
        """Return an account as it is now, or ``None`` and what became of it; asks until there is a call for it."""
        failures = 0
        while True:
            context.begin(entry=QueueEntry(lane=Lane.PURCHASE, patience=PATIENCE_SECONDS))
            try:
                return self._lms.users.by_id(user_id), ""
            except UserNotFound:
                return None, "the account does not exist any more"
            except Gone:
                return None, "the account is archived"
            except (Throttled, Unavailable, Misunderstood) as error:
                failures += not isinstance(error, Throttled)
                if failures == FAILURES:
                    raise
                seconds = min(float(error.retry_after or PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
                waits(seconds)
                time.sleep(seconds)

    def _compared(self, records: Sequence[OnRecord], user: User | None, note: str) -> Iterator[Difference]:
        courses = {one.course_id: one for one in user.courses} if user else {}
        there = {("course", course) for course in courses} | {
            ("group", one.id) for one in (user.groups if user else ())
        }
        surplus: dict[int, Difference] = {}
        for record in records:
            one = record.entitlement
            is_there, person = (one.kind, one.target) in there, _person(user, record)
            if one.state == "given" and record.status in ("paid", "partly_paid") and not is_there:
                yield Difference(one, "missing", person, note=note)
            elif one.state == "taken" and is_there:
                enrolment, before = courses[one.target], surplus.get(one.target)
                is_later = before is None or before.entitlement.updated_at < one.updated_at
                if is_later and self._is_left_over(one, enrolment):
                    surplus[one.target] = Difference(one, "surplus", person, enrolment.name)
        yield from surplus.values()

    def _is_left_over(self, one: Entitlement, enrolment: Enrolment) -> bool:
        """Return whether an enrolment is the very one that an order gave and has ended.

        It is where it began after our call and before the end; what began later, or has no date, is somebody else's.
        """
        if enrolment.enrolled_on is None or enrolment.role != "learner" or is_completed(enrolment):
            return False
        begun = enrolment.enrolled_on.timestamp()
        if not one.tried_at - CLOCK_SECONDS <= begun <= one.updated_at - CLOCK_SECONDS:
            return False
        return all(other.state not in HELD for other in self._holdings.others(one))


def _takes(shop: StorefrontSettings) -> bool:
    """Return whether a storefront takes away what was refunded."""
    return shop.on_refund == "unenroll"


def _person(user: User | None, record: OnRecord) -> str:
    return (user.email or user.login) if user else record.email
