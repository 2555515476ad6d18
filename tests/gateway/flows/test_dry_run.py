"""A dry-run changes nothing at TalentLMS and tells of each change once; what it kept back is done once it is over."""

import threading
from dataclasses import replace

import pytest

from gateway.database.audit_trail import AuditTrail
from gateway.errors import DryRun
from gateway.flows.audit_rows import AuditRows
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.person import Person
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.outbound.client import HttpClient
from gateway.store.recorded_changes import MOST, RecordedChanges
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.dry_run import WithheldChanges
from gateway.talentlms.transport import HttpTransport
from gateway.worker.due_worker import DueWorker
from gateway.worker.order_worker import OrderWork
from gateway.worker.person_worker import PersonWork
from gateway.worker.withheld_work import WithheldWork
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows import selling
from tests.gateway.flows.assignments import rule
from tests.gateway.flows.pushed import Pushed
from tests.gateway.flows.scene import KIM, NEW_KEY, OLD_KEY
from tests.gateway.flows.selling import Shop, line
from tests.gateway.flows.test_people import Scene

MAIL = "kim@acme.example"
SALES = rule("Sales", courses=[12, 34])


@pytest.fixture
def trying(portal, store):
    """TalentLMS, of which nothing is changed."""
    withheld = WithheldChanges(RecordedChanges(store).is_new)
    return TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()), before_change=withheld)


@pytest.fixture
def would_change(audited):
    """Return the operations of the audit trail that were withheld, and what was told of each."""
    return lambda: [(each["operation"], each.get("user_id"), each["arguments"]) for each in audited("would_change")]


@pytest.fixture
def changes(asked):
    """Return which of the calls since the last look change something."""
    return lambda: [
        one for one in asked() if one.startswith(("add", "remove", "edit", "delete", "usersign", "userset"))
    ]


def worker_of(queue, work, database):
    return DueWorker(queue, work, threading.Event(), 1, trail=AuditRows(AuditTrail(database)))


@pytest.fixture
def people_of(store, database, trying):
    """Make a directory and sign-ins over a TalentLMS, and have their worker look at whoever is due."""

    class People(Pushed):
        def work_off(self, times=1):
            numbers = []
            for number in range(times):
                WithheldWork(self.queue, is_over=number > 0 or self._lms is not trying).look()
                numbers.append(worker_of(self.queue, PersonWork(self.provisioning), database).work_off())
            return numbers

    def made(lms, *rules, **settings):
        people = People(lms, store, database)
        people.sets(*rules, **settings)
        return people

    return made


def test_nobody_is_signed_up_and_the_next_click_after_it_does_so(trying, lms, people_of, changes, would_change, links):
    people = people_of(trying)
    for _ in range(3):
        with pytest.raises(DryRun) as caught:
            people.clicks()
    assert (caught.value.note, caught.value.is_unsent) == ("usersignup is not sent: mapping.mode is dry-run", True)
    assert changes() == []
    ((operation, user_id, arguments),) = would_change()
    assert (operation, user_id) == ("usersignup", None)
    assert arguments == "email, first_name, language, last_name, login, password"
    assert (links.find(KIM.key), links.intended(KIM.key)) == (None, "")
    learner = people_of(lms).clicks()
    assert changes() == ["usersignup"]
    assert links.find(KIM.key).user_id == learner.user_id
    assert len(would_change()) == 1


def test_a_sign_up_whose_answer_was_lost_before_it_is_still_known_to_be_ours(trying, people_of, links):
    links.intend(KIM.key, "kim.lee")
    with pytest.raises(DryRun):
        people_of(trying).clicks()
    assert links.intended(KIM.key) == "kim.lee"


def test_changed_claims_keep_nobody_out_and_are_told_after_it(trying, lms, people_of, changes, would_change, links):
    learner = people_of(lms).clicks()
    before, kimberly = links.find(KIM.key), replace(KIM, given_name="Kimberly")
    changes()
    people = people_of(trying)
    assert [people.clicks(kimberly) for _ in range(2)] == [learner] * 2
    assert changes() == []
    assert would_change() == [("edituser", learner.user_id, "email, first_name, last_name, user_id")]
    assert links.find(KIM.key) == before
    people_of(lms).clicks(kimberly)
    people_of(lms).clicks(kimberly)
    assert changes() == ["edituser"]


def test_a_password_by_an_older_key_stays_known_as_such(trying, lms, provisioning, store, links, asked, would_change):
    old = ManagedPasswords(Keyring([OLD_KEY])).current_key
    provisioning(OLD_KEY).learner_for(KIM)
    asked()
    accounts = provisioning(NEW_KEY, OLD_KEY, lms=trying)
    assert accounts.learner_for(KIM).password_key == old
    assert asked() == ["userlogin"]
    assert [told for told, *_ in would_change()] == ["edituser"]
    assert (links.find(KIM.key).password_key, links.find(KIM.key).retry_at) == (old, 0)
    assert provisioning(NEW_KEY, OLD_KEY).learner_for(KIM).password_key != old


def test_a_password_of_their_own_is_found_out_by_one_attempt(trying, lms, provisioning, links, asked, would_change):
    learner = provisioning(OLD_KEY).learner_for(KIM)
    lms.users.edit(learner.user_id, password="Their-own-1")
    asked()
    accounts = provisioning(NEW_KEY, OLD_KEY, lms=trying)
    kimberly = replace(KIM, given_name="Kimberly")
    assert [accounts.learner_for(kimberly).password_key for _ in range(2)] == ["", ""]
    assert asked() == ["userlogin"]
    assert [told for told, *_ in would_change()] == ["edituser"]


def test_an_account_is_not_taken_from_another_person(
    trying, lms, people_of, shop_of, changes, would_change, links, account
):
    shop = shop_of(lms)
    customer = replace(selling.KIM, email=MAIL)
    shop.tells(line(1), customer=customer)
    shop.work_off()
    changes()
    person, owner = Person(KIM, Trust(("acme.example",))), links.find(customer.identity("shop").key)
    for _ in range(2):
        with pytest.raises(DryRun):
            people_of(trying).accounts.open(person)
    assert changes() == []
    assert would_change() == [("edituser", account(MAIL)["id"], "password, user_id")]
    assert (links.find(owner.person), links.find(KIM.key)) == (owner, None)
    people_of(lms).accounts.open(person)
    assert links.find(KIM.key).user_id == owner.user_id


def test_an_operators_link_and_its_end_wait_where_a_custom_field_has_it(
    trying, lms, store, links, changes, would_change, portal
):
    first, second = (portal.control.add_user(f"{name}@private.example", login=name) for name in ("first", "second"))
    link = Scene(lms, store, links, field=3).link(KIM, first)
    scene = Scene(trying, store, links, field=3)
    with pytest.raises(DryRun):
        scene.link(KIM, second, replaces=True)
    with pytest.raises(DryRun):
        scene.people.unlink(link)
    assert (links.find(KIM.key), changes()) == (link, [])
    assert would_change() == [("edituser", first, "custom_field_3, user_id")]


def test_whoever_is_pushed_is_told_of_once_however_often_it_is_looked(trying, lms, people_of, changes, would_change):
    people = people_of(trying, SALES)
    people.pushes()
    assert people.work_off(12) == [1] * 12
    assert people.work_off() == [0]
    assert changes() == []
    assert [told for told, *_ in would_change()] == ["usersignup"]
    people = people_of(lms, SALES)
    assert [people.work_off(), people.work_off()] == [[1], [0]]
    assert changes() == ["usersignup"]


def test_each_change_of_somebody_who_is_pushed_is_told_and_made_once_after_it(
    trying, lms, people_of, changes, would_change, account, enrolled
):
    own_id = people_of(lms, SALES).pushes()
    people_of(lms, SALES).work_off()
    changes()
    people = people_of(trying, SALES)
    people.patches(own_id, name={"givenName": "Kimberly", "familyName": "Lee"})
    people.pushes_group("Sales", own_id)
    assert people.work_off(10) == [1] * 10
    assert changes() == []
    user_id = account(MAIL)["id"]
    assert would_change() == [
        ("edituser", user_id, "email, first_name, last_name, user_id"),
        ("addusertocourse", user_id, "course_id, user_id"),
        ("addusertocourse", user_id, "course_id, user_id"),
    ]
    assert people.ledger() == {"12": "wanted", "34": "wanted"}
    people = people_of(lms, SALES)
    assert [people.work_off(), people.work_off()] == [[1], [0]]
    assert changes() == ["edituser", "addusertocourse", "addusertocourse"]
    assert (account(MAIL)["first_name"], enrolled()) == ("Kimberly", [(MAIL, 12), (MAIL, 34)])
    assert len(would_change()) == 3


def test_what_rules_take_away_is_told_and_taken_after_it(trying, lms, people_of, changes, would_change, enrolled):
    people = people_of(lms, SALES)
    people.signs_in("Sales")
    people.clicks()
    people.work_off()
    changes()
    people = people_of(trying, SALES)
    people.signs_in()
    people.work_off(10)
    assert changes() == []
    assert [told for told, *_ in would_change()] == ["removeuserfromcourse"] * 2
    assert people.ledger() == {"12": "given", "34": "given"}
    people_of(lms, SALES).work_off()
    assert changes() == ["removeuserfromcourse"] * 2
    assert enrolled() == []


def test_a_leaver_stays_active_until_it_is_over(trying, lms, people_of, changes, would_change, account):
    own_id = people_of(lms).pushes()
    people_of(lms).work_off()
    changes()
    people = people_of(trying)
    people.patches(own_id, active=False)
    assert people.work_off(2) == [1, 1]
    assert (changes(), account(MAIL)["status"]) == ([], "active")
    assert would_change() == [("usersetstatus", account(MAIL)["id"], "status, user_id")]
    assert people.assignments.people.find(KIM.key).inactive_user_id == 0
    people_of(lms).work_off()
    assert (changes(), account(MAIL)["status"]) == (["usersetstatus"], "inactive")


@pytest.fixture
def shop_of(store, database, links, trying):
    """Make a shop's back office over a TalentLMS, and have its worker look at what is due."""

    class Selling(Shop):
        def work_off(self, times=1):
            fulfilment, numbers = Fulfilment({"shop": self.settings}, *self._parts), []
            for number in range(times):
                WithheldWork(self.queue, is_over=number > 0 or self.lms is not trying).look()
                numbers.append(worker_of(self.queue, OrderWork(fulfilment), database).work_off())
            return numbers

        def tells(self, *lines, **more):
            self._version = 7 + len(self.listing.listed(storefront="shop", state="", email="", at_most=50))
            return super().tells(*lines, **more)

    return lambda lms: Selling(lms, store, database, links)


def test_an_order_of_a_new_customer_waits(trying, lms, shop_of, changes, would_change, enrolled):
    shop = shop_of(trying)
    shop.tells(line(1), line(2, "SKU-LAW"))
    assert shop.work_off(10) == [1] * 10
    assert changes() == []
    assert [told for told, *_ in would_change()] == ["usersignup"]
    assert shop.line_faults() == ["", ""]
    assert [shop_of(lms).work_off(), shop_of(lms).work_off()] == [[1], [0]]
    assert changes() == ["usersignup", "addusertocourse", "addusertocourse"]
    assert enrolled() == [(selling.KIM.email, 12), (selling.KIM.email, 34)]


def test_an_order_of_a_known_customer_tells_of_each_course(
    trying, lms, shop_of, changes, would_change, enrolled, account
):
    lms.groups.create("Team", key="TEAM-9")
    shop = shop_of(lms)
    shop.tells(line(1))
    shop.work_off()
    changes()
    shop = shop_of(trying)
    shop.tells(line(1, "SKU-LAW"), line(2, "SKU-TEAM"), order="1002")
    assert shop.work_off(10) == [1] * 10
    assert changes() == []
    user_id = account(selling.KIM.email)["id"]
    assert would_change() == [
        ("addusertocourse", user_id, "course_id, user_id"),
        ("addusertogroup", user_id, "group_key, user_id"),
    ]
    assert set(shop.ledger("1002").values()) == {"wanted"}
    assert shop.line_faults("1002") == ["", ""]
    assert shop_of(lms).work_off() == [1]
    assert changes() == ["addusertocourse", "addusertogroup"]
    assert set(shop.ledger("1002").values()) == {"given"}


def test_a_refund_takes_nothing_away_until_it_is_over(trying, lms, shop_of, changes, would_change, enrolled):
    shop = shop_of(lms)
    shop.tells(line(1))
    shop.work_off()
    changes()
    shop = shop_of(trying)
    shop.refunds("r-1", l1=1)
    assert shop.work_off(2) == [1, 1]
    assert (changes(), [told for told, *_ in would_change()]) == ([], ["removeuserfromcourse"])
    assert enrolled() == [(selling.KIM.email, 12)]
    shop_of(lms).work_off()
    assert (changes(), enrolled()) == (["removeuserfromcourse"], [])


def test_the_audit_trail_has_a_row_of_each_that_names_the_person_and_no_value(trying, people_of, database):
    people = people_of(trying)
    people.pushes()
    people.work_off(2)
    (entry,) = [one for one in AuditTrail(database).listed() if one.event == "would_change"]
    assert (entry.outcome, entry.person) == ("nothing", KIM.key)
    assert entry.facts == {
        "operation": "usersignup",
        "arguments": "email, first_name, last_name, login, password",
    }


def test_a_reading_call_is_made(trying, asked):
    assert trying.courses.by_id(12).course_id == 12
    assert asked() == ["courses/id"]


def test_no_account_fills_the_audit_trail(store, trying, would_change):
    recorded = RecordedChanges(store)
    assert [recorded.is_new("7", f"change {number}") for number in range(MOST + 2)] == [True] * MOST + [False] * 2
    assert recorded.is_new("8", "change of another account")
    with pytest.raises(DryRun):
        trying.users.set_status(7, "active")
    assert would_change() == []
