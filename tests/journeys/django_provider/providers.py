"""Real providers that are started with options, and a gateway that lists several of them in its file."""

import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.journeys.backing_services import CLIENT_ID, PROVIDER, Portal
from tests.journeys.gateway_process import CONFIG, SECRET_KEY, Gateway
from tests.journeys.process import Process
from tests.ports import free_port

# told to Node.js when it starts, so that the provider itself stays as it is: npm's does not say how a client proved
# itself, and takes the secret in the form as well as in the header from a client that is registered for the other
_TELLS_HOW_CLIENTS_PROVE_THEMSELVES = """
import { channel } from "node:diagnostics_channel";
channel("http.server.request.start").subscribe(({ request: { method, url, headers } }) => {
  const proof = headers.authorization?.split(" ")[0] ?? "none";
  console.error(`${method} ${url.split("?")[0]} Authorization: ${proof}`);
});
"""


@dataclass(frozen=True)
class RealProvider:
    """A provider under the name that one gateway knows it by.

    Attributes:
        name: in the gateway's file and addresses.
        issuer: its address.
        client_secret: the gateway's.
        process: the server.
    """

    name: str
    issuer: str
    client_secret: str
    process: Process

    def listed(self, **settings: object) -> str:
        """Return its entry in the gateway's file, with further settings."""
        entry = {
            "name": self.name,
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
            **settings,
        }
        return "[[identity_providers]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in entry.items())


def start_certified(folder: Path, gateway: str, name: str, *options: str) -> RealProvider:
    """Start npm's oidc-provider.

    Args:
        folder: where its output is.
        gateway: the public address of the one gateway that may use it.
        name: what that gateway calls it.
        options: of its command, besides those that every provider has.
    """
    node = shutil.which("node")
    assert node, "Node.js is missing: run tests/system_packages.sh"
    assert (PROVIDER / "node_modules").is_dir(), "the provider is not installed: run tests/system_packages.sh"
    preloaded = "data:text/javascript," + quote(_TELLS_HOW_CLIENTS_PROVE_THEMSELVES)
    return _start([node, "--import", preloaded, str(PROVIDER / "server.mjs"), *options], folder, gateway, name)


def start_django(folder: Path, gateway: str, name: str, *options: str) -> RealProvider:
    """Start django-oauth-toolkit; arguments as ``start_certified``."""
    command = [sys.executable, "-m", "tests.journeys.django_provider", "--folder", str(folder)]
    return _start([*command, *options], folder, gateway, name)


def gateway_of(address: str, folder: Path, portal: Portal, redis_url: str, providers: Sequence[str]) -> Gateway:
    """Return a gateway whose providers stand in its file, ready to be started.

    Args:
        address: its public address, on loopback.
        folder: where its output and its file are; its alone.
        portal: its TalentLMS.
        redis_url: its Redis.
        providers: their entries.
    """
    config = folder / "gateway.toml"
    config.write_text("\n".join([*providers, CONFIG]))
    settings = {
        "GATEWAY_PUBLIC_URL": address,
        "GATEWAY_SECRET_KEYS": SECRET_KEY,
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}",
        "GATEWAY_REDIS_URL": redis_url,
        "GATEWAY_CONFIG": str(config),
        "TALENTLMS_URL": portal.url,
        "TALENTLMS_API_KEY": portal.api_key,
        "WEB_CONCURRENCY": "2",
    }
    return Gateway(address, settings, folder / "gateway.log", portal)


def _start(command: Sequence[str], folder: Path, gateway: str, name: str) -> RealProvider:
    secret = f"client-secret-at-{name}"
    client = ["--port", str(free_port()), "--client-id", CLIENT_ID, "--client-secret", secret]
    ways_back = ["--redirect-uri", f"{gateway}/callback/{name}", "--post-logout-redirect-uri", f"{gateway}/signed-out"]
    process = Process([*command, *client, *ways_back], folder / f"{name}.log")
    process.when(lambda: '"ready"' in process.text())
    (ready,) = [line for line in process.text().splitlines() if '"ready"' in line]
    return RealProvider(name, json.loads(ready)["issuer"], secret, process)
