"""A worker that is killed before or after any call, or any write, leaves what another one brings to the same end."""

import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from gateway.database.account_links import AccountLinks
from gateway.database.upgrade import opened
from gateway.flows import membership_changes
from gateway.outbound.client import HttpClient
from gateway.store.connection import connect
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.order import Customer
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.flows.selling import GUEST, KIM, Shop, line

HOUR = 3600
BOB = Customer("bob@shop.example", "", "Bob", "Roe")


class Killed(BaseException):
    pass


class Deadly:
    """Counts in each step of a story the moments at which a worker may be killed, and kills it at one of them.

    Each step has its own moments, so that one story has somebody killed in each of its steps that is long enough.

    Args:
        at: the moment of each step, from 1; 0 for none.
    """

    def __init__(self, at):
        self.at, self.moments, self.killed = at, [], []

    def begins(self):
        """A step begins."""
        self.moments.append(0)
        self.killed.append(False)

    def here(self):
        self.moments[-1] += 1
        if self.moments[-1] == self.at:
            self.killed[-1] = True
            raise Killed


def assert_the_end_is_the_same(story, moments, expected, first=1, every=1):
    """Tell a story again with a kill at each of its moments.

    Args:
        story: from a ``Deadly``, returns how things stand after each step.
        moments: how many each step has where nobody is killed.
        expected: how things stand then.
        first: the first moment that is looked at.
        every: how far the next one is.
    """
    for at in range(first, max(moments) + 1, every):
        deadly = Deadly(at)
        found = story(deadly)
        assert all(killed or at > last for killed, last in zip(deadly.killed, moments, strict=True))
        assert (at, found) == (at, expected)


class DeadlyTransport(HttpTransport):
    deadly = Deadly(0)

    def send(self, *given, **named):
        self.deadly.here()
        answer = super().send(*given, **named)
        self.deadly.here()
        return answer


def scene(portal, folder, deadly):
    """Return a shop that works as long as nobody dies."""
    portal.control.reset()
    transport = DeadlyTransport(portal.url, Secret(API_KEY), HttpClient())
    transport.deadly = deadly
    database = opened(Secret(new_database(folder)))
    shop = Shop(TalentLMS(transport), connect(None), database, AccountLinks(database))
    whole = database.transaction

    @contextmanager
    def transaction():
        with whole() as connection:
            yield connection
        deadly.here()

    def works_again(order):
        deadly.begins()
        database.transaction = transaction
        try:
            return shop.fulfils(order)
        except Killed:
            database.transaction = whole
            return shop.fulfils(order)
        finally:
            database.transaction = whole

    shop.fulfils_in_the_end = works_again
    return shop


def story(shop, portal):
    """Two orders, an enrolment that was there before, a gift, a refund in part and one of all; yield how each ends."""
    portal.control.enrol(portal.control.add_user(GUEST.email), 34)
    portal.control.advance(HOUR)
    shop.tells(line(1), line(2, "SKU-LAW"), line(3, student=BOB))
    shop.fulfils_in_the_end("1001")
    yield outcome(shop, portal)
    shop.tells(line(1, "SKU-LAW"), order="1002", customer=GUEST)
    shop.fulfils_in_the_end("1002")
    yield outcome(shop, portal)
    shop.refunds("r1", l2=1, l3=1)
    shop.fulfils_in_the_end("1001")
    yield outcome(shop, portal)
    shop.refunds("r2", "1002")
    shop.fulfils_in_the_end("1002")
    yield outcome(shop, portal)


def outcome(shop, portal):
    state = portal.control.state()
    emails = {user["id"]: user["email"] for user in state["users"]}
    ours = {KIM.email, GUEST.email, BOB.email}
    enrolled = sorted((emails[one["user_id"]], one["course_id"]) for one in state["enrolments"])
    return {
        "enrolled": [pair for pair in enrolled if pair[0] in ours],
        "accounts": sorted(email for email in emails.values() if email in ours),
        "ledger": [shop.ledger("1001"), shop.ledger("1002")],
    }


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """Our clock goes with TalentLMS's, which the story puts forward."""
    monkeypatch.setattr(membership_changes, "time", SimpleNamespace(time=lambda: time.time() + HOUR))


def test_whenever_a_worker_is_killed_the_end_is_the_same(shared_portal, tmp_path):
    def told(deadly):
        return list(story(scene(shared_portal, tmp_path, deadly), shared_portal))

    nobody = Deadly(0)
    expected = told(nobody)
    assert expected[-1]["enrolled"] == [(GUEST.email, 34), (KIM.email, 12)]
    assert expected[-1]["accounts"] == sorted([BOB.email, GUEST.email, KIM.email])
    assert sum(nobody.moments) > 40
    assert_the_end_is_the_same(told, nobody.moments, expected)
