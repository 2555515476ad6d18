"""Everything that the store writes."""

from contextlib import contextmanager

from gateway.admission import Lane, PersonLimit, QueueEntry
from gateway.keyring import Keyring
from gateway.store.activity import Activity, Batch, Failure, ProcessState
from gateway.store.attempts import Attempts
from gateway.store.budget import SharedBudget
from gateway.store.catalog_copies import CatalogCopies
from gateway.store.diagnoses import Diagnoses
from gateway.store.examinations import Examinations
from gateway.store.launches import MintedLaunches
from gateway.store.locks import Locks
from gateway.store.password_attempts import Attempt, Limits, PasswordAttempts
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.recorded_changes import RecordedChanges
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.store.traces import Traces, packed
from gateway.store.transactions import Departures, UsedStates
from gateway.store.used_tokens import UsedTokens
from schemas.catalog import CatalogContent
from schemas.handover import Handover, Target
from schemas.identity import Identity
from schemas.order import Customer
from schemas.request_trace import RequestTrace
from schemas.secret import Secret
from schemas.transaction import Departure

IDENTITY = Identity("https://login.acme.com", "kim", "acme")


@contextmanager
def filled(store):
    """Have every part of the store write what it writes; what is held for a while is there while a ``with`` block lasts."""
    failures = [Failure(60, "7K2M-9QXD", "no-rule-holds", status, "/callback/<provider>") for status in (403, 503)]
    process = ProcessState("gateway:7", "gateway", "0.1.0", 60, 60, is_breaker_open=False)
    Activity(store).write(Batch({60: {"click:reached": 1}}, {60: {"calls_left": 7}}, failures, process))
    Attempts(store, 60).failed("sign-in:address:203.0.113.7")
    documents = ProviderDocuments(store, keep=60)
    documents.put("https://login.acme.com/keys", {})
    documents.failed("https://login.acme.com/keys", 5)
    Sessions(store, 60, 60).create(IDENTITY, Secret("token"), sub="kim", sid="session")
    UsedStates(store).use("state", 60)
    Departures(store).remember(Departure("acme", "token", "state"), "browser")
    sessions = Sessions(store, 60, 60)
    sessions.replace(sessions.find(sessions.create(IDENTITY, Secret("token")).reveal()), IDENTITY, Secret("new"))
    SigningAlgorithms(store, 60).remember(IDENTITY.issuer, "client", "RS256")
    UsedTokens(store).remember(IDENTITY.issuer, "id", 60)
    launches = MintedLaunches(store, Keyring([Secret("key-of-the-documents-" * 2)]))
    minted = launches.mint(
        Handover("shop", Customer("kim@acme.com"), target=Target("dashboard"), email_verified=False), "order-1"
    )
    launches.claim(minted.id.reveal(), "browser")
    passwords, attempt = PasswordAttempts(store, Limits()), Attempt("person", "network", "pair")
    passwords.failed(attempt)
    passwords.succeeded(attempt, passwords.admission(attempt, count=True))
    copies = CatalogCopies(store, "acme.talentlms.com")
    copies.put(CatalogContent())
    copies.failed()
    Examinations(store, "acme.talentlms.com").may_ask(60)
    Diagnoses(store, "acme.talentlms.com").keep({"rows": []})
    RecordedChanges(store).is_new("10", "digest of a change")
    store.check()
    budget = SharedBudget(store, "acme.talentlms.com", 1, 2000, 12, PersonLimit(20, 1, 5))
    for person in ("kim", "robin"):
        budget.answered(budget.admit(QueueEntry(Lane.CLICK, person, "path")).call)
    budget.remember_unknown("course:99")
    nobody, somebody = (
        RequestTrace(reference="7K2M-9QXD", at=1.0),
        RequestTrace(reference="7K2M-9QXE", at=1.0, person="kim"),
    )
    Traces(store).write([packed(nobody), packed(somebody)])
    fetching = documents.fetching("https://login.acme.com/keys", "logout", 60)
    catalog = CatalogCopies(store, "other.talentlms.com").fetching()
    with Locks(store).hold("person", wait=0), fetching, catalog:
        yield
