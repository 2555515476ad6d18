import pytest

from gateway import log
from tests.gateway.web.conftest import browser_at, gateway

__all__ = ["browser_at", "gateway"]


@pytest.fixture(autouse=True)
def nobody_counts_afterwards():
    yield
    log.observe_by(None)


class Scraped:
    """The samples of a scrape, by name and labels."""

    def __init__(self, text):
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
        self.samples = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def __getitem__(self, name):
        return self.samples[f"talentlms_gateway_{name}"]

    def of(self, name):
        """Return the samples of one metric, by the text of their labels."""
        start = f"talentlms_gateway_{name}"
        return {
            key.removeprefix(start): value
            for key, value in self.samples.items()
            if key.partition("{")[0] == start and value
        }


def ask(application, path, **environ):
    """Ask a WSGI application for an address; return status, headers and body."""
    said = []
    path, _, query = path.partition("?")
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1:9464"}
    body = b"".join(application({**asked, **environ}, lambda *told: said.extend(told)))
    return int(said[0].split()[0]), dict(said[1]), body.decode()


@pytest.fixture
def scrape():
    def scraped(app):
        status, _, text = ask(app.extensions["talentlms-operator"], "/metrics")
        assert status == 200
        return Scraped(text)

    return scraped
