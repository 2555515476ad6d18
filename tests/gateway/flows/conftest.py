import io
import json

import pytest

from gateway import log
from gateway.database.account_links import AccountLinks
from gateway.database.upgrade import opened
from gateway.flows.accounts import Accounts
from gateway.flows.destinations import Destinations
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.learners import Learners
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.self_enrolment import Enrolment
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.outbound.client import HttpClient
from gateway.store.budget import SharedBudget
from gateway.store.connection import connect
from gateway.store.locks import Locks
from gateway.store.sessions import Sessions
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.flows.scene import KIM, NEW_KEY, SIGNED_OUT
from tests.gateway.flows.selling import Shop


@pytest.fixture
def lms(portal):
    return TalentLMS(HttpTransport(portal.url, Secret(API_KEY), HttpClient()))


@pytest.fixture
def store():
    return connect(None)


@pytest.fixture
def database(tmp_path):
    return opened(Secret(new_database(tmp_path)))


@pytest.fixture
def links(database):
    return AccountLinks(database)


@pytest.fixture
def destinations(portal):
    host = portal.url.partition("//")[2]
    return Destinations({host}, {host, "www.paypal.com"})


@pytest.fixture
def provisioning(lms, store, links):
    """Make ``Learners`` on the one store; by default with a provider that may vouch for every address."""

    def made(*keys, domains=(), usernames=False, learner_types=("Learner", "Learner-Type"), refusals=None, lms=lms):
        passwords = ManagedPasswords(Keyring(keys or [NEW_KEY]))
        trusts = {"acme": Trust(domains, usernames), "other": Trust()}
        accounts = Accounts(lms, links, Locks(store), passwords, learner_types, refusals)
        budget = Budget(SharedBudget(store, "portal", 0, 0, LONGEST_SECONDS))
        return Learners(accounts, trusts, Sessions(store, 60, 600), budget)

    return made


@pytest.fixture
def launch(lms, destinations):
    """Make a ``Launch``."""

    def made(*keys, **options):
        usual = {
            "login_link": "auto",
            "logout_redirect": SIGNED_OUT,
            "completed_redirect": "http://127.0.0.1:8000/completed/{course}",
            "hidden_options": ("units",),
            "self_enrol_courses": (),
        }
        passwords = ManagedPasswords(Keyring(keys or [NEW_KEY]))
        return Launch(lms, destinations, passwords, Enrolment(lms), LaunchOptions(**usual | options))

    return made


@pytest.fixture
def browser(store, provisioning):
    """Sign Kim in, whose account a learner is; returns a way to click, which takes a step with what the session knows."""

    def signed_in(learner, *keys):
        sessions = Sessions(store, 60, 600)
        session_id = sessions.create(KIM, Secret("token")).reveal()
        sessions.keep_learner(sessions.find(session_id), learner)
        learners = provisioning(*keys)
        return lambda step: learners.then(sessions.find(session_id), step)

    return signed_in


@pytest.fixture
def asked(portal):
    """Return the operations that TalentLMS was asked for since the last look, in order."""

    def operations():
        called = [call.operation for call in portal.control.calls() if call.operation != "ratelimit"]
        portal.control.clear_calls()
        return called

    return operations


@pytest.fixture
def audited(own_log_handlers):
    """Return the lines of the audit trail that are about one thing, in order."""
    stream = io.StringIO()
    log.configure("info", stream)

    def lines(event):
        written = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [line for line in written if line.get("audit") and line["event"] == event]

    return lines


@pytest.fixture
def account(portal):
    """Return a record of TalentLMS's, by e-mail address or login."""

    def found(name):
        (record,) = [user for user in portal.control.state()["users"] if name in (user["email"], user["login"])]
        return record

    return found


@pytest.fixture
def shop(lms, store, database, links):
    return Shop(lms, store, database, links)


@pytest.fixture
def enrolled(portal):
    """Return who is enrolled where, by address: those who were not seeded."""
    before = {(one["user_id"], one["course_id"]) for one in portal.control.state()["enrolments"]}

    def now():
        state = portal.control.state()
        emails = {user["id"]: user["email"] for user in state["users"]}
        pairs = {(one["user_id"], one["course_id"]) for one in state["enrolments"]}
        assert before <= pairs
        return sorted((emails[user], course) for user, course in pairs - before)

    return now
