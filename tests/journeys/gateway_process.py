"""The gateway in a journey: gunicorn with the settings that an operator would give it."""

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.journeys.backing_services import CLIENT_ID, CertifiedProvider, Portal, PractisingProvider
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, listens

SECRET_KEY = "first-key-of-the-journeys-0123456789abcdef"
CONFIG = """
[talentlms]
self_enrol_courses = [1, 12]
header_hidden_options = ["sharedFiles"]

[slugs.courses]
intro = 12
data-protection = 34

[slugs.categories]
compliance = 3
"""


@dataclass
class Gateway:
    """A gateway that may be started again with other settings.

    Attributes:
        url: its public address.
        settings: its environment.
        output: the file with everything that it says.
        portal: its TalentLMS.
        process: gunicorn, if it runs.
    """

    url: str
    settings: dict[str, str]
    output: Path
    portal: Portal = field(repr=False)
    process: Process | None = field(default=None)

    def start(self, **changes: str) -> "Gateway":
        """Start it, with changes to its settings if any.

        What the doctor asks at the start is over then; where nothing had been asked of TalentLMS before, that is
        forgotten, so that a journey counts what its own clicks ask.
        """
        assert not listens(self._port), "somebody else answers there"
        self.settings |= changes
        asked, before = self.portal.control.calls(), self.examinations()
        self.process = self.launched().when(self.answers)
        self.process.when(lambda: self.examinations() > before)
        if not asked:
            self.portal.control.clear_calls()
        return self

    def launched(self) -> Process:
        """Return gunicorn just as it has been launched, whatever becomes of it."""
        arguments = ["app:app", "--bind", self.url.removeprefix("http://")]
        return Process(arguments, self.output, self.settings, is_prepared=True)

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def end(self) -> None:
        """End it at once, if it runs: nothing is under way any more."""
        if self.process is not None:
            self.process.signal(signal.SIGQUIT)
        self.stop()

    def text(self) -> str:
        """Return everything that it has said."""
        return self.output.read_text(errors="replace")

    def events(self, reference: str = "") -> list[dict]:
        """Return its log, or what a reference code stands in."""
        stands_in = (line for line in self.text().splitlines() if line.startswith("{") and reference in line)
        lines = [json.loads(line) for line in stands_in]
        return [line for line in lines if reference in ("", line["reference"])]

    def examinations(self) -> int:
        """Return how many times its doctor has been done so far."""
        return self.text().count('"doctor.finished"') if self.output.exists() else 0

    def readiness(self) -> tuple[int, str]:
        """Return what ``/readyz`` says of the whole, and of the database."""
        answer = requests.get(f"{self.url}/readyz", timeout=PATIENT_SECONDS)
        return answer.status_code, answer.json()["database"]

    @property
    def _port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def answers(self) -> bool:
        """Return whether it answers."""
        try:
            return requests.get(f"{self.url}/livez", timeout=PATIENT_SECONDS).ok
        except requests.RequestException:
            return False


def gateway_at(
    address: str,
    folder: Path,
    portal: Portal,
    provider: CertifiedProvider | PractisingProvider,
    redis_url: str,
    settings: Mapping[str, str] | None = None,
) -> Gateway:
    """Return a gateway, ready to be started.

    Args:
        address: its public address, on loopback.
        folder: where its output and its TOML file are.
        portal: its TalentLMS.
        provider: its identity provider.
        redis_url: its Redis.
        settings: what is different.
    """
    config = folder / "gateway.toml"
    config.write_text(CONFIG)
    port = address.rpartition(":")[2]
    environment = {
        "GATEWAY_PUBLIC_URL": address,
        "GATEWAY_SECRET_KEYS": SECRET_KEY,
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder}/gateway-{port}.db",
        "GATEWAY_REDIS_URL": redis_url,
        "GATEWAY_CONFIG": str(config),
        "GATEWAY_HELP_CONTACT": "help@acme.example",
        "TALENTLMS_URL": portal.url,
        "TALENTLMS_API_KEY": portal.api_key,
        # The budget has journeys of its own: here everybody clicks as often as they like.
        "TALENTLMS_CALLS_PER_HOUR": "0",
        "TALENTLMS_CALLS_PER_5_SECONDS": "0",
        "TALENTLMS_CALLS_PER_PERSON": "off",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": provider.client_secret,
        "WEB_CONCURRENCY": "2",
    }
    return Gateway(f"http://{HOST}:{port}", {**environment, **(settings or {})}, folder / f"gateway-{port}.log", portal)
