"""The gateway: from settings to an application. The only place where objects are made."""

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Flask

from gateway import log
from gateway.config import IdentityProviderSettings, RegisteredAddresses, Settings, load, risks
from gateway.database import upgrade
from gateway.database.account_links import AccountLinks
from gateway.database.connection import PreparedDatabase
from gateway.errors import DatabaseUnavailable
from gateway.flows import failed_codes, provisioning
from gateway.flows.checkout import Checkout
from gateway.flows.destinations import Destinations
from gateway.flows.failed_codes import FailedCodes
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.password_sign_in import PasswordSignIn
from gateway.flows.provisioning import Provisioning
from gateway.flows.sign_out import SignOut
from gateway.flows.training import Training
from gateway.flows.trust import Trust
from gateway.keyring import Keyring
from gateway.oidc.client_authentication import ClientAuthentication, by_private_key, by_secret
from gateway.oidc.logout import Logout
from gateway.oidc.metadata import STALE_SECONDS, ProviderDirectory
from gateway.oidc.outbound import BoundedAdapter
from gateway.oidc.presets import PRESETS
from gateway.oidc.registration import Registration
from gateway.oidc.relying_party import RelyingParty
from gateway.outbound import proxies
from gateway.outbound.client import HttpClient
from gateway.store.attempts import Attempts
from gateway.store.budget import SharedBudget
from gateway.store.connection import Store, connect
from gateway.store.locks import Locks
from gateway.store.password_attempts import Limits, PasswordAttempts
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.store.transactions import Departures, UsedStates
from gateway.store.used_tokens import UsedTokens
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from gateway.web import (
    checkout,
    completion,
    headers,
    health,
    launch,
    pages,
    password,
    problems,
    provider_logout,
    sign_in,
    sign_out,
    training,
    waiting,
)
from gateway.web import visitor as visitors
from gateway.web.catalogue import Catalogue
from gateway.web.client import Proxies
from gateway.web.cookies import Cookies
from gateway.web.forms import Forms
from gateway.web.gate import Gate
from gateway.web.launch import Launches
from gateway.web.learners import Learners
from gateway.web.provider_session import ProviderSessions
from gateway.web.transactions import TransactionCookies
from gateway.web.visitor import Visitor
from gateway.web.waiting import Clicks
from schemas.secret import Secret

BODY_BYTES = 64 * 1024
"""The largest form that is read."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the gateway, ready to serve.

    Args:
        settings: default: those of the environment.

    Raises:
        BadSettings: names every fault of the environment's settings at once.
    """
    settings = settings or load(os.environ)
    log.configure(settings.log_level)
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    app.url_map.merge_slashes = False  # its redirect would be built from the Host header

    headers.install(app, secure=settings.secure)
    pages.install(app, settings.help_contact)
    problems.install(app, _sign_ins(settings))
    visitors.install(app)
    waiting.install(app)

    near = _neighbours(settings)
    _prepare(near.database)
    cookies = Cookies(secure=settings.secure)
    catalogue = Catalogue(settings.slugs.courses, settings.slugs.categories)
    clicks = Clicks(near.sessions, cookies, near.budget, catalogue)
    learners = Learners(_provisioning(settings, near), near.sessions, near.budget)
    launches = Launches(learners, _launch(settings, near), settings.slugs.courses)
    for routes in _routes(settings, near, cookies, clicks, learners, launches):
        app.register_blueprint(routes)
    proxies = Proxies(settings.trusted_proxies, settings.proxy_count)
    gate = Gate(app.wsgi_app, clicks, launches, proxies, secure=settings.secure)
    vars(app)["wsgi_app"] = gate
    app.extensions["talentlms-budget"] = near.budget
    return app


def log_risks(settings: Settings) -> None:
    """Log what the settings allow although it is dangerous; for whoever starts the gateway's processes, once."""
    log.configure(settings.log_level)
    for risk in risks(settings):
        log.event("settings.risk", level=logging.WARNING, setting=risk.name, note=risk.says)


def _prepare(database: PreparedDatabase) -> None:
    """Bring the tables up to date; where the database is away that waits for its first use, and clicks go on."""
    try:
        database.prepare()
    except DatabaseUnavailable as error:
        log.event("database.not_prepared", level=logging.ERROR, why=error.code, note=error.note)


def database_fault(settings: Settings) -> list[str]:
    """Return what keeps the database's file from being used, if anything; for whoever starts the gateway's processes.

    Of a server nothing is said: it may come back, and clicks of people who are signed in go on without it.
    """
    if not settings.database_url.reveal().startswith("sqlite:"):
        return []
    try:
        upgrade.opened(settings.database_url).prepare()
    except DatabaseUnavailable as error:
        return [f"GATEWAY_DATABASE_URL: its file cannot be used ({error.note}); check its path, permissions and disk."]
    return []


@dataclass(frozen=True)
class _Neighbours:
    """Whom we call, and what every flow needs."""

    store: Store
    database: PreparedDatabase
    budget: Budget
    lms: TalentLMS
    directories: dict[str, ProviderDirectory]
    providers: dict[str, RelyingParty]
    logouts: dict[str, Logout]
    keyring: Keyring
    passwords: ManagedPasswords
    account_links: AccountLinks
    sessions: Sessions
    destinations: Destinations


def _neighbours(settings: Settings) -> _Neighbours:
    store = connect(settings.redis_url, settings.ca_file)
    database = upgrade.opened(settings.database_url, settings.ca_file)
    keyring = Keyring(settings.secret_keys)
    adapter = BoundedAdapter(settings.ca_file)
    documents = ProviderDocuments(store, keep=STALE_SECONDS)
    entries = {entry.name: entry for entry in settings.identity_providers}
    directories = {
        name: ProviderDirectory(entry.issuer, documents, adapter, PRESETS[entry.preset].metadata_query(entry.client_id))
        for name, entry in entries.items()
    }
    registrations = {name: _registration(settings, entry) for name, entry in entries.items()}
    algorithms = SigningAlgorithms(store, settings.session_lifetime)
    budget = _budget(settings, store)
    lms = settings.talentlms
    transport = HttpTransport(lms.url, lms.api_key, HttpClient(settings.ca_file, proxies.from_environment()), budget)
    talentlms = TalentLMS(transport, userlogin_redirect=lms.userlogin_redirect)
    budget.fed_by(talentlms.site.rate_limit)
    return _Neighbours(
        store=store,
        database=database,
        budget=budget,
        lms=talentlms,
        directories=directories,
        providers={
            name: RelyingParty(us, directories[name], adapter, algorithms) for name, us in registrations.items()
        },
        logouts={name: Logout(us, directories[name], algorithms) for name, us in registrations.items()},
        keyring=keyring,
        passwords=ManagedPasswords(keyring),
        account_links=AccountLinks(database),
        sessions=Sessions(store, settings.session_idle, settings.session_lifetime, tuple(entries)),
        destinations=Destinations(lms.link_hosts, lms.payment_hosts),
    )


def _budget(settings: Settings, store: Store) -> Budget:
    lms = settings.talentlms
    if not (lms.calls_per_hour or lms.calls_per_5_seconds or lms.calls_per_person.at_once):
        return Budget()
    domain = urlsplit(lms.url).netloc
    limits = (lms.calls_per_5_seconds, lms.calls_per_hour, LONGEST_SECONDS, lms.calls_per_person)
    return Budget(SharedBudget(store, domain, *limits))


def _routes(
    settings: Settings, near: _Neighbours, cookies: Cookies, clicks: Clicks, learners: Learners, launches: Launches
) -> Iterator[Blueprint]:
    visitor = Visitor(near.sessions, cookies)
    forms = Forms(near.keyring, cookies, settings.public_url)
    courses, categories = settings.slugs.courses, settings.slugs.categories

    yield health.blueprint(near.store, near.database, near.directories)
    yield sign_in.blueprint(
        sign_in.SignIn(
            visitor,
            near.sessions,
            _failed_codes(settings, near),
            UsedStates(near.store),
            TransactionCookies(near.keyring, cookies),
            ProviderSessions(cookies),
            near.providers,
        ),
        {entry.name: _label(entry) for entry in settings.identity_providers},
        settings.public_url,
        with_password=settings.password_sign_in,
    )
    yield launch.blueprint(clicks, launches)
    yield checkout.blueprint(clicks, learners, Checkout(near.lms, near.destinations), courses, categories)
    yield training.blueprint(clicks, learners, Training(near.lms), forms)
    yield completion.blueprint(visitor, courses)
    leaving = _leaving(settings, near, visitor, learners, cookies)
    yield sign_out.blueprint(visitor, forms, leaving, settings.talentlms.url)
    yield provider_logout.blueprint(near.logouts, near.sessions, UsedTokens(near.store))
    if settings.password_sign_in:
        yield password.blueprint(forms, _password_sign_in(settings, near), _link_origins(settings))


def _provisioning(settings: Settings, near: _Neighbours) -> Provisioning:
    trusts = {
        entry.name: Trust(entry.trusted_email_domains, entry.trust_username, entry.email_verified_domains)
        for entry in settings.identity_providers
    }
    types = settings.talentlms.learner_types
    refusals = Attempts(near.store, provisioning.REFUSAL_SECONDS) if settings.rate_limits else None
    return Provisioning(near.lms, near.account_links, Locks(near.store), near.passwords, trusts, types, refusals)


def _launch(settings: Settings, near: _Neighbours) -> Launch:
    lms = settings.talentlms
    options = LaunchOptions(
        login_link=lms.login_link,
        logout_redirect=_own(settings, lms.after_logout),
        completed_redirect=_own(settings, lms.after_completion or "/completed/{course}"),
        hidden_options=lms.header_hidden_options,
        self_enrol_courses=lms.self_enrol_courses,
    )
    return Launch(near.lms, near.destinations, near.passwords, options)


def _leaving(
    settings: Settings, near: _Neighbours, visitor: Visitor, learners: Learners, cookies: Cookies
) -> sign_out.Leaving:
    flow = SignOut(near.lms, near.destinations, settings.public_url + sign_out.CONTINUE_PATH)
    departures = Departures(near.store)
    return sign_out.Leaving(visitor, near.sessions, learners, departures, cookies, near.logouts, flow)


def _failed_codes(settings: Settings, near: _Neighbours) -> FailedCodes:
    return FailedCodes(Attempts(near.store, failed_codes.WINDOW_SECONDS) if settings.rate_limits else None)


def _password_sign_in(settings: Settings, near: _Neighbours) -> PasswordSignIn:
    attempts = PasswordAttempts(near.store, Limits()) if settings.rate_limits else None
    logout_redirect = _own(settings, settings.talentlms.after_logout)
    return PasswordSignIn(near.lms, near.destinations, Locks(near.store), attempts, near.keyring, logout_redirect)


def _registration(settings: Settings, entry: IdentityProviderSettings) -> Registration:
    registered = RegisteredAddresses.of(settings.public_url, entry.name)
    return Registration(
        name=entry.name,
        issuer=entry.issuer,
        client_id=entry.client_id,
        authenticate=_authentication(entry),
        redirect_uri=registered.redirect,
        signed_out_uri=registered.signed_out,
        scopes=entry.scopes,
        algorithms=entry.algorithms,
        userinfo=entry.userinfo,
        preset=PRESETS[entry.preset],
        acr_values=entry.acr_values,
        max_age=entry.max_age,
        trusted_audiences=entry.trusted_audiences,
        pushed=entry.pushed_authorization,
    )


def _authentication(entry: IdentityProviderSettings) -> ClientAuthentication:
    if entry.private_key is not None:
        return by_private_key(entry.private_key)
    return by_secret(entry.client_secret or Secret(""), entry.client_authentication)


def _sign_ins(settings: Settings) -> dict[str, problems.OtherSignIn]:
    """Return by issuer what to offer; of several entries with one issuer the first."""
    entries = reversed(settings.identity_providers)
    return {entry.issuer: problems.OtherSignIn(entry.name, _label(entry)) for entry in entries}


def _label(entry: IdentityProviderSettings) -> str:
    return entry.label or entry.name


def _own(settings: Settings, place: str) -> str:
    """Return a place as a full address: an own path with our public address before it."""
    return settings.public_url + place if place.startswith("/") else place


def _link_origins(settings: Settings) -> set[str]:
    scheme = urlsplit(settings.talentlms.url).scheme
    return {f"{scheme}://{host}" for host in settings.talentlms.link_hosts}
