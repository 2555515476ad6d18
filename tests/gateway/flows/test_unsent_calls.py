"""A call that was never sent is no try to enrol: what is there afterwards was given by somebody else."""

from contextlib import suppress

import pytest

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.database.entitlements import Entitlement
from gateway.database.holdings import Holdings
from gateway.errors import Queued, TalentLMSError, Unavailable
from gateway.flows.customer_accounts import Holder
from gateway.flows.membership_changes import MembershipChanges
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.locks import Locks
from gateway.talentlms import breaker
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.selling import GUEST, line
from tests.ports import free_port


def refused(_portal, _store, _monkeypatch):
    """TalentLMS cannot be connected to."""
    return TalentLMS(HttpTransport(f"http://127.0.0.1:{free_port()}", Secret(API_KEY), HttpClient()))


def opened(portal, _store, monkeypatch):
    """The breaker is open."""
    monkeypatch.setattr(breaker, "SILENT_SECONDS", 0.0)
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()))
    portal.control.fault("addusertocourse", kind="status", status=500, times=breaker.FAILURES)
    for _ in range(breaker.FAILURES):
        with suppress(TalentLMSError):
            lms.courses.add_user(4, 12)
    return lms


def spent(portal, store, _monkeypatch):
    """The budget has no call for an order."""
    budget = Budget(SharedBudget(store, "portal", 0, 20, LONGEST_SECONDS))
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient(), budget))
    context.begin(entry=QueueEntry(lane=Lane.PURCHASE, patience=0.0))
    with suppress(Queued):
        for _ in range(21):
            lms.users.by_id(4)
    return lms


@pytest.mark.parametrize(("never", "error"), [(refused, Unavailable), (opened, Unavailable), (spent, Queued)])
def test_a_call_that_was_never_sent_is_no_try(shop, store, portal, asked, enrolled, monkeypatch, never, error):
    user_id = portal.control.add_user(GUEST.email)
    holder = Holder(GUEST.identity("shop").key, user_id)
    shop.tells(line(), customer=GUEST)
    one = Entitlement("shop", "1001", "l1", 1, "course", 12)
    changes = MembershipChanges(
        never(portal, store, monkeypatch), Holdings(shop.entitlements._database), Locks(store), shop.launched
    )
    asked()
    with pytest.raises(error):
        changes.give(one, holder, lambda: None)
    context.end()
    assert asked() == []
    assert [one.tried_at for one in shop.entitlements.of_order("shop", "1001")] == [0]
    assert shop.entitlements.calls_of("shop", "1001") == []
    portal.control.enrol(user_id, 12)  # by an administrator
    shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(GUEST.email, 12)]
