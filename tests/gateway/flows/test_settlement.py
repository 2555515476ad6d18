"""A refund that waits for a person: what the person says is done, once."""

import pytest

from gateway.errors import Unavailable
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.order_work import Result
from gateway.flows.settlement import Busy, Settled, Settlement
from schemas.order import OrderEvent, Refund
from tests.gateway.flows.selling import KIM, line


@pytest.fixture
def settle(shop):
    def settled(decision, order="1001"):
        fulfilment = Fulfilment({"shop": shop.settings}, *shop._parts)
        return Settlement(shop.queue, shop.entitlements, fulfilment.fulfil).settle("shop", order, decision)

    return settled


def work_off(shop):
    for claim in shop.queue.claim(9):
        result = shop.fulfils(claim.order_id)
        shop.queue.finish(claim, result.state, result.error, result.note)


@pytest.fixture
def waiting(shop, enrolled):
    """An order of two courses; the refund of one of them waits for a person."""
    shop.sets(on_refund="review")
    shop.tells(line(1), line(2, "SKU-LAW"))
    work_off(shop)
    shop.refunds("r1", l1=1)
    work_off(shop)
    assert [one.id for one in shop.listing.listed(state="review")] == ["1001"]


@pytest.mark.parametrize(
    ("decision", "state", "calls"),
    [("keep", "kept", []), ("unenroll", "taken", ["getuserstatusincourse", "removeuserfromcourse"])],
)
def test_what_a_person_says_is_done_once(shop, waiting, settle, asked, audited, decision, state, calls):
    asked()
    assert settle(decision) == Settled(1, Result("done"))
    assert asked() == calls
    assert shop.ledger() == {("l1", 12): state, ("l2", 34): "given"}
    assert [one.state for one in shop.listing.listed()] == ["done"]
    for again in ("keep", "unenroll"):
        assert settle(again).number == 0
    shop.fulfils()
    assert (asked(), shop.ledger()[("l1", 12)], shop.queue.next_at()) == ([], state, None)
    (row,) = audited("settlement")
    assert (row["storefront"], row["order"], row["decision"], row["entitlements"]) == ("shop", "1001", decision, 1)


@pytest.mark.parametrize(("decision", "courses"), [("keep", [12, 34]), ("unenroll", [34])])
def test_the_learner_has_then_what_was_said(waiting, settle, enrolled, decision, courses):
    settle(decision)
    assert enrolled() == [(KIM.email, course) for course in courses]


def test_what_does_not_wait_is_not_settled(shop, settle, enrolled):
    shop.tells(line())
    work_off(shop)
    assert settle("unenroll").number == 0
    assert settle("unenroll", "none").number == 0
    assert enrolled() == [(KIM.email, 12)]


def test_a_refund_that_nobody_has_seen_yet_goes_on_waiting(shop, waiting, settle, enrolled):
    shop.refunds("r2", l2=1)
    assert settle("unenroll") == Settled(1, Result("review"))
    assert shop.ledger() == {("l1", 12): "taken", ("l2", 34): "review"}
    assert enrolled() == [(KIM.email, 34)]
    assert settle("keep") == Settled(1, Result("done"))


def test_what_the_shop_says_is_to_be_had_again_is_not_taken(shop, settle, enrolled):
    shop.sets(on_refund="review")
    shop.tells(line())
    work_off(shop)
    for version, is_void in enumerate((False, True), 1):
        dispute = Refund("dispute-5", "1001", None, version, is_void=is_void)
        shop.orders.receive("shop", OrderEvent(f"e{version}", "dispute", refund=dispute))
        if not is_void:
            work_off(shop)
    assert settle("unenroll").result == Result("done")
    assert (shop.ledger(), enrolled()) == ({("l1", 12): "given"}, [(KIM.email, 12)])


def test_while_another_worker_has_the_order_nothing_is_settled(shop, waiting, settle, enrolled, audited):
    claim = shop.queue.claim_any("shop", "1001")
    with pytest.raises(Busy):
        settle("unenroll")
    assert len(enrolled()) == 2
    shop.queue.finish(claim, "review")
    assert settle("unenroll").number == 1
    assert len(audited("settlement")) == 1


def test_while_talentlms_is_away_it_goes_on_waiting_for_a_person(shop, waiting, settle, portal, audited):
    portal.control.fault(kind="status", status=503, times=9)
    with pytest.raises(Unavailable):
        settle("unenroll")
    portal.control.clear_faults()
    assert (shop.ledger()[("l1", 12)], audited("settlement")) == ("review", [])
    assert [one.state for one in shop.listing.listed()] == ["waiting"]
    assert settle("unenroll").number == 1
