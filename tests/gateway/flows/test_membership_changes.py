"""What several orders of one account owe each other: who gave a course, and with whom it ends."""

from dataclasses import replace

import pytest

from gateway.errors import InvalidRequest, Unavailable
from tests.gateway.flows.selling import GUEST, KIM, line


def raising(error):
    def call(*_):
        raise error

    return call


def test_a_course_left_to_an_order_that_could_not_be_looked_at_yet_ends_with_it(shop, enrolled, monkeypatch):
    shop.tells(line())
    shop.fulfils()
    shop.tells(line(), order="1002")
    error = Unavailable("no connection")
    error.is_unsent = True
    with monkeypatch.context() as patch:
        patch.setattr(shop.membership_changes._memberships, "add", raising(error))
        with pytest.raises(Unavailable):
            shop.fulfils("1002")
    shop.refunds("r1", "1001")
    shop.fulfils("1001")
    assert enrolled() == [(KIM.email, 12)]
    shop.refunds("r2", "1002")
    shop.fulfils("1002")
    assert enrolled() == []


def test_a_course_that_was_given_though_the_next_try_was_refused_ends_with_the_order(
    shop, portal, enrolled, monkeypatch
):
    shop.tells(line())
    portal.control.fault("addusertocourse", kind="status", status=500, carried_out=True)
    with pytest.raises(Unavailable):
        shop.fulfils()
    with monkeypatch.context() as patch:
        patch.setattr(shop.membership_changes._memberships, "add", raising(InvalidRequest("no")))
        assert shop.fulfils().state == "dead"
    assert enrolled() == [(KIM.email, 12)]
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == []


def test_a_course_that_was_given_though_a_try_was_refused_is_ours_once_that_passes(shop, portal, enrolled, monkeypatch):
    shop.tells(line())
    portal.control.fault("addusertocourse", kind="status", status=500, carried_out=True)
    with pytest.raises(Unavailable):
        shop.fulfils()
    with monkeypatch.context() as patch:
        patch.setattr(shop.membership_changes._memberships, "add", raising(InvalidRequest("no")))
        shop.fulfils()
    assert shop.fulfils().state == "done"
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == []


def test_what_was_there_before_a_try_that_was_refused_stays(shop, portal, enrolled, monkeypatch):
    user_id = portal.control.add_user(GUEST.email)
    shop.tells(line(), customer=GUEST)
    with monkeypatch.context() as patch:
        patch.setattr(shop.membership_changes._memberships, "add", raising(InvalidRequest("no")))
        assert shop.fulfils().state == "dead"
    portal.control.enrol(user_id, 12)  # by an administrator
    shop.refunds("r1")
    shop.fulfils()
    assert enrolled() == [(GUEST.email, 12)]


def test_what_somebody_else_gave_and_took_keeps_no_later_order_from_ending(shop, lms, portal, enrolled):
    user_id = portal.control.add_user(GUEST.email)
    portal.control.enrol(user_id, 12)  # by an administrator
    shop.tells(line(), customer=GUEST)
    shop.fulfils()
    shop.refunds("r1")
    shop.fulfils()
    assert shop.ledger() == {("l1", 12): "kept"}
    lms.courses.remove_user(user_id, 12)
    shop.tells(line(), order="1002", customer=GUEST)
    shop.fulfils("1002")
    shop.refunds("r2", "1002")
    shop.fulfils("1002")
    assert enrolled() == []


def test_what_somebody_else_gave_outlasts_every_order(shop, portal, enrolled):
    user_id = portal.control.add_user(GUEST.email)
    portal.control.enrol(user_id, 12)  # by an administrator
    for order in ("1001", "1002"):
        shop.tells(line(), order=order, customer=GUEST)
        shop.fulfils(order)
    for order in ("1001", "1002"):
        shop.refunds(f"r{order}", order)
        shop.fulfils(order)
    assert enrolled() == [(GUEST.email, 12)]


def test_a_course_left_to_an_order_moves_with_its_address(shop, enrolled, monkeypatch):
    shop.tells(line(), customer=GUEST)
    shop.fulfils()
    shop.tells(line(), order="1002", customer=GUEST)
    error = Unavailable("no connection")
    error.is_unsent = True
    with monkeypatch.context() as patch:
        patch.setattr(shop.membership_changes._memberships, "add", raising(error))
        with pytest.raises(Unavailable):
            shop.fulfils("1002")
    shop.refunds("r1", "1001")
    shop.fulfils("1001")
    shop.tells(line(), order="1002")
    shop.fulfils("1002")
    assert enrolled() == [(KIM.email, 12)]


def test_a_course_whose_refund_waits_for_a_person_moves_with_the_address(shop, enrolled):
    shop.sets(on_refund="review")
    shop.tells(line(), customer=GUEST)
    shop.fulfils()
    shop.tells(line(), status="disputed", customer=GUEST)
    assert shop.fulfils().state == "review"
    shop.tells(line())
    shop.fulfils()
    assert enrolled() == [(KIM.email, 12)]


@pytest.mark.parametrize(
    ("storefront", "note"),
    [("shop", "order 9-8-7 gives it, too"), ("other", "an order of another shop gives it, too")],
)
def test_a_shop_is_told_of_no_other_shops_order(shop, enrolled, storefront, note):
    shop.tells(line())
    shop.fulfils()
    (given,) = shop.entitlements.of_order("shop", "1001")
    shop.entitlements.put(replace(given, storefront=storefront, order_id="9-8-7"))
    shop.refunds("r1")
    shop.fulfils()
    assert [one.note for one in shop.entitlements.of_order("shop", "1001")] == [note]
    assert enrolled() == [(KIM.email, 12)]
