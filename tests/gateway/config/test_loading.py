import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.config import BadSettings, Fault, load
from gateway.config.loading import VARIABLES
from tests.gateway.config.conftest import GOOD, PROVIDER

NAMES = [
    *VARIABLES,
    "GATEWAY_WHATEVER",
    "PATH",
]
TEXTS = st.text(max_size=80) | st.sampled_from(
    [
        "on",
        "0",
        "-1",
        "http://[",
        "https://a:b",
        "//@",
        "redis://[::1",
        "https://[::1]:99999",
        "1/1",
        "\udcff",
        "\0",
        "/",
    ]
)


def test_what_is_set_arrives_and_the_rest_has_its_default(settings):
    loaded = settings(GATEWAY_SESSION_IDLE="600")

    assert loaded.public_url == "https://training.acme.com"
    assert [key.reveal() for key in loaded.secret_keys] == [GOOD["GATEWAY_SECRET_KEYS"]]
    assert (loaded.session_idle, loaded.session_lifetime) == (600, 43200)
    assert (loaded.redis_url, loaded.config, loaded.ca_file, loaded.help_contact) == (None, None, None, None)
    assert (loaded.rate_limits, loaded.password_sign_in, loaded.log_level) == (True, False, "info")
    assert loaded.trusted_proxies == ()
    assert loaded.secure
    assert (dict(loaded.slugs.courses), dict(loaded.slugs.categories)) == ({}, {})


def test_the_provider_of_the_variables_is_called_default(settings):
    [provider] = settings().identity_providers

    assert (provider.name, provider.issuer, provider.client_id) == ("default", "https://login.acme.com/", "gateway")
    assert provider.client_secret.reveal() == "client-secret-of-acme"
    assert provider.preset == "generic"


def test_providers_of_variables_and_file_stand_together(settings, file):
    loaded = settings(GATEWAY_CONFIG=file(PROVIDER))

    assert [provider.name for provider in loaded.identity_providers] == ["default", "acme"]


def test_the_file_alone_may_list_the_providers(settings, file):
    without = {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None, "OIDC_CLIENT_SECRET": None}
    loaded = settings(GATEWAY_CONFIG=file(PROVIDER), **without)

    assert [provider.name for provider in loaded.identity_providers] == ["acme"]


def test_an_empty_list_in_the_file_leaves_the_provider_of_the_variables(settings, file):
    loaded = settings(GATEWAY_CONFIG=file("identity_providers = []"))

    assert [provider.name for provider in loaded.identity_providers] == ["default"]


def test_without_any_provider_nobody_could_sign_in(faults):
    found = faults(OIDC_ISSUER=None, OIDC_CLIENT_ID=None, OIDC_CLIENT_SECRET=None)

    assert list(found) == ["OIDC_ISSUER"]
    assert "GATEWAY_PASSWORD_SIGN_IN=on" in found["OIDC_ISSUER"]


def test_password_sign_in_needs_no_provider(settings):
    without = {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None, "OIDC_CLIENT_SECRET": None}

    assert settings(GATEWAY_PASSWORD_SIGN_IN="on", **without).identity_providers == ()


@pytest.mark.parametrize("name", ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
def test_half_a_provider_is_a_fault(faults, name):
    assert "is missing" in faults(**{name: None})[name]


def test_one_oidc_variable_asks_for_the_others(faults):
    found = faults(OIDC_ISSUER=None, OIDC_CLIENT_ID=None, OIDC_CLIENT_SECRET=None, OIDC_SCOPES="openid")

    assert list(found) == ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_an_outbound_proxy_that_is_none_is_told_without_its_password(faults, name):
    found = faults(**{name: "socks5://gateway:s3cret@proxy.acme.com", "GATEWAY_RATE_LIMITS": "maybe"})
    assert set(found) == {name, "GATEWAY_RATE_LIMITS"}
    assert found[name].startswith("is not the address of a proxy; write an http:// or https:// address")
    assert "s3cret" not in found[name]


@pytest.mark.parametrize("text", ["", "http://gateway:s3cret@proxy.acme.com:3128", "proxy.acme.com:3128"])
def test_an_outbound_proxy_may_be_written_as_usual(settings, text):
    assert settings(HTTPS_PROXY=text)


def test_two_providers_of_one_name_are_refused(faults, file):
    second = PROVIDER.replace("id.acme.com", "id2.acme.com")

    found = faults(GATEWAY_CONFIG=file(PROVIDER + second))

    assert list(found) == ["identity_providers[1].name"]


def test_a_provider_of_the_file_cannot_be_the_default_one_as_well(faults, file):
    assert list(faults(GATEWAY_CONFIG=file(PROVIDER.replace('"acme"', '"default"')))) == ["identity_providers[0].name"]


def test_every_provider_that_is_there_twice_is_told_beside_the_faults_of_others(faults, file):
    found = faults(GATEWAY_CONFIG=file(3 * PROVIDER + PROVIDER.replace('"acme"', '"Big"')), OIDC_ISSUER=None)

    assert list(found) == [
        "OIDC_ISSUER",
        "identity_providers[1].name",
        "identity_providers[1].issuer",
        "identity_providers[2].name",
        "identity_providers[2].issuer",
        "identity_providers[3].name",
        "identity_providers[3].issuer",
    ]
    assert "is not a provider's name" in found["identity_providers[3].name"]


def test_the_same_client_of_the_same_issuer_is_refused_twice(faults, file):
    second = PROVIDER.replace('"acme"', '"again"')

    found = faults(GATEWAY_CONFIG=file(PROVIDER + second))

    assert list(found) == ["identity_providers[1].issuer"]
    assert "same client_id" in found["identity_providers[1].issuer"]


def test_one_issuer_may_know_the_gateway_as_two_clients(settings, file):
    second = PROVIDER.replace('"acme"', '"again"').replace('client_id = "gateway"', 'client_id = "other"')

    assert len(settings(GATEWAY_CONFIG=file(PROVIDER + second)).identity_providers) == 3


def test_all_faults_are_told_at_once_in_the_order_of_declaration(faults, file, tmp_path):
    found = faults(
        GATEWAY_PUBLIC_URL="http://training.acme.com",
        GATEWAY_SECRET_KEYS="short",
        GATEWAY_DATABASE_URL="postgresql://db.acme.com/gateway",
        GATEWAY_REDIS_URL_FILE=str(tmp_path / "nowhere"),
        GATEWAY_RATE_LIMITS="yes",
        GATEWAY_SESSION_IDLE="1 hour",
        GATEWAY_METRICS_BIND="9000",
        GATEWAY_PUBLIK_URL="x",
        TALENTLMS_API_KEY=None,
        TALENTLMS_CALLS_PER_HOUR="-1",
        OIDC_SCOPES="email",
        GATEWAY_CONFIG=file(
            PROVIDER.replace("https://id", "http://id")
            + '[[identity_providers]]\nname = "Big"\n'
            + '[talentlms]\nlogin_link = "maybe"\n[slugs.courses]\n34 = 34\n[brand]\ncolour = "#ffff00"\n'
        ),
    )

    assert list(found) == [
        "GATEWAY_PUBLIC_URL",
        "GATEWAY_SECRET_KEYS",
        "GATEWAY_DATABASE_URL",
        "GATEWAY_REDIS_URL_FILE",
        "GATEWAY_RATE_LIMITS",
        "GATEWAY_SESSION_IDLE",
        "GATEWAY_METRICS_BIND",
        "TALENTLMS_API_KEY",
        "TALENTLMS_CALLS_PER_HOUR",
        "talentlms.login_link",
        "OIDC_SCOPES",
        "identity_providers[0].issuer",
        "identity_providers[1].name",
        "identity_providers[1].issuer",
        "identity_providers[1].client_id",
        "identity_providers[1].client_secret",
        "slugs.courses.34",
        "brand.colour",
        "GATEWAY_PUBLIK_URL",
    ]


def test_the_error_prints_a_line_for_each_fault():
    error = BadSettings([Fault("A", "is missing; set it"), Fault("b[0].c", "is unknown; remove it")])

    assert str(error) == "A: is missing; set it\nb[0].c: is unknown; remove it"


def test_an_empty_environment_names_what_is_needed():
    with pytest.raises(BadSettings) as caught:
        load({})

    assert [fault.name for fault in caught.value.faults] == [
        "GATEWAY_PUBLIC_URL",
        "GATEWAY_SECRET_KEYS",
        "GATEWAY_DATABASE_URL",
        "TALENTLMS_URL",
        "TALENTLMS_API_KEY",
        "OIDC_ISSUER",
    ]


def lines_of(environ):
    """Return the lines that a load with these variables besides the good ones prints."""
    try:
        load(GOOD | environ)
    except BadSettings as error:
        return str(error).split("\n")
    return []


@hypothesis_settings(deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), TEXTS))
def test_no_text_of_a_variable_raises_anything_but_bad_settings(environ):
    assert all(line.isprintable() for line in lines_of(environ))


@hypothesis_settings(deadline=None)
@given(st.dictionaries(st.text(max_size=20).map("GATEWAY_".__add__) | st.text(max_size=20), TEXTS))
def test_no_name_of_a_variable_raises_anything_but_bad_settings(environ):
    assert all(line.isprintable() for line in lines_of(environ))
