import pytest

from gateway.config import BadSettings, load

GOOD = {
    "GATEWAY_PUBLIC_URL": "https://training.acme.com",
    "GATEWAY_SECRET_KEYS": "first-key-first-key-first-key-first-key",
    "GATEWAY_DATABASE_URL": "sqlite:////var/lib/talentlms-gateway/gateway.db",
    "TALENTLMS_URL": "https://acme.talentlms.com",
    "TALENTLMS_API_KEY": "api-key-of-acme",
    "OIDC_ISSUER": "https://login.acme.com/",
    "OIDC_CLIENT_ID": "gateway",
    "OIDC_CLIENT_SECRET": "client-secret-of-acme",
}
PROVIDER = """
[[identity_providers]]
name = "acme"
issuer = "https://id.acme.com"
client_id = "gateway"
client_secret = "client-secret-of-the-file"
"""


@pytest.fixture
def settings():
    """Load the good settings with some changed; None removes one."""

    def loaded(**changes):
        return load({name: text for name, text in (GOOD | changes).items() if text is not None})

    return loaded


@pytest.fixture
def faults(settings):
    """Load as `settings` does and return the faults: what each says by its name."""

    def found(**changes):
        with pytest.raises(BadSettings) as caught:
            settings(**changes)
        return {fault.name: fault.says for fault in caught.value.faults}

    return found


@pytest.fixture
def file(tmp_path):
    """Write a TOML file and return its path."""

    def written(text):
        path = tmp_path / "gateway.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written
