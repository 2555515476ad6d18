"""What the gateway calls in a journey: Redis, TalentLMS and identity providers, each a process of its own."""

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import redis
import requests

from sandbox.idp.control_client import Control as ProviderControl
from sandbox.talentlms.control_client import Control as TalentLMSControl
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port, listens

CLIENT_ID = "gateway"
PROVIDER = Path(__file__).parent / "provider"

T = TypeVar("T")


@dataclass
class RedisServer:
    """A Redis.

    Attributes:
        port: where it listens.
        process: the server; another one after a restart.
        password: what it asks for, if anything.
    """

    port: int
    process: Process
    password: str = ""

    def url(self, database: int = 0) -> str:
        """Return what ``GATEWAY_REDIS_URL`` says."""
        password = f":{self.password}@" if self.password else ""
        return f"redis://{password}{HOST}:{self.port}/{database}"

    def client(self, database: int = 0) -> redis.Redis:
        """Return a client of our own; to be closed."""
        return redis.Redis(host=HOST, port=self.port, db=database, password=self.password or None)


def start_redis(folder: Path, *, port: int = 0, durable: bool = False, password: str = "") -> RedisServer:
    """Start a Redis.

    Args:
        folder: where its output, and with ``durable`` its data, are.
        port: where to listen; 0 for a free one.
        durable: whether what it knows outlives it.
        password: what it asks for, if anything.
    """
    port = port or free_port()
    keeping = ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(folder)] if durable else []
    asking = ["--requirepass", password] if password else []
    command = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", *keeping, *asking]
    process = Process(command, folder / "redis.log")
    return RedisServer(port, process.when(lambda: listens(port)), password)


@dataclass
class Portal:
    """The TalentLMS sandbox.

    Attributes:
        url: its address.
        api_key: what its API accepts.
        control: its control plane.
        process: the server.
    """

    url: str
    api_key: str
    control: TalentLMSControl
    process: Process

    def restart(self, during: Callable[[], T]) -> T:
        """Be away while something is done, and then there again with all that was known; return what was done."""
        snapshot = self.control.snapshot()
        self.process.kill()
        try:
            done = during()
        finally:
            again = start_portal(self.process.output.parent, self.api_key, port=int(self.url.rpartition(":")[2]))
            self.process = again.process
            self.control.restore(snapshot)
        return done

    def administer(self, operation: str, **form: str) -> None:
        """Do what an administrator would do, by the API; POST where there is a form, else GET."""
        verb = "POST" if form else "GET"
        answer = requests.request(
            verb, f"{self.url}/api/v1/{operation}", data=form or None, auth=(self.api_key, ""), timeout=PATIENT_SECONDS
        )
        assert answer.ok, answer.text

    def user(self, email: str) -> dict:
        """Return the one user with this e-mail address."""
        (found,) = self.users(email)
        return found

    def users(self, email: str) -> list[dict]:
        """Return every user with this e-mail address."""
        return [user for user in self.control.state()["users"] if user["email"] == email]

    def enrolments(self, email: str) -> dict[int, dict]:
        """Return a user's enrolments by the course's id."""
        user_id = self.user(email)["id"]
        return {one["course_id"]: one for one in self.control.state()["enrolments"] if one["user_id"] == user_id}

    def is_online(self, email: str) -> bool:
        """Return whether a user is signed in at TalentLMS."""
        return self.user(email)["id"] in self.control.state()["online"]

    def operations(self) -> list[str]:
        """Return the calls since the log was cleared, by name and in order."""
        return [call.operation for call in self.control.calls()]


def start_portal(folder: Path, api_key: str, *, port: int = 0, public_url: str = "") -> Portal:
    """Start the TalentLMS sandbox, without limits.

    Args:
        folder: where its output is.
        api_key: what its API accepts.
        port: where to listen; 0 for a free one.
        public_url: what its links begin with; its own address if left out.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "sandbox.talentlms", "--port", str(port), "--api-key", api_key]
    command += ["--public-url", public_url] if public_url else []
    process = Process([*command, "--calls-per-hour", "0", "--calls-per-5-seconds", "0"], folder / "talentlms.log")
    url = f"http://{HOST}:{port}"
    return Portal(url, api_key, TalentLMSControl(url), process.when(lambda: listens(port)))


@dataclass
class CertifiedProvider:
    """The identity provider that most journeys sign in with.

    Attributes:
        issuer: its address.
        client_secret: the gateway's.
        process: the server.
    """

    issuer: str
    client_secret: str
    process: Process


def start_certified_provider(folder: Path, client_secret: str, gateways: Sequence[str]) -> CertifiedProvider:
    """Start the certified provider.

    Args:
        folder: where its output is.
        client_secret: the gateway's.
        gateways: public addresses of the gateways that may use it.
    """
    node = shutil.which("node")
    assert node, "Node.js is missing: run tests/system_packages.sh"
    assert (PROVIDER / "node_modules").is_dir(), "the provider is not installed: run tests/system_packages.sh"
    port = free_port()
    command = [node, str(PROVIDER / "server.mjs"), "--port", str(port)]
    command += ["--client-id", CLIENT_ID, "--client-secret", client_secret]
    for gateway in gateways:
        command += ["--redirect-uri", f"{gateway}/callback/default"]
        command += ["--post-logout-redirect-uri", f"{gateway}/signed-out"]
    process = Process(command, folder / "provider.log").when(lambda: listens(port))
    return CertifiedProvider(f"http://{HOST}:{port}", client_secret, process)


@dataclass
class PractisingProvider:
    """The sandbox's identity provider: for people and mistakes that the certified one does not have.

    Attributes:
        issuer: its address.
        client_secret: the gateway's.
        control: its control plane.
        process: the server, unless it is a part of this process.
    """

    issuer: str
    client_secret: str
    control: ProviderControl
    process: Process | None = None


def start_practising_provider(
    folder: Path, client_secret: str, gateways: Sequence[str], *, port: int = 0, issuer: str = ""
) -> PractisingProvider:
    """Start the sandbox's provider.

    Args:
        folder: where its output is.
        client_secret: the gateway's.
        gateways: public addresses of the gateways that may use it.
        port: where to listen; 0 for a free one.
        issuer: its address as others see it; its own if left out.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "sandbox.idp", "--port", str(port)]
    command += ["--issuer", issuer] if issuer else []
    command += ["--client-id", CLIENT_ID, "--client-secret", client_secret]
    for gateway in gateways:
        command += ["--redirect-uri", f"{gateway}/callback/default"]
        command += ["--post-logout-redirect-uri", f"{gateway}/signed-out"]
    process = Process(command, folder / "practising-provider.log")
    process.when(lambda: '"ready": true' in process.text())
    issuer = json.loads(process.text().splitlines()[0])["issuer"]
    control = ProviderControl(f"http://{HOST}:{port}{urlsplit(issuer).path}")
    return PractisingProvider(issuer, client_secret, control, process)
