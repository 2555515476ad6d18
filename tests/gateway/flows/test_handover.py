"""Whom a storefront may hand over, and into which account."""

from dataclasses import replace

import pytest

from gateway.errors import (
    AccountInactive,
    AccountNotALearner,
    AccountTaken,
    CourseNotOpen,
    EmailNotVerified,
    GatewayError,
    Unavailable,
    WrongPassword,
)
from gateway.flows.accounts import Accounts
from gateway.flows.checkout import Checkout
from gateway.flows.handover import Handovers, Shop
from gateway.flows.items import Items
from gateway.flows.learners import Learners
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.store.budget import SharedBudget
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.talentlms.transport import LONGEST_SECONDS
from schemas.handover import Handover, Target
from schemas.order import Customer
from schemas.product import Product
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY

DASHBOARD, COURSE = Target("dashboard"), Target("course", 12)
CUSTOMER = Customer("kim@acme.example", "c-77", "Kim", "Lee")
GUEST = replace(CUSTOMER, id="")


def handed(customer=CUSTOMER, *, verified=False, target=DASHBOARD, shop="shop"):
    return Handover(shop, customer, verified, target)


class Scene:
    """A gateway's flows with two storefronts and an identity provider; ``refunded`` are courses taken back."""

    def __init__(
        self, lms, store, links, launch, destinations, adopt, keys=(NEW_KEY,), begin=lambda *_: None, **options
    ):
        self.sessions, self.refunded = Sessions(store, 60, 600), set()
        is_refunded = options.pop("is_refunded", lambda *_: bool(self.refunded))
        passwords = ManagedPasswords(Keyring(keys))
        types = ("Learner", "Learner-Type")
        self.accounts = Accounts(lms, links, Locks(store), passwords, types, end_sessions=self.sessions.end_of_person)
        trust = Trust(is_shop=True, adopts=adopt)
        trusts = {"acme": Trust(), "shop": trust, "other": trust}
        budget = Budget(SharedBudget(store, "portal", 0, 0, LONGEST_SECONDS))
        self.learners = Learners(self.accounts, trusts, self.sessions, budget)
        products = {Product("course", 12), Product("category", 3), Product("group", key="KEY12345")}
        self.handovers = Handovers(
            {"shop": Shop(trust, products, begin), "other": Shop(trust, ())},
            self.accounts,
            self.learners,
            self.sessions,
            launch(*keys, **options),
            Checkout(lms, destinations, Items(lms)),
            lms.categories,
            is_refunded,
        )

    def enter(self, handover, before=None):
        return self.handovers.enter(handover, before).session

    def go(self, handover):
        return self.handovers.link(self.enter(handover), handover)

    def sessions_of(self, identity):
        return self.sessions.end_of_person(identity.key)


@pytest.fixture
def scene(lms, store, links, launch, destinations):
    return lambda adopt=False, keys=(NEW_KEY,): Scene(lms, store, links, launch, destinations, adopt, keys)


@pytest.fixture
def staged(portal, asked):
    """Make an account by hand and return its id."""

    def made(**values):
        number = portal.control.add_user(values.pop("email", "kim@acme.example"), **{"login": "kim.old", **values})
        asked()
        return number

    return made


@pytest.fixture
def promoted(portal):
    """Give an account another type, as TalentLMS's own administrators do."""

    def made(number, user_type):
        kept = portal.control.snapshot()
        for user in kept["users"]:
            if user["id"] == number:
                user["user_type"] = user_type
        portal.control.restore(kept)

    return made


@pytest.mark.parametrize("customer", [CUSTOMER, GUEST])
def test_a_customer_whom_nobody_knows_is_signed_up_and_comes_again(scene, asked, account, customer):
    shop = scene()
    session = shop.enter(handed(customer))
    assert session.identity.key == handed(customer).identity.key
    assert session.learner.login == account("kim@acme.example")["login"]
    assert asked() == ["usersignup", "users/id", "userlogin"][: 2 + (customer is GUEST)]
    assert shop.enter(handed(customer)).learner == session.learner
    assert asked() == ["users/id", "userlogin"][: 1 + (customer is GUEST)]


def test_a_customer_id_and_an_address_are_two_customers(scene):
    shop = scene()
    first = shop.enter(handed(GUEST))
    with pytest.raises(EmailNotVerified):
        shop.enter(handed(CUSTOMER))
    assert shop.enter(handed(replace(GUEST, first_name="Other"))).learner == first.learner


@pytest.mark.parametrize("customer", [CUSTOMER, GUEST])
@pytest.mark.parametrize(("adopt", "verified"), [(False, False), (False, True), (True, False)])
def test_an_account_that_exists_is_opened_by_nothing_less_than_both(scene, staged, links, customer, adopt, verified):
    staged()
    with pytest.raises(EmailNotVerified) as refused:
        scene(adopt).enter(handed(customer, verified=verified))
    assert refused.value.note
    assert links.find(handed(customer).identity.key) is None


@pytest.mark.parametrize("customer", [CUSTOMER, GUEST])
def test_an_account_that_exists_is_opened_by_a_verified_address_where_the_shop_may_adopt(scene, staged, customer):
    number = staged()
    assert scene(adopt=True).enter(handed(customer, verified=True)).learner.user_id == number


def test_a_guest_whose_account_was_adopted_has_to_be_verified_each_time(scene, staged):
    staged()
    shop = scene(adopt=True)
    shop.enter(handed(GUEST, verified=True))
    with pytest.raises(EmailNotVerified):
        shop.enter(handed(GUEST))
    assert shop.sessions_of(handed(GUEST).identity) == 1


def test_a_guest_opens_no_account_whose_owner_has_set_a_password(scene, lms):
    shop = scene()
    number = shop.enter(handed(GUEST)).learner.user_id
    lms.users.edit(number, password="Own-Password-1")
    with pytest.raises(EmailNotVerified):
        shop.go(handed(GUEST))
    with pytest.raises(EmailNotVerified):
        shop.enter(handed(GUEST))
    assert shop.go(handed(GUEST, verified=True))


@pytest.mark.parametrize("target", [DASHBOARD, COURSE, Target("buy_course", 34), Target("buy_category", 3)])
def test_a_guest_proves_the_managed_password_before_any_target(scene, lms, asked, links, target):
    shop = scene()
    number = shop.enter(handed(GUEST)).learner.user_id
    asked()
    shop.enter(handed(GUEST))
    assert asked() == ["users/id", "userlogin"]
    lms.users.edit(number, password="Own-Password-1")
    asked()
    for calls in (["users/id", "userlogin"], []):
        with pytest.raises(EmailNotVerified):
            shop.go(handed(GUEST, target=target))
        assert asked() == calls
    assert links.owner_of(number).password_key == ""
    assert shop.sessions_of(handed(GUEST).identity) == 2  # those that began while the password was the gateway's


def test_a_guest_whose_password_was_made_with_a_key_that_is_gone_proves_nothing(scene, links):
    shop = scene()
    known = links.owner_of(shop.enter(handed(GUEST)).learner.user_id)
    links.update(replace(known, password_key="gone", retry_at=2**40))
    with pytest.raises(EmailNotVerified):
        shop.enter(handed(GUEST))


def test_a_guest_gets_no_new_password_for_an_account_whose_owner_may_have_set_one_since(scene, lms, links, asked):
    number = scene(keys=(OLD_KEY,)).enter(handed(GUEST)).learner.user_id
    lms.users.edit(number, password="Own-Password-1")
    asked()
    for _ in range(2):
        with pytest.raises(EmailNotVerified):
            scene(keys=(NEW_KEY,)).enter(handed(GUEST))
    assert "edituser" not in asked()
    lms.users.log_in(links.owner_of(number).login, "Own-Password-1")


def test_a_guest_whose_address_is_verified_by_now_comes_in_though_the_key_is_gone(scene, account, links):
    scene(keys=(OLD_KEY,)).enter(handed(GUEST))
    session = scene(keys=(NEW_KEY,)).enter(handed(GUEST, verified=True))
    assert session.learner.login == account("kim@acme.example")["login"]
    assert links.owner_of(session.learner.user_id).password_key == ManagedPasswords(Keyring([NEW_KEY])).current_key


def test_an_address_that_a_shop_has_not_verified_is_not_kept_as_a_customers(scene, links):
    shop, moved = scene(), replace(CUSTOMER, email="somebody.else@acme.example")
    shop.enter(handed())
    for verified, kept in ((False, CUSTOMER.email), (True, moved.email), (False, moved.email)):
        session = shop.enter(handed(moved, verified=verified))
        assert links.find(session.identity.key).email == kept


def test_a_guests_session_opens_nothing_once_the_owner_has_set_a_password(scene, lms):
    shop = scene()
    session = shop.enter(handed(GUEST))
    lms.users.edit(session.learner.user_id, password="Own-Password-1")
    steps = []
    with pytest.raises(EmailNotVerified):
        shop.learners.then(replace(session, learner=replace(session.learner, password_key="")), steps.append)
    with pytest.raises(EmailNotVerified):
        shop.handovers.link(session, handed(GUEST))
    assert steps == []
    assert shop.sessions_of(session.identity) == 0


@pytest.mark.parametrize("adopt", [True, False])
@pytest.mark.parametrize("customer", [CUSTOMER, GUEST])
def test_a_provider_takes_an_account_over_and_the_customers_link_and_sessions_end(scene, links, customer, adopt):
    shop = scene(adopt)
    opened = shop.enter(handed(customer, verified=True))
    assert shop.learners.learner_for(KIM).user_id == opened.learner.user_id
    assert links.find(opened.identity.key) is None
    assert shop.sessions_of(opened.identity) == 0
    with pytest.raises(AccountTaken if adopt else EmailNotVerified) as refused:
        shop.enter(handed(customer, verified=adopt))
    assert not adopt or refused.value.issuer == KIM.issuer
    assert links.owner_of(opened.learner.user_id).issuer == KIM.issuer


def test_a_password_that_somebody_has_set_in_an_account_opens_it_no_more_once_its_owner_takes_it_over(
    scene, lms, links
):
    shop = scene()
    opened = shop.enter(handed(GUEST)).learner
    lms.users.edit(opened.user_id, password="Attacker-Pass-1")
    assert shop.learners.learner_for(KIM).user_id == opened.user_id
    with pytest.raises(WrongPassword):
        lms.users.log_in(opened.login, "Attacker-Pass-1")
    assert links.owner_of(opened.user_id).password_key != ""


def test_an_account_is_not_taken_over_where_its_password_cannot_be_taken_back(scene, lms, links, portal):
    shop = scene()
    opened = shop.enter(handed(GUEST))
    portal.control.fault("edituser", kind="status", status=400)
    with pytest.raises(GatewayError):
        shop.learners.learner_for(KIM)
    assert links.owner_of(opened.learner.user_id).person == opened.identity.key


def test_a_provider_that_has_not_verified_the_address_takes_nothing_over(scene, links):
    shop = scene()
    opened = shop.enter(handed(GUEST))
    with pytest.raises(EmailNotVerified):
        shop.learners.learner_for(replace(KIM, email_verified=None))
    assert links.owner_of(opened.learner.user_id).person == opened.identity.key
    assert shop.sessions_of(opened.identity) == 1


def test_an_account_of_a_providers_person_is_never_opened_by_a_shop(scene, links):
    shop = scene(adopt=True)
    learner = shop.learners.learner_for(KIM)
    for customer in (CUSTOMER, GUEST):
        with pytest.raises(AccountTaken):
            shop.enter(handed(customer, verified=True))
    assert links.owner_of(learner.user_id).person == KIM.key


def test_a_verified_customer_ends_a_guests_link_but_not_another_customers(scene, links):
    shop = scene(adopt=True)
    opened = shop.enter(handed(GUEST))
    assert shop.enter(handed(CUSTOMER, verified=True)).learner.user_id == opened.learner.user_id
    assert shop.sessions_of(opened.identity) == 0
    for customer, other in ((GUEST, "shop"), (replace(CUSTOMER, id="c-78"), "shop"), (CUSTOMER, "other")):
        with pytest.raises(AccountTaken):
            shop.enter(handed(customer, verified=True, shop=other))
    assert links.owner_of(opened.learner.user_id).person == handed(CUSTOMER).identity.key


def test_another_shops_guest_with_the_same_address_is_somebody_else(scene):
    shop = scene()
    shop.enter(handed(GUEST))
    with pytest.raises(EmailNotVerified):
        shop.enter(handed(GUEST, shop="other"))


@pytest.mark.parametrize("user_type", ["SuperAdmin", "Admin-Type", "Trainer-Type"])
def test_no_account_of_another_type_is_opened_neither_at_first_nor_later(scene, staged, links, promoted, user_type):
    staged(user_type=user_type)
    shop = scene(adopt=True)
    with pytest.raises(AccountNotALearner):
        shop.enter(handed(verified=True))
    assert links.find(handed().identity.key) is None
    lou = handed(Customer("lou@acme.example", "c-78"))
    promoted(shop.enter(lou).learner.user_id, user_type)
    with pytest.raises(AccountNotALearner):
        shop.enter(lou)
    assert shop.sessions_of(lou.identity) == 1


def test_an_account_that_is_switched_off_is_not_opened(scene, lms):
    shop = scene()
    lms.users.set_status(shop.enter(handed()).learner.user_id, "inactive")
    with pytest.raises(AccountInactive):
        shop.enter(handed())


def test_nobody_tells_talentlms_of_another_by_typing_their_address(scene, asked, account):
    shop = scene()
    shop.enter(handed(GUEST))
    asked()
    shop.enter(handed(replace(GUEST, first_name="Mallory", last_name="M")))
    assert asked() == ["users/id", "userlogin"]
    user = account("kim@acme.example")
    assert (user["first_name"], user["last_name"]) == ("Kim", "Lee")


def test_a_customers_new_address_is_told_once_it_is_verified(scene, account):
    shop = scene()
    number = shop.enter(handed()).learner.user_id
    moved = replace(CUSTOMER, email="kim.lee@acme.example")
    shop.enter(handed(moved))
    assert account("kim@acme.example")["id"] == number
    shop.enter(handed(moved, verified=True))
    assert account("kim.lee@acme.example")["id"] == number


def test_who_fails_leaves_no_session_behind(scene, portal):
    portal.control.fault("users/id", kind="status", status=500, times=9)
    shop = scene()
    with pytest.raises(Unavailable):
        shop.enter(handed())
    assert shop.sessions_of(handed().identity) == 0


def test_a_session_of_somebody_else_in_the_same_browser_ends(scene):
    shop = scene()
    before = shop.enter(handed())
    after = shop.enter(handed(Customer("lou@acme.example")), before)
    assert shop.sessions_of(before.identity) == 0
    assert shop.sessions_of(after.identity) == 1


@pytest.mark.parametrize("course", [12, 19, 34])
def test_a_course_that_the_shop_sells_is_entered_and_a_category_is_all_of_its_courses(scene, asked, course):
    wanted = handed(target=Target("course", course))
    assert scene().go(wanted)
    calls = asked()
    assert calls.count("addusertocourse") == 1
    assert calls.count("categories/id") == (course != 12)
    assert scene().go(wanted)
    assert "addusertocourse" not in asked()


def test_a_course_that_the_shop_does_not_sell_is_entered_by_nobody_new(scene, asked):
    lou = Customer("lou@acme.example")
    for wanted in (handed(target=Target("course", 56)), handed(lou, target=COURSE, shop="other")):
        with pytest.raises(CourseNotOpen):
            scene().go(wanted)
        assert "addusertocourse" not in asked()


def test_a_course_that_was_refunded_is_not_given_again(scene, asked):
    shop = scene()
    shop.refunded = {12}
    with pytest.raises(CourseNotOpen):
        shop.go(handed(target=COURSE))
    assert "addusertocourse" not in asked()


@pytest.mark.parametrize(
    ("target", "operation"),
    [
        (DASHBOARD, "userlogin"),
        (Target("buy_course", 34), "buycourse"),
        (Target("buy_course", 34, "WELCOME10"), "buycourse"),
        (Target("buy_category", 3), "buycategorycourses"),
    ],
)
def test_every_target_has_its_link(scene, asked, target, operation):
    assert scene().go(handed(target=target)).reveal().startswith("http")
    assert asked()[-1] == operation


def test_a_target_that_is_not_there_says_so(scene):
    for kind in ("course", "buy_course", "buy_category"):
        with pytest.raises(GatewayError) as missing:
            scene().go(handed(target=Target(kind, 4711)))
        assert missing.value.code.endswith("not-found"), kind
