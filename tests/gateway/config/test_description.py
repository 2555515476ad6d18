import pytest

from gateway.config import BadSettings, describe, load
from tests.gateway.config.conftest import GOOD, PROVIDER

SECRETS = {
    "GATEWAY_SECRET_KEYS": "whispered-whispered-whispered-whispered",
    "GATEWAY_DATABASE_URL": "postgresql://gateway:whispered@127.0.0.1/gateway",
    "GATEWAY_REDIS_URL": "redis://:whispered@redis:6379/0",
    "TALENTLMS_API_KEY": "whispered",
    "OIDC_CLIENT_SECRET": "whispered",
}


def test_the_description_names_every_effective_setting(settings, file):
    text = describe(
        settings(
            GATEWAY_CONFIG=file(PROVIDER + "[slugs.courses]\ngdpr = 34\n"),
            GATEWAY_TRUSTED_PROXIES="10.0.0.0/8",
            GATEWAY_HELP_CONTACT="help@acme.com",
            GATEWAY_RATE_LIMITS="off",
        )
    )
    lines = dict(line.split(maxsplit=1) for line in text.splitlines())

    assert lines["GATEWAY_PUBLIC_URL"] == "https://training.acme.com"
    assert lines["GATEWAY_TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert lines["GATEWAY_HELP_CONTACT"] == "help@acme.com"
    assert lines["GATEWAY_RATE_LIMITS"] == "off"
    assert lines["GATEWAY_SESSION_IDLE"] == "3600"
    assert lines["GATEWAY_REDIS_URL"] == "embedded store"
    assert lines["GATEWAY_SECRET_KEYS"] == "secret, 1 set"
    assert lines["TALENTLMS_PAYMENT_HOSTS"] == "acme.talentlms.com, www.paypal.com"
    assert lines["talentlms.after_completion"] == "/completed/<course>"
    assert lines["identity_providers.default.issuer"] == "https://login.acme.com/"
    assert lines["identity_providers.acme.client_secret"] == "secret, set"
    assert lines["slugs.courses"] == "gdpr = 34"
    assert lines["slugs.categories"] == "none"


@pytest.mark.statement(65)
def test_secrets_are_in_no_text_of_the_settings(settings):
    loaded = settings(**SECRETS)

    for text in (describe(loaded), repr(loaded), str(loaded)):
        assert "whispered" not in text


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("spoiled", ["whispered whispered\x00", "whispered\x7f\n", "\udcffwhispered", " whispered"])
def test_secrets_are_in_no_fault(name, spoiled):
    with pytest.raises(BadSettings) as caught:
        load(GOOD | {name: spoiled})

    for text in (str(caught.value), repr(caught.value), repr(caught.value.__cause__)):
        assert "whispered" not in text


@pytest.mark.parametrize("address", ["https://kim:whispered@acme.talentlms.com", "kim:whispered@acme.talentlms.com"])
def test_a_password_in_an_address_is_not_shown(faults, address):
    assert "whispered" not in str(faults(TALENTLMS_URL=address))


def test_a_long_value_is_shortened_and_control_characters_are_escaped(faults):
    long = faults(GATEWAY_LOG_LEVEL="x" * 500)["GATEWAY_LOG_LEVEL"]
    strange = faults(GATEWAY_LOG_LEVEL="in\x1b[31mfo\n")["GATEWAY_LOG_LEVEL"]

    assert long.startswith('"' + "x" * 59 + '…"')
    assert '"in\\x1b[31mfo\\n"' in strange
