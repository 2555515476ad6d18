from dataclasses import replace

import pytest
import requests

from gateway.errors import DatabaseUnavailable
from gateway.flows.sign_out import SignOut
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from gateway.store.keys import tagged
from gateway.store.sessions import Sessions
from gateway.store.transactions import Departures
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.learner import Learner
from schemas.order import Customer
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.scene import KIM
from tests.patience import PATIENT_SECONDS

CONTINUE = "http://127.0.0.1:8000/logout/continue"
AT_PROVIDER = "https://id.acme.example/end-session?hint="


class KnownAccounts:
    """What the database knows of accounts."""

    def __init__(self, learner=None, *, away=False):
        self._learner, self._away = learner, away

    def known(self, _key):
        if self._away:
            raise DatabaseUnavailable("away")
        return self._learner


class ProviderThatEnds:
    """A provider that ends a session at the address which names the ID token."""

    def end_session_url(self, departure):
        return AT_PROVIDER + departure.id_token


class ProviderWithout:
    """A provider that has no such address."""

    def end_session_url(self, _departure):
        return None


@pytest.fixture
def learner(portal):
    return Learner(portal.control.add_user("kim@acme.example"), "kim@acme.example", KIM.key)


@pytest.fixture
def sessions(store):
    return Sessions(store, 60, 600)


@pytest.fixture
def signed_in(sessions):
    """Sign Kim in and return the session, which knows this learner."""

    def session(learner=None):
        found = sessions.find(sessions.create(KIM, Secret("id-token")).reveal())
        return replace(found, learner=learner)

    return session


@pytest.fixture
def flow(store, sessions, lms, destinations):
    """Make the way out."""

    def made(lms=lms, accounts=None, **logouts):
        accounts = accounts or KnownAccounts()
        return SignOut(sessions, Departures(store), logouts, accounts, lms, destinations, CONTINUE)

    return made


def test_somebody_online_gets_a_link_that_ends_their_session_and_leads_back(flow, signed_in, learner, portal, asked):
    portal.control.set_online(learner.user_id)
    link = flow().begin(signed_in(learner)).link
    assert portal.control.calls("userlogout")[-1].arguments["next"] == CONTINUE
    assert asked() == ["userlogout"]
    answer = requests.get(link.reveal(), allow_redirects=False, timeout=PATIENT_SECONDS)
    assert answer.headers["Location"] == CONTINUE
    assert learner.user_id not in portal.control.state()["online"]


def test_an_account_that_only_the_database_knows_is_signed_out_too(flow, signed_in, learner, portal):
    portal.control.set_online(learner.user_id)
    assert flow(accounts=KnownAccounts(learner)).begin(signed_in()).link is not None


def test_our_session_ends_and_the_rest_is_continued_once_by_that_browser(flow, signed_in, store):
    way_out = flow(acme=ProviderThatEnds())
    done = way_out.begin(signed_in())
    assert store.ask("KEYS", tagged("session:*")) == []
    assert way_out.proceed(None).url is way_out.proceed("another-browser").url is None
    assert way_out.proceed(done.browser).url == AT_PROVIDER + "id-token"
    assert (way_out.proceed(done.browser).url, way_out.proceed(done.browser).left_open) == (None, "")


@pytest.mark.parametrize("logouts", [{}, {"acme": ProviderWithout()}], ids=["no more in the settings", "no address"])
def test_a_provider_that_cannot_be_asked_is_left_open(flow, signed_in, logouts):
    way_out = flow(**logouts)
    step = way_out.proceed(way_out.begin(signed_in()).browser)
    assert (step.url, step.left_open) == (None, "acme")


def test_a_shop_has_no_session_that_could_be_left_open(flow, sessions):
    way_out = flow()
    customer = Customer("kim@acme.example").identity("shop")
    session = sessions.find(sessions.create(customer, Secret("")).reveal())
    step = way_out.proceed(way_out.begin(session).browser)
    assert (step.url, step.left_open) == (None, "")


def nothing_to_end(done):
    return done.link is None and not done.left_open


def is_left_open(done):
    return done.link is None and done.left_open


def test_for_somebody_who_is_not_online_there_is_nothing_to_end(flow, signed_in, learner):
    assert nothing_to_end(flow().begin(signed_in(learner)))


def test_for_somebody_whose_account_nobody_knows_nothing_is_asked(flow, signed_in, asked):
    assert nothing_to_end(flow().begin(signed_in()))
    assert asked() == []


def test_for_somebody_whose_account_is_no_more_there_is_nothing_to_end(flow, signed_in, learner, lms):
    assert nothing_to_end(flow().begin(signed_in(replace(learner, user_id=4711))))
    lms.users.delete(learner.user_id)
    assert nothing_to_end(flow().begin(signed_in(learner)))


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 500},
        {"kind": "throttled"},
        {"kind": "html"},
        {"kind": "cut"},
        {"kind": "dropped"},
        {"kind": "foreign_link"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_talentlms_at_fault_keeps_nobody_from_signing_out_but_is_left_open(flow, signed_in, learner, portal, fault):
    portal.control.set_online(learner.user_id)
    portal.control.fault("userlogout", times=2, **fault)
    assert is_left_open(flow().begin(signed_in(learner)))


def test_a_database_that_is_away_keeps_nobody_from_signing_out(flow, signed_in, store):
    assert is_left_open(flow(accounts=KnownAccounts(away=True)).begin(signed_in()))
    assert store.ask("KEYS", tagged("session:*")) == []


def test_a_budget_without_a_call_for_now_keeps_nobody_from_signing_out(flow, signed_in, learner, portal, store):
    shared = SharedBudget(store, "portal", 1, 0, LONGEST_SECONDS)
    shared.freeze(3600)
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient(), Budget(shared)))
    assert is_left_open(flow(lms).begin(signed_in(learner)))


def test_a_budget_that_cannot_be_asked_by_then_keeps_nobody_from_signing_out(flow, signed_in, learner, portal):
    away = SharedBudget(connect(Secret("redis://127.0.0.1:1")), "portal", 1, 0, LONGEST_SECONDS)
    lms = TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient(), Budget(away)))
    assert is_left_open(flow(lms).begin(signed_in(learner)))
