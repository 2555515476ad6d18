"""``make demo``: the gateway with a TalentLMS, an identity provider and a shop to try it on, until Ctrl-C.

The four run as processes of their own on adjacent ports of the loopback interface. Keys and secrets are made
anew for each run; nothing is kept.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from sandbox import demo_shop

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 25.0

_TOML = Path(__file__).with_name("demo.toml")
_OURS = ("GATEWAY_", "TALENTLMS_", "OIDC_", "WEB_CONCURRENCY", "GUNICORN_")

_WELCOME = """
  {gateway}/               the gateway: "My training"
  {talentlms}/               a TalentLMS to try it on: users, courses, the last calls, buttons that break things
  {provider}/               a demo identity provider with people to be
  {shop}/               a demo shop that sells three courses, in the dialect of four shops

Try this in a browser:
  1. open {gateway}/go/course/12, come in with the employees of Acme, be Kim Lee, and stand in the course
  2. open it again: no question, another link, one call to TalentLMS (watch {talentlms}/)
  3. open {gateway}/buy/course/34?coupon=WELCOME10 and press Pay
  4. open {gateway}/ and sign out: it ends in all three places
  5. open {shop}/, put a course into the basket, press Pay and then To my course: Pia Novak stands in it
     without a sign-in; then Refund, Send it twice, Send the refund first, Forge the signature
  6. open {gateway}/go/course/12 in a private window, press I bought this at Sandbox Shop, and come
     back by Pia Novak's account there; of two of one course she gets codes to give away
People: Kim Lee, Amina Diallo and Jürgen Müller-Öztürk are new, Robin Park has learned there before. Ada Sommer (an
administrator), Felix Brandt (inactive) and Noel Nomail (no e-mail address) are stopped, each with a page that says why.

Ctrl-C ends all of it.
"""


@dataclass(frozen=True)
class Part:
    """One process of the demo.

    Attributes:
        name: what to call it when it fails.
        port: where it listens.
        command: what to run.
        environment: its variables, besides those of this process.
    """

    name: str
    port: int
    command: Sequence[str]
    environment: Mapping[str, str]


def parts(port: int, folder: Path) -> list[Part]:
    """Return what to start, in this order.

    Args:
        port: the gateway's; the next three are TalentLMS's, the provider's and the shop's.
        folder: where the gateway's database and its file of settings are.
    """
    gateway, talentlms, provider, shop = (f"http://{HOST}:{port + offset}" for offset in range(4))
    api_key, client_secret = secrets.token_hex(24), secrets.token_hex(24)
    storefronts = demo_shop.storefronts()
    config = folder / "demo.toml"
    config.write_text(_TOML.read_text(encoding="utf-8") + demo_shop.tables(storefronts, shop), encoding="utf-8")
    settings = {
        "GATEWAY_PUBLIC_URL": gateway,
        "GATEWAY_SECRET_KEYS": secrets.token_urlsafe(48),
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder}/gateway.db",
        "GATEWAY_CONFIG": str(config),
        "GATEWAY_LOG_LEVEL": "warning",
        "GATEWAY_HELP_CONTACT": "help@acme.example",
        "TALENTLMS_URL": talentlms,
        "TALENTLMS_API_KEY": api_key,
        "OIDC_ISSUER": provider,
        "OIDC_CLIENT_ID": "gateway",
        "OIDC_CLIENT_SECRET": client_secret,
        "OIDC_LABEL": "Employees of Acme",
    }
    sandbox = ("-m", "sandbox.talentlms", "--port", str(port + 1), "--api-key", api_key)
    idp = (
        *("-m", "sandbox.idp", "--port", str(port + 2), "--client-id", "gateway", "--client-secret", client_secret),
        *("--redirect-uri", f"{gateway}/callback/default", "--post-logout-redirect-uri", f"{gateway}/signed-out"),
    )
    front = ("-m", "gunicorn", "app:app", "--bind", f"{HOST}:{port}", "--log-level", "warning")
    return [
        Part("TalentLMS sandbox", port + 1, sandbox, {}),
        Part("identity provider", port + 2, idp, {}),
        Part("gateway", port, front, settings),
        Part("shop", port + 3, demo_shop.command(storefronts, gateway, port + 3), {}),
    ]


def main() -> None:
    """Run the demo in the foreground."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="the gateway's; the next three are used as well")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    running: list[subprocess.Popen[bytes]] = []
    folder = Path(tempfile.mkdtemp(prefix="talentlms-gateway-demo-"))
    try:
        for part in parts(port, folder):
            running.append(_start(part))
            _wait_for(part, running[-1])
        _say(_WELCOME.format(**_addresses(port)))
        _until_one_ends(running)
    except KeyboardInterrupt:
        _say("")
    finally:
        _end(running)
        shutil.rmtree(folder)


def _addresses(port: int) -> dict[str, str]:
    names = ("gateway", "talentlms", "provider", "shop")
    return {name: f"http://{HOST}:{port + offset}" for offset, name in enumerate(names)}


def _start(part: Part) -> subprocess.Popen[bytes]:
    with socket.socket() as probe:
        if probe.connect_ex((HOST, part.port)) == 0:
            sys.exit(f"Port {part.port} is in use, and the {part.name} needs it. Try: DEMO_PORT=9000 make demo")
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return subprocess.Popen(  # noqa: S603 - every word of the command stands in this file
        [sys.executable, *part.command],
        env={**foreign, **part.environment},
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # so that Ctrl-C reaches this process alone, which then ends them in order
    )


def _wait_for(part: Part, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"The {part.name} ended at once; what it said stands above.")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, part.port)) == 0:
                return
        time.sleep(0.1)
    sys.exit(f"The {part.name} did not start within {START_SECONDS:.0f} seconds.")


def _until_one_ends(running: Sequence[subprocess.Popen[bytes]]) -> None:
    while all(process.poll() is None for process in running):
        time.sleep(0.5)
    _say("One part of the demo has ended, so the rest is ended too.")


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for repeated in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(repeated, signal.SIG_IGN)
    for process in reversed(running):
        process.terminate()
    for process in running:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
