import io
import json

import pytest

from gateway import create_app, log
from gateway.config import load
from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.web.browser import HERE, Browser


@pytest.fixture
def gateway(portal, provider, own_log_handlers, tmp_path):
    """Make a gateway towards the two sandboxes; ``changes`` are variables (``None`` removes one), ``file`` is TOML."""

    def made(*, file="", **changes):
        public_url = changes.get("GATEWAY_PUBLIC_URL", HERE)
        provider.control.client(
            redirect_uris=[f"{public_url}/callback/{name}" for name in ("default", "acme", "other")],
            post_logout_redirect_uris=[f"{public_url}/signed-out"],
        )
        usual = {
            "GATEWAY_PUBLIC_URL": HERE,
            "GATEWAY_SECRET_KEYS": "key-of-the-tests-" * 3,
            "GATEWAY_DATABASE_URL": new_database(tmp_path),
            "TALENTLMS_URL": portal.url,
            "TALENTLMS_API_KEY": API_KEY,
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": provider.client_id,
            "OIDC_CLIENT_SECRET": provider.client_secret,
        }
        if file:
            (tmp_path / "gateway.toml").write_text(file, encoding="utf-8")
            usual["GATEWAY_CONFIG"] = str(tmp_path / "gateway.toml")
        return create_app(load({name: text for name, text in (usual | changes).items() if text is not None}))

    return made


@pytest.fixture
def browser(gateway, provider):
    """A browser at a gateway with the usual settings."""
    return Browser(gateway(), provider)


@pytest.fixture
def kim(browser, portal):
    """A browser in which Kim is signed in; nothing was asked of TalentLMS yet."""
    browser.sign_in()
    assert portal.control.calls() == []
    return browser


@pytest.fixture
def asked(portal):
    """Return the operations that TalentLMS was asked for since the last look."""

    def operations():
        called = [call.operation for call in portal.control.calls() if call.operation != "ratelimit"]
        portal.control.clear_calls()
        return called

    return operations


@pytest.fixture
def logged(own_log_handlers):
    """Begin to read the log, once the gateway is made; returns a way to get its lines so far."""

    def begun():
        stream = io.StringIO()
        log.configure("info", stream)
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    return begun


@pytest.fixture
def browser_at(provider):
    """Open a browser at a gateway."""
    return lambda app: Browser(app, provider)
