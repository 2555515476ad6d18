"""The gateway: from settings to an application. Services first (``gateway/services.py``), then the routes."""

import logging
import os
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from flask import Blueprint, Flask

from gateway import log, tracing
from gateway.config import IdentityProviderSettings, Settings, StorefrontSettings, load, risks
from gateway.database.upgrade import newer_tables
from gateway.errors import DatabaseUnavailable
from gateway.operator.assembly import observed
from gateway.services import Services
from gateway.web import (
    api,
    api_docs,
    brand_files,
    catalog,
    catalog_api,
    checkout,
    course_completion,
    error_handlers,
    framed,
    go,
    handoff,
    headers,
    health,
    launch_pages,
    observed_requests,
    pages,
    password,
    provider_logout,
    redeem,
    scim,
    sign_in,
    sign_out,
    training,
    waiting,
    webhooks,
)
from gateway.web import visitor as visitors
from gateway.web.admission_middleware import AdmissionMiddleware
from gateway.web.api_keys import ApiKeys
from gateway.web.brand import brand_of
from gateway.web.chosen_sign_in import ChosenSignIn
from gateway.web.client_address import Proxies
from gateway.web.cookies import Cookies
from gateway.web.forms import Forms
from gateway.web.go import Clicks
from gateway.web.handover_pages import HandoverPages
from gateway.web.languages import Languages
from gateway.web.launch_pages import LaunchPages
from gateway.web.other_host import HostNotice
from gateway.web.provider_session import ProviderSessions
from gateway.web.seat_list import SeatList
from gateway.web.shops import Shop
from gateway.web.slugs import Slugs
from gateway.web.transaction_cookies import TransactionCookies
from gateway.web.visitor import Visitor
from gateway.web.waiting import WaitingPages
from gateway.worker.background import background_of
from gateway.worker.examination import Examination

METRICS_FILES = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus_client where several processes count together; set by ``gunicorn.conf.py``."""

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
    if fault := tracing.start(os.environ, settings.trace_hosts):
        log.event("tracing.not_started", level=logging.ERROR, note=fault)
    services = Services(settings)
    _prepare_database(services)

    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES
    app.url_map.merge_slashes = False  # its redirect would be built from the Host header
    app.extensions["talentlms-budget"] = services.budget
    app.extensions["talentlms-database"] = services.database
    operator = observed(services, files=os.environ.get(METRICS_FILES))
    # served and started by gunicorn.conf.py, at a socket of its own
    app.extensions["talentlms-operator"] = operator.listener if operator else None
    app.extensions["talentlms-recorder"] = operator.recorder if operator else None
    if settings.worker == "inside":
        app.extensions["talentlms-worker"] = background_of(services)  # started by gunicorn.conf.py, after the fork
    app.extensions["talentlms-doctor"] = Examination(services.doctor_at_start)  # likewise, by one worker

    observed_requests.install(app)
    headers.install(app, secure=settings.secure)
    languages, brand = Languages(settings.brand.languages), brand_of(settings.brand)
    pages.install(app, settings.help_contact, languages, brand)
    error_handlers.install(app, _sign_ins(settings))
    framed.install(app, settings.public_url)
    visitors.install(app)
    waiting.install(app)

    cookies = Cookies(secure=settings.secure)
    slugs = Slugs(settings.slugs.courses, settings.slugs.categories)
    links = Clicks(services.learners, services.launch)
    app.register_blueprint(brand_files.blueprint(brand))
    for routes in _routes(services, cookies, slugs, links):
        app.register_blueprint(routes)

    # the embedded store is this process's alone: no command could ask it
    traces = services.trace_queue if settings.redis_url else None
    app.extensions["talentlms-traces"] = traces  # the rest is written by gunicorn.conf.py, when a process ends
    served = AdmissionMiddleware(
        WaitingPages(app.wsgi_app, languages),
        services.sessions,
        cookies,
        services.budget,
        slugs,
        links,
        Proxies(settings.trusted_proxies, settings.proxy_count),
        services.audit_rows,
    )
    vars(app)["wsgi_app"] = observed_requests.ObservedRequests(served, settings.public_url, traces)
    return app


def log_risks(settings: Settings) -> None:
    """Log what the settings allow although it is dangerous; for what starts the gateway's processes, once."""
    log.configure(settings.log_level)
    for risk in risks(settings):
        log.event("settings.risk", level=logging.WARNING, setting=risk.name, note=risk.says)


def database_fault(settings: Settings) -> list[str]:
    """Return what keeps the database from being used, if anything; for what starts the gateway's processes.

    That a server is away is not told: it may come back, and clicks of people who are signed in go on without it.
    """
    is_file = settings.database_url.reveal().startswith("sqlite:")
    database = Services(settings).database
    try:
        if newer := newer_tables(database):
            return [f"GATEWAY_DATABASE_URL: {newer}"]
        if is_file:
            database.prepare()
    except DatabaseUnavailable as error:
        if is_file:
            return [
                f"GATEWAY_DATABASE_URL: its file cannot be used ({error.note}); check its path, permissions and disk."
            ]
    finally:
        database.close()  # connections do not outlive a fork, and the workers are forked from here
    return []


def _prepare_database(services: Services) -> None:
    """Bring the tables up to date; where the database is away that waits for its first use, and clicks go on."""
    try:
        services.database.prepare()
    except DatabaseUnavailable as error:
        log.event("database.not_prepared", level=logging.ERROR, why=error.code, note=error.note)


def _routes(services: Services, cookies: Cookies, slugs: Slugs, links: Clicks) -> Iterator[Blueprint]:
    settings, sessions, learners = services.settings, services.sessions, services.learners
    visitor = Visitor(sessions, cookies)
    forms = Forms(services.keyring, cookies, settings.public_url)
    labels = {entry.name: _label(entry) for entry in settings.identity_providers}
    shops = {shop.name: Shop(_label(shop), shop.account_url) for shop in settings.storefronts}
    accounts = {name: shop for name, shop in shops.items() if shop.account_url}
    choice = ChosenSignIn(cookies, labels, accounts, with_password=settings.password_sign_in)

    yield health.blueprint(services.readiness)
    yield sign_in.blueprint(
        sign_in.RoundTrip(
            visitor,
            services.sign_in,
            TransactionCookies(services.keyring, cookies),
            ProviderSessions(cookies),
            choice,
            HostNotice(settings.public_url),
        ),
        services.sign_in,
        labels,
        accounts,
        choice,
        settings.public_url,
        with_password=settings.password_sign_in,
    )
    yield go.blueprint(visitor, links, slugs)
    yield checkout.blueprint(visitor, learners, services.checkout, slugs, forms, _payment_origins(settings))
    seats = SeatList(services.bought_seats, services.items, settings.public_url)
    yield training.blueprint(visitor, learners, services.training, forms, choice, seats, _link_origins(settings))
    yield course_completion.blueprint(visitor, slugs)
    yield sign_out.blueprint(visitor, forms, services.sign_out, cookies, settings.talentlms.url)
    yield provider_logout.blueprint(services.provider_logout)
    yield redeem.blueprint(
        redeem.RedeemPages(visitor, forms, services.redemption, services.items, shops, _link_origins(settings))
    )
    yield webhooks.blueprint(services.order_intake, services.storefronts)
    origins = _link_origins(settings) | _payment_origins(settings)
    handovers = HandoverPages(visitor, forms, services.handovers, services.items, shops, origins, choice)
    yield from _storefront_routes(services, handovers, slugs)
    yield scim.blueprint(ApiKeys(settings.scim.digests), services.directory, services.group_directory)
    if settings.password_sign_in:
        yield password.blueprint(forms, services.password_sign_in, _link_origins(settings))


def _storefront_routes(services: Services, pages: HandoverPages, slugs: Slugs) -> Iterator[Blueprint]:
    settings, minted = services.settings, services.minted_launches
    keys = ApiKeys({shop.name: shop.api_keys for shop in settings.storefronts})
    yield api.blueprint(keys, minted, slugs, services.order_listing, services.entitlements, settings.public_url)
    yield launch_pages.blueprint(LaunchPages(minted, pages))
    yield handoff.blueprint(services.handoff_tokens, services.used_handoffs, slugs, pages)
    yield catalog_api.blueprint(keys, services.catalog)
    yield api_docs.blueprint(settings.public_url)
    yield catalog.blueprint(services.catalog, is_public=settings.catalog.public)


def _sign_ins(settings: Settings) -> dict[str, error_handlers.OtherSignIn]:
    """Return by issuer what to offer; of several entries with one issuer the first."""
    entries = reversed(settings.identity_providers)
    return {entry.issuer: error_handlers.OtherSignIn(entry.name, _label(entry)) for entry in entries}


def _label(entry: IdentityProviderSettings | StorefrontSettings) -> str:
    return entry.label or entry.name


def _link_origins(settings: Settings) -> set[str]:
    return _origins(settings, settings.talentlms.link_hosts)


def _payment_origins(settings: Settings) -> set[str]:
    return _origins(settings, settings.talentlms.payment_hosts)


def _origins(settings: Settings, hosts: Iterable[str]) -> set[str]:
    scheme = urlsplit(settings.talentlms.url).scheme
    return {f"{scheme}://{host}" for host in hosts}
