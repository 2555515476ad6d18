"""What keeps failing of one order while TalentLMS is well: it holds up nothing else, and a person is told in the end."""

import io
import json

import pytest

from gateway import log
from gateway.database import order_faults
from gateway.errors import Misunderstood, ShopMisunderstood, ShopUnavailable, Unavailable
from gateway.flows.fulfilment import Result
from gateway.flows.persistent_faults import SECONDS, TRIES
from schemas.order import Order, OrderEvent
from tests.gateway.database.clock import Clock
from tests.gateway.flows.selling import GUEST, KIM, line

FOREVER = 10**6


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch, order_faults)


@pytest.fixture
def team(lms):
    return lms.groups.create("Team", key="TEAM-9").group_id


@pytest.fixture
def unforeseen(own_log_handlers):
    stream = io.StringIO()
    log.configure("info", stream)
    return lambda: [
        one for one in map(json.loads, stream.getvalue().splitlines()) if one["event"] == "order.unforeseen"
    ]  # fmt: skip


def tried(shop, clock, tries=TRIES, seconds=SECONDS, order="1001"):
    """Look at an order so many times, which are so long apart that the last one ends that many seconds later."""
    results = [shop.fulfils(order)]
    for _ in range(tries - 1):
        clock.now += seconds / (tries - 1)
        results.append(shop.fulfils(order))
    return results


def test_what_fails_oddly_holds_up_no_other_line(shop, portal, enrolled):
    shop.tells(line(1), line(2, "SKU-LAW"), line(3, "T-SHIRT"))
    portal.control.fault("addusertocourse", kind="html", times=1)
    result = shop.fulfils()
    assert (result.state, result.error) == ("waiting", "talentlms-misunderstood")
    assert enrolled() == [(KIM.email, 34)]
    assert shop.fulfils().error == "unknown-sku"
    assert enrolled() == [(KIM.email, 12), (KIM.email, 34)]


def test_a_line_at_which_talentlms_fails_holds_up_no_other(shop, portal, enrolled):
    shop.tells(line(1), line(2, "SKU-LAW"))
    portal.control.fault("addusertocourse", kind="status", status=500, times=1)
    with pytest.raises(Unavailable):
        shop.fulfils()
    assert enrolled() == [(KIM.email, 34)]
    assert shop.ledger() == {("l1", 12): "wanted", ("l2", 34): "given"}
    assert shop.fulfils() == Result("done")
    assert enrolled() == [(KIM.email, 12), (KIM.email, 34)]


def test_a_seat_at_which_talentlms_fails_holds_up_no_other(shop, portal, enrolled):
    shop.tells(line(quantity=2))
    shop.fulfils()
    people = [portal.control.add_user(f"{name}@shop.example") for name in ("ann", "bob")]
    for one, user_id in zip(shop.codes.of_order("shop", "1001"), people, strict=True):
        assert shop.codes.redeem(one, f"person {user_id}", user_id)
    portal.control.fault("addusertocourse", kind="status", status=500, times=1)
    with pytest.raises(Unavailable):
        shop.fulfils()
    assert len(enrolled()) == 1
    assert shop.fulfils() == Result("done")
    assert enrolled() == [("ann@shop.example", 12), ("bob@shop.example", 12)]


def test_an_end_at_which_talentlms_fails_holds_up_no_other(shop, portal, enrolled):
    shop.tells(line(1), line(2, "SKU-LAW"))
    shop.fulfils()
    shop.refunds("r1")
    portal.control.fault("removeuserfromcourse", kind="status", status=500, times=1)
    with pytest.raises(Unavailable):
        shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]
    assert shop.fulfils() == Result("done")
    assert enrolled() == []


def test_while_talentlms_is_away_one_line_finds_that_out_for_all(shop, portal, asked):
    shop.tells(line(1), line(2, "SKU-LAW"))
    for operation in ("addusertocourse", "ratelimit"):
        portal.control.fault(operation, kind="status", status=500, times=FOREVER)
    asked()
    with pytest.raises(Unavailable):
        shop.fulfils()
    assert asked().count("addusertocourse") == 1


def test_what_keeps_failing_is_a_dead_letter_after_an_hour_and_eight_tries(shop, portal, clock, enrolled, team):
    shop.tells(line(1), line(2, "SKU-TEAM"))
    portal.control.fault("addusertocourse", kind="html", times=FOREVER)
    *before, last = tried(shop, clock)
    assert [result.state for result in before] == ["waiting"] * (TRIES - 1)
    assert (last.state, last.error) == ("dead", "keeps-failing")
    assert "retry once that is mended, or enrol the customer by hand. (talentlms-misunderstood)" in last.note
    assert shop.ledger() == {("l1", 12): "wanted", ("l2", team): "given"}
    assert shop.line_faults() == ["keeps-failing", ""]


@pytest.mark.parametrize(("tries", "seconds"), [(TRIES - 1, 10 * SECONDS), (2 * TRIES, SECONDS - 60)])
def test_neither_a_few_tries_nor_a_short_time_is_enough(shop, portal, clock, tries, seconds):
    shop.tells(line())
    portal.control.fault("addusertocourse", kind="html", times=FOREVER)
    assert {result.state for result in tried(shop, clock, tries, seconds)} == {"waiting"}


def test_a_person_has_it_tried_again_and_as_long_as_at_first(shop, portal, clock, enrolled):
    shop.tells(line())
    portal.control.fault("addusertocourse", kind="html", times=FOREVER)
    assert tried(shop, clock)[-1].state == "dead"
    assert shop.fulfils().state == "dead"
    assert shop.queue.retry("shop", "1001")
    assert shop.fulfils().state == "waiting"
    portal.control.clear_faults()
    assert shop.fulfils() == Result("done")
    assert shop.line_faults() == [""]
    assert enrolled() == [(KIM.email, 12)]


def test_what_succeeds_in_between_begins_anew(shop, portal, clock):
    shop.tells(line())
    portal.control.fault("addusertocourse", kind="html", times=TRIES - 1)
    tried(shop, clock, TRIES - 1)
    assert shop.fulfils() == Result("done")
    shop.tells(line(), line(2, "SKU-LAW"))
    portal.control.fault("addusertocourse", kind="html", times=1)
    assert shop.fulfils().state == "waiting"


def test_of_two_lines_each_has_its_own_tries(shop, portal, clock, lms, team):
    shop.tells(line(1))
    portal.control.fault("addusertocourse", kind="html", times=FOREVER)
    tried(shop, clock, TRIES - 1, SECONDS)
    shop.tells(line(1), line(2, "SKU-LAW"))
    clock.now += SECONDS
    assert shop.fulfils().state == "waiting"
    assert shop.line_faults() == ["keeps-failing", ""]


def test_while_talentlms_is_not_well_nothing_is_given_up(shop, portal, clock):
    shop.tells(line())
    portal.control.fault(kind="html", times=FOREVER)
    for _ in range(TRIES + 1):
        with pytest.raises(Misunderstood):
            shop.fulfils()
        clock.now += SECONDS
    portal.control.clear_faults()
    assert shop.fulfils() == Result("done")


def test_an_un_enrolment_that_keeps_failing_is_told_and_its_line_named(shop, portal, clock, enrolled):
    shop.tells(line(1), line(2, "SKU-LAW", student=GUEST))
    shop.fulfils()
    shop.refunds("r1", l1=1)
    portal.control.fault("getuserstatusincourse", kind="html", times=FOREVER)
    assert tried(shop, clock)[-1].error == "keeps-failing"
    assert shop.line_faults() == ["keeps-failing", ""]
    portal.control.clear_faults()
    shop.fulfils()
    assert enrolled() == [(GUEST.email, 34)]


class Broken:
    """A shop's API with a fault of ours, or an answer that makes no sense."""

    def __init__(self, error):
        self.error = error

    def lines_of(self, _storefront, _order):
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"), [(ZeroDivisionError(), "internal-error"), (ShopMisunderstood("400"), "shop-misunderstood")]
)
def test_an_order_of_which_the_lines_cannot_be_read_is_told_as_a_whole(shop, clock, unforeseen, error, code):
    shop.lines = Broken(error)
    shop.orders.receive("shop", without_lines())
    *before, last = tried(shop, clock)
    assert [(result.state, result.error) for result in before] == [("waiting", code)] * (TRIES - 1)
    assert (last.state, last.error, last.note.endswith(f"({code})")) == ("dead", "keeps-failing", True)
    assert len(unforeseen()) == TRIES * isinstance(error, ZeroDivisionError)


def test_a_shop_that_is_away_is_asked_for_as_long_as_it_is(shop, clock):
    shop.lines = Broken(ShopUnavailable("no connection"))
    shop.orders.receive("shop", without_lines())
    for _ in range(TRIES + 1):
        with pytest.raises(ShopUnavailable):
            shop.fulfils()
        clock.now += SECONDS


def without_lines():
    return OrderEvent("e1", "order", order=Order("1001", 1, "paid", KIM, None))
