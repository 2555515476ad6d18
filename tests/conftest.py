"""What several packages' tests share: a real Redis, a PostgreSQL, a TalentLMS sandbox and an identity provider, all on loopback."""

import gc
import logging
import os
import shutil
import signal
import ssl
import sys
from functools import cache

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

from gateway import context, log
from gateway.oidc import probe, provider_calls
from gateway.outbound import connection
from gateway.storefronts import shop_api
from gateway.talentlms import transport
from gateway.web import admission_middleware, api_docs
from sandbox.idp import running_idp
from sandbox.talentlms import running_sandbox
from tests.alone import turn
from tests.compiled_once import compiled_once
from tests.gateway.called import OWN_LOGGERS
from tests.gateway.store.redis_server import RedisServer
from tests.patience import PATIENT_SECONDS
from tests.postgresql import PostgreSQL

API_KEY = "key-of-the-sandbox"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
_OBJECTS = 20_000
"""How many more there are when the collector looks at those: few tests leave garbage, and each makes thousands."""

LONGEST = (
    "tests/test_installation.py",
    "tests/storm/",
    "tests/journeys/test_under_attack.py",
    "tests/gateway/database/",
    "tests/gateway/web/test_waiting.py",
    "tests/gunicorn_conf/",
    "tests/journeys/",
    "tests/gateway/oidc/",
    "tests/bench/",
    "tests/gateway/flows/",
    "tests/gateway/web/test_scim",
    "tests/test_image.py",
    "tests/test_app.py",
)
"""Where the tests are that take longest, whole files of which go to one process each."""


@pytest.fixture(scope="session", autouse=True)
def no_authorities_of_the_system():
    """Certificate authorities of the system: to read them takes longer than most tests, which reach this machine alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def patience():
    """However busy the machine is, no call ends for want of time where a test has not limited it itself."""
    limits = [
        (provider_calls, "READ_SECONDS"),
        (probe, "READ_SECONDS"),
        (transport, "READ_SECONDS"),
        (shop_api, "READ_SECONDS"),
        (connection, "CONNECT_SECONDS"),
        (admission_middleware, "BROWSER_SECONDS"),
    ]
    with pytest.MonkeyPatch.context() as patched:
        for module, name in limits:
            patched.setattr(module, name, PATIENT_SECONDS)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_document():
    """A gateway describes its interface once; hundreds of gateways begin in one process here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(api_docs, "document", cache(api_docs.document))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Templates, addresses and SQL statements are compiled once, not for each gateway that begins in a process here."""
    with pytest.MonkeyPatch.context() as patched:
        compiled_once(patched)
        yield


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgresql():
    server = PostgreSQL()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def chromium():
    """A browser; a process of tests can have but one."""
    executable = shutil.which("chromium")
    assert executable, "Chromium is missing: run tests/system_packages.sh"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        browser.on("context", lambda context: context.set_default_timeout(1000 * PATIENT_SECONDS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_portal():
    with running_sandbox(api_key=API_KEY, calls_per_hour=0, calls_per_5_seconds=0) as server:
        yield server


@pytest.fixture
def portal(shared_portal):
    """A TalentLMS sandbox as it is at the start."""
    shared_portal.control.reset()
    return shared_portal


@pytest.fixture(scope="session")
def shared_provider():
    with running_idp() as running:
        yield running


@pytest.fixture
def provider(shared_provider):
    """An identity provider without its picker: the person that ``auto_person`` names signs in."""
    shared_provider.control.reset()
    shared_provider.control.settings(auto_pick=True, auto_person="kim.lee")
    return shared_provider


@pytest.fixture(autouse=True)
def nobody_waits():
    """A piece of work that a test begins, such as a request in the test's own process, ends with it."""
    context.end()
    yield
    context.end()


@pytest.fixture
def own_log_handlers():
    """Whatever a test makes of the log is undone afterwards."""
    root = logging.getLogger()
    handlers, lines = root.handlers[:], log._lines[:]
    levels = {logger: logger.level for logger in (root, *map(logging.getLogger, OWN_LOGGERS))}
    yield
    log._lines[:] = lines
    root.handlers[:] = handlers
    for logger, level in levels.items():
        logger.setLevel(level)


def pytest_configure(config):
    gc.disable()  # until all tests are collected: none of what that makes is garbage
    # hundreds of processes begin, and what one of them has compiled the others need not compile again
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    settings.register_profile("tests", deadline=None)  # an example may take its time on a busy machine
    settings.load_profile("tests")
    # a shell starts what runs in the background deaf to Ctrl-C, and so would be every program that a test starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers", "statement(*numbers): security statements of docs/oidc-conformance.md that a test covers"
    )
    config.addinivalue_line("markers", "alone: runs while no other test does; for one that fails on a busy machine")
    config.addinivalue_line("markers", "conformance(*ids): conformance tests of the OpenID Foundation that it covers")


def pytest_collection_modifyitems(items):
    # what takes long begins early: otherwise one process is still at it when the others have nothing left to do;
    # what runs alone comes last, when the others have least left that could wait for it
    def place(item):
        if is_alone(item):
            return len(LONGEST) + 1
        return next((number for number, path in enumerate(LONGEST) if item.nodeid.startswith(path)), len(LONGEST))

    items.sort(key=place)


def is_alone(item):
    return item.get_closest_marker("alone") is not None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    # before anything else, so that no time limit of the test runs meanwhile
    with turn(alone=is_alone(item)):
        return (yield)


def pytest_collection_finish():
    # thousands of tests and their modules stay to the end: the collector need not go through them again and again
    gc.freeze()
    gc.enable()
    gc.set_threshold(_OBJECTS)


def pytest_xdist_auto_num_workers():
    # one more than there are cores: tests that start servers or hold a click spend half of their time waiting
    return (os.cpu_count() or 1) + 1
