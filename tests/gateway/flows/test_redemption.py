"""A redeem code: who gets the seat, what the calls are, and what a refund takes back. On both kinds of database."""

import pytest

from gateway.database.upgrade import opened
from gateway.errors import (
    AccountNotALearner,
    CodeRefunded,
    CodeUnknown,
    CodeUsed,
    SeatNotReady,
    TooManyAttempts,
    Unavailable,
)
from gateway.flows.accounts import Accounts
from gateway.flows.bought_seats import BoughtSeats
from gateway.flows.failed_codes import WINDOW_SECONDS, FailedCodes
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.learners import Learners
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.redemption import Redemption
from gateway.flows.seat_giving import SeatGiving
from gateway.flows.self_enrolment import Enrolment
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.attempts import Attempts
from gateway.store.budget import SharedBudget
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.talentlms.transport import LONGEST_SECONDS
from schemas.identity import Identity
from schemas.order import Customer
from schemas.secret import Secret
from tests.databases import new_database
from tests.gateway.flows import selling
from tests.gateway.flows.scene import NEW_KEY
from tests.gateway.flows.selling import line
from tests.gateway.threads import at_once

HERE = "203.0.113.7"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    if request.param == "sqlite":
        yield opened(Secret(new_database(tmp_path)))
        return
    made = opened(request.getfixturevalue("postgresql").new_database_with_tables())
    yield made
    made.close()


class Office:
    """Redemption beside the shop whose orders it is about."""

    def __init__(self, shop, store, destinations, at_most=100):
        self.shop, self.store = shop, store
        self.sessions = Sessions(store, 60, 600)
        passwords = ManagedPasswords(Keyring([NEW_KEY]))
        accounts = Accounts(shop.lms, shop.links, Locks(store), passwords, ("Learner", "Learner-Type"))
        trusts = {"acme": Trust(), "shop": Trust(is_shop=True)}
        budget = Budget(SharedBudget(store, "portal", 0, 0, LONGEST_SECONDS))
        options = LaunchOptions("auto", "http://127.0.0.1/out", "http://127.0.0.1/completed/{course}", (), ())
        products = {"shop": shop.settings.products}
        self.bought = BoughtSeats(products, shop.codes)
        self.redemption = Redemption(
            products,
            shop.codes,
            SeatGiving(shop.orders, shop.queue, shop.entitlements, self.fulfil),
            Learners(accounts, trusts, self.sessions, budget),
            accounts,
            trusts,
            Launch(shop.lms, destinations, passwords, Enrolment(shop.lms), options),
            FailedCodes(Attempts(store, WINDOW_SECONDS), "redeem", at_most),
        )

    def fulfil(self, storefront, order_id, check):
        return Fulfilment({"shop": self.shop.settings}, *self.shop._parts).fulfil(storefront, order_id, check)

    def works(self):
        """Have a worker look at what is due."""
        for claim in self.shop.queue.claim(10):
            result = self.fulfil(claim.storefront, claim.order_id, lambda: None)
            self.shop.queue.finish(claim, result.state, result.error, result.note)

    def codes(self, order="1001"):
        return [code for _, code in self.shop.codes.shown("shop", order)]

    def session(self, who):
        return self.sessions.find(self.sessions.create(who, Secret("")).reveal())

    def press(self, code, who):
        return self.redemption.redeem(self.redemption.look(code, HERE, who), self.session(who))


@pytest.fixture
def office(shop, store, destinations):
    shop.tells(line(1, quantity=3))
    made = Office(shop, store, destinations)
    made.works()
    return made


def person(number=1):
    return Identity(
        "https://id.acme.example",
        f"person-{number}",
        "acme",
        email=f"person{number}@acme.example",
        email_verified=True,
        given_name="Person",
        family_name=str(number),
    )


def test_the_code_enrols_by_its_order_and_leads_into_the_course(office, asked, enrolled, audited):
    asked()
    link = office.press(office.codes()[1], person())
    assert "/index/gotocourse/" in link.reveal()
    assert asked()[-3:] == ["users/id", "addusertocourse", "gotocourse"]
    assert enrolled() == [("person1@acme.example", 12)]
    assert office.shop.ledger() == {("l1", 12): "given"}
    assert [one.seat for one in office.shop.entitlements.of_order("shop", "1001")] == [2]
    (written,) = audited("seat")
    assert (written["person"], written["order"], written["seat"]) == (person().key, "1001", 2)
    assert office.shop.queue.claim() == []


def test_looking_uses_nothing_up(office, asked):
    asked()
    for who in (None, person(1), person(2)):
        offer = office.redemption.look(office.codes()[0], HERE, who)
        assert (offer.product.id, offer.is_theirs) == (12, False)
    assert asked() == []
    assert not any(seat.is_redeemed for seat in office.shop.codes.of_order("shop", "1001"))


def test_the_same_person_is_led_in_again_and_nobody_else(office, asked, enrolled):
    code = office.codes()[0]
    office.press(code, person())
    asked()
    assert office.redemption.look(code, HERE, person()).is_theirs
    assert "/index/gotocourse/" in office.press(code, person()).reveal()
    assert "addusertocourse" not in asked()
    for who in (person(2), None):
        with pytest.raises(CodeUsed):
            office.redemption.look(code, HERE, who)
    assert enrolled() == [("person1@acme.example", 12)]


def test_of_two_who_press_at_once_one_gets_the_seat(office, enrolled):
    code = office.codes()[0]
    people = [person(1), person(2)]
    offers = [office.redemption.look(code, HERE, who) for who in people]
    sessions = [office.session(who) for who in people]
    answers = at_once(2, lambda number: office.redemption.redeem(offers[number], sessions[number]))
    (winner,) = [number for number, answer in enumerate(answers) if not isinstance(answer, Exception)]
    assert isinstance(answers[1 - winner], CodeUsed)
    assert enrolled() == [(people[winner].email, 12)]


def test_all_codes_of_an_order_pressed_at_once_are_given_each_to_its_person(office, enrolled):
    codes = office.codes()
    answers = at_once(3, lambda number: office.press(codes[number], person(number)))
    assert ["/index/gotocourse/" in answer.reveal() for answer in answers] == [True] * 3
    assert enrolled() == [(f"person{number}@acme.example", 12) for number in range(3)]


def test_the_buyer_may_use_one_of_the_codes(office, enrolled):
    assert office.press(office.codes()[0], selling.KIM.identity("shop")) is not None
    assert enrolled() == [(selling.KIM.email, 12)]


def test_a_refund_takes_the_course_back_and_the_code_says_so(office, enrolled):
    code, unused, _ = office.codes()
    office.press(code, person())
    office.shop.refunds("r1")
    office.works()
    assert enrolled() == []
    for refunded, who in ((code, person()), (unused, person()), (unused, None), (unused, person(2))):
        with pytest.raises(CodeRefunded):
            office.redemption.look(refunded, HERE, who)
    with pytest.raises(CodeUsed):
        office.redemption.look(code, HERE, person(2))


def test_a_refund_that_no_worker_has_seen_yet_uses_no_code_up(office, enrolled):
    code = office.codes()[0]
    offer = office.redemption.look(code, HERE, person())
    office.shop.refunds("r1")
    with pytest.raises(CodeRefunded):
        office.redemption.look(code, HERE, person())
    with pytest.raises(CodeRefunded):
        office.redemption.redeem(offer, office.session(person()))
    assert enrolled() == []


def test_what_somebody_else_gave_is_not_taken_back(office, portal, account, enrolled):
    who = person()
    office.press(office.codes()[0], who)
    office.shop.tells(line(1, quantity=2), order="1002")
    office.works()
    office.press(office.codes("1002")[0], who)
    office.shop.refunds("r1")
    office.works()
    assert enrolled() == [(who.email, 12)]


def test_several_courses_lead_to_the_overview(office, enrolled):
    office.shop.tells(line(1, "SKU-ALL", quantity=2), order="1002")
    office.works()
    assert office.press(office.codes("1002")[0], person()) is None
    assert {course for _, course in enrolled()} != set()
    assert {email for email, _ in enrolled()} == {person().email}


def test_talentlms_away_the_seat_is_kept_and_a_worker_gives_it(office, portal, enrolled):
    code = office.codes()[0]
    portal.control.fault("addusertocourse", kind="status", status=500, times=1)
    with pytest.raises(Unavailable):
        office.press(code, person())
    assert office.redemption.look(code, HERE, person()).is_theirs
    with pytest.raises(CodeUsed):
        office.redemption.look(code, HERE, person(2))
    assert "/index/gotocourse/" in office.press(code, person()).reveal()
    assert enrolled() == [(person().email, 12)]


def test_what_cannot_be_given_is_told_and_the_seat_stays(office):
    office.shop.tells(line(1, "SKU-GONE", quantity=2), order="1002")
    office.works()
    code = office.codes("1002")[0]
    for _ in range(2):
        with pytest.raises(SeatNotReady):
            office.press(code, person())
    assert office.shop.ledger("1002") == {("l1", 4711): "dead"}


def test_an_account_that_is_no_learners_any_more_uses_no_code_up(office, portal, account):
    code, other, _ = office.codes()
    office.press(code, person())
    state = portal.control.snapshot()
    (user,) = [user for user in state["users"] if user["email"] == person().email]
    user["user_type"] = "SuperAdmin"
    portal.control.restore(state)
    with pytest.raises(AccountNotALearner):
        office.press(other, person())
    assert not office.shop.codes.find(other).is_redeemed


def test_an_account_that_was_deleted_is_made_anew_before_the_code_is_used(office, lms, account):
    who = person()
    office.press(office.codes()[0], who)
    before = account(who.email)["id"]
    lms.users.delete(before, permanent=True)
    office.press(office.codes()[1], who)
    after = account(who.email)["id"]
    assert after != before
    assert office.shop.codes.find(office.codes()[1]).user_id == after


@pytest.mark.parametrize("typed", ["", "x", "ABCDEFGHJKMNPQRS", "A" * 4000, "\x00", "é" * 16, "%2F", "../.."])
def test_what_is_no_code_is_unknown_whatever_it_is(office, typed):
    with pytest.raises(CodeUnknown):
        office.redemption.look(typed, HERE, None)


def test_guesses_are_limited_by_address_and_codes_that_are_good_count_for_nothing(shop, store, destinations, office):
    strict = Office(shop, store, destinations, at_most=3)
    good = strict.codes()[0]
    for _ in range(5):
        strict.redemption.look(good, HERE, None)
    for _ in range(3):
        with pytest.raises(CodeUnknown):
            strict.redemption.look("ABCDEFGHJKMNPQRS", HERE, None)
    for code in ("ABCDEFGHJKMNPQRS", good):
        with pytest.raises(TooManyAttempts):
            strict.redemption.look(code, HERE, None)
    assert strict.redemption.look(good, "198.51.100.9", None).seat.seat == 1


# --- the buyer's list ------------------------------------------------------------------------------------------


def test_the_buyer_sees_the_codes_of_their_orders_the_newest_first_and_which_are_used(office, monkeypatch):
    office.press(office.codes()[1], person())
    office.shop.tells(line(1, "SKU-LAW", quantity=2), order="1002", number="#2")
    office.shop.refunds("r1", order="1002", l1=1)
    office.works()
    found = office.bought.of(selling.KIM.identity("shop"))
    told = {one.number: (one.product.id, [(seat.code, seat.seat.is_redeemed) for seat in one.seats]) for one in found}
    codes = office.codes()
    assert told["1001"] == (12, [(codes[0], False), (codes[1], True), (codes[2], False)])
    assert told["#2"] == (34, [(office.codes("1002")[0], False)])


def test_nobody_else_sees_them(office):
    guest = Customer("kim@shop.example").identity("shop", email_verified=True)
    other = Customer("kim@shop.example", "c-78").identity("shop")
    assert [office.bought.of(who) for who in (guest, other, person())] == [[], [], []]


def test_a_guest_sees_them_once_the_shop_has_verified_the_address(office):
    office.shop.tells(line(1, quantity=2), order="1002", customer=selling.GUEST)
    office.works()
    assert office.bought.of(selling.GUEST.identity("shop")) == []
    (found,) = office.bought.of(selling.GUEST.identity("shop", email_verified=True))
    assert len(found.seats) == 2


def test_for_an_employee_the_database_is_not_asked(office, monkeypatch):
    monkeypatch.setattr(office.shop.codes, "bought_by", None)
    assert office.bought.of(person()) == []


def test_a_seat_that_meets_an_odd_answer_is_left_to_a_worker(office, portal, enrolled):
    portal.control.fault("addusertocourse", kind="html", times=1)
    code = office.codes()[0]
    with pytest.raises(SeatNotReady):
        office.press(code, person())
    (waiting,) = office.shop.listing.listed(state="waiting")
    assert (waiting.error, waiting.tries) == ("talentlms-misunderstood", 0)
    assert "/index/gotocourse/" in office.press(code, person()).reveal()
    assert enrolled() == [("person1@acme.example", 12)]
