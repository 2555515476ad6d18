import io
import json

import pytest

from gateway import log
from gateway.flows.destinations import Destinations
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.provisioning import Provisioning
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.outbound.client import HttpClient
from gateway.store.account_links import AccountLinks
from gateway.store.connection import connect
from gateway.store.locks import Locks
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import HttpTransport
from schemas.secret import Secret
from tests.conftest import API_KEY
from tests.gateway.flows.scene import NEW_KEY, SIGNED_OUT


@pytest.fixture
def lms(academy):
    return TalentLMS(HttpTransport(academy.url, Secret(API_KEY), HttpClient()))


@pytest.fixture
def store():
    return connect(None)


@pytest.fixture
def links(store):
    return AccountLinks(store)


@pytest.fixture
def destinations(academy):
    host = academy.url.partition("//")[2]
    return Destinations({host}, {host, "www.paypal.com"})


@pytest.fixture
def provisioning(lms, store, links):
    """Make a ``Provisioning`` on the one store; by default with a provider that may vouch for every address."""

    def made(*keys, domains=(), usernames=False, learner_types=("Learner", "Learner-Type"), refusals=None):
        passwords = ManagedPasswords(Keyring(keys or [NEW_KEY]))
        trusts = {"acme": Trust(domains, usernames), "other": Trust()}
        return Provisioning(lms, links, Locks(store), passwords, trusts, learner_types, refusals)

    return made


@pytest.fixture
def launch(lms, links, destinations):
    """Make a ``Launch`` on the one store."""

    def made(*keys, **options):
        usual = {
            "login_link": "auto",
            "logout_redirect": SIGNED_OUT,
            "completed_redirect": "http://127.0.0.1:8000/completed/{course}",
            "hidden_options": ("units",),
            "self_enrol_courses": (),
        }
        passwords = ManagedPasswords(Keyring(keys or [NEW_KEY]))
        return Launch(lms, destinations, links, passwords, LaunchOptions(**usual | options))

    return made


@pytest.fixture
def asked(academy):
    """Return the operations that TalentLMS was asked for since the last look, in order."""

    def operations():
        called = [call.operation for call in academy.control.calls() if call.operation != "ratelimit"]
        academy.control.clear_calls()
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
def account(academy):
    """Return a record of TalentLMS's, by e-mail address or login."""

    def found(name):
        (record,) = [user for user in academy.control.state()["users"] if name in (user["email"], user["login"])]
        return record

    return found
