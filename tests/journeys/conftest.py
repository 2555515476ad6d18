"""What the journeys share: the backing services and the gateway once per run, a person and a browser window per journey."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.backing_services import (
    CertifiedProvider,
    Portal,
    PractisingProvider,
    RedisServer,
    start_certified_provider,
    start_portal,
    start_practising_provider,
    start_redis,
)
from tests.journeys.gateway_process import Gateway, gateway_at
from tests.journeys.visitor import Visitor, visiting
from tests.ports import HOST, free_port

API_KEY = "api-key-of-the-journeys-81f2c4"
CLIENT_SECRET = "client-secret-of-the-journeys-5d7e90"
GATEWAYS = (
    "main",
    "practising",
    "alone",
    "rotating",
    "forgetful",
    "failing-over",
    "with-password",
    "plain-redirects",
    "selling",
    "starting",
    "attacked",
    "lasting",
    "lasting-second",
    "lasting-third",
    "shopping",
    "launching",
    "seats",
    "handing-off",
    "assigning",
    "directory",
    "fetching-groups",
    "restored",
)
NAMES = ("Nora Berg", "Luis Ortega", "Aiko Sato", "Femi Ade", "Ivana Kos", "Emil Lund", "Tara Singh", "Hugo Weiss")


@dataclass(frozen=True)
class Person:
    """Somebody at the certified provider whom TalentLMS does not know yet."""

    login: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        """What pages call them."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """The address that the provider vouches for."""
        return f"{self.login}@acme.example"


# --- once per run ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("journeys")


@pytest.fixture(scope="session")
def addresses() -> dict[str, str]:
    """Where each gateway of this run is, or will be."""
    return {name: f"http://{HOST}:{free_port()}" for name in GATEWAYS}


@pytest.fixture(scope="session")
def redis_server(folder) -> Iterator[RedisServer]:
    server = start_redis(folder)
    yield server
    server.process.stop()


@pytest.fixture(scope="session")
def portal(folder) -> Iterator[Portal]:
    portal = start_portal(folder, API_KEY)
    yield portal
    portal.process.stop()


@pytest.fixture(scope="session")
def provider(folder, addresses) -> Iterator[CertifiedProvider]:
    provider = start_certified_provider(folder, CLIENT_SECRET, list(addresses.values()))
    yield provider
    provider.process.stop()


@pytest.fixture(scope="session")
def practising_provider(folder, addresses) -> Iterator[PractisingProvider]:
    provider = start_practising_provider(folder, CLIENT_SECRET, list(addresses.values()))
    yield provider
    provider.process.stop()


@pytest.fixture(scope="session")
def gateway(folder, addresses, portal, provider, redis_server) -> Iterator[Gateway]:
    """The gateway of most journeys: two workers, the certified provider."""
    gateway = gateway_at(addresses["main"], folder, portal, provider, redis_server.url(0))
    yield gateway.start()
    gateway.end()


@pytest.fixture(scope="session")
def practising_gateway(folder, addresses, portal, practising_provider, redis_server) -> Iterator[Gateway]:
    """A gateway whose provider has odd people and makes mistakes when told to."""
    gateway = gateway_at(addresses["practising"], folder, portal, practising_provider, redis_server.url(1))
    yield gateway.start()
    gateway.end()


@pytest.fixture(scope="session")
def numbers() -> Iterator[int]:
    return itertools.count(1)


# --- per journey -------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def calm(portal) -> Iterator[None]:
    """Begin with an empty call log, and leave no fault behind."""
    portal.control.clear_calls()
    yield
    portal.control.clear_faults()


@pytest.fixture(scope="session")
def newcomers(numbers) -> Callable[[], Person]:
    """From nothing to somebody whom no journey has met."""

    def make() -> Person:
        number = next(numbers)
        first, last = NAMES[number % len(NAMES)].split()
        return Person(f"{first}.{last}{number}".lower(), first, f"{last}{number}")

    return make


@pytest.fixture
def newcomer(newcomers) -> Person:
    return newcomers()


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """A window of a browser that has never been anywhere."""
    with chromium.new_context() as context:
        yield context.new_page()


@pytest.fixture
def visit() -> Iterator[Callable[[str, str], Visitor]]:
    """From a gateway's address and a login to a person with a plain HTTP client."""
    with ExitStack() as visits:
        yield lambda address, login: visits.enter_context(visiting(address, login))
