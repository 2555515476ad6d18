import hashlib

import pytest

from gateway.config import describe
from gateway.config.scim import ScimSettings, ScimToken
from schemas.secret import Secret
from tests.gateway.config.conftest import PROVIDER

TOKEN = "a-token-of-a-provisioner-long-enough"
OTHER = "another-token-of-a-provisioner-long-enough"
DIGEST = hashlib.sha256(TOKEN.encode()).hexdigest()


def scim(*tokens, more=""):
    entries = ", ".join(f'{{ provider = "{provider}", token = "{token}" }}' for provider, token in tokens)
    return f"{PROVIDER}\n[scim]\ntokens = [{entries}]\n{more}"


def test_without_the_table_nobody_pushes(settings):
    assert settings().scim == ScimSettings(adopt="never", tokens=())


def test_tokens_are_kept_as_their_digests(settings, file):
    """Statements: A7."""
    text = scim(("acme", TOKEN), ("acme", "sha256:" + "0" * 64), ("default", OTHER))
    found = settings(GATEWAY_CONFIG=file(text)).scim
    assert found.tokens[:2] == (
        ScimToken(provider="acme", token=Secret(DIGEST)),
        ScimToken(provider="acme", token=Secret("0" * 64)),
    )
    assert (found.tokens[2].provider, found.adopt) == ("default", "never")


def test_a_token_may_stand_in_a_file(settings, file, tmp_path):
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    text = f'{PROVIDER}\n[scim]\ntokens = [{{ provider = "acme", token_file = "token" }}]'
    assert settings(GATEWAY_CONFIG=file(text)).scim.tokens == (ScimToken(provider="acme", token=Secret(DIGEST)),)


def test_a_token_is_not_described(settings, file):
    told = describe(settings(GATEWAY_CONFIG=file(scim(("acme", TOKEN)))))
    assert "scim.tokens[0].provider" in told
    assert TOKEN not in told
    assert DIGEST not in told


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (scim(("acne", TOKEN)), "scim.tokens[0].provider", '"acne" is no identity provider; did you mean acme?'),
        (scim(("acme", "short")), "scim.tokens[0].token", "its value is too short"),
        (scim(("acme", TOKEN), ("default", TOKEN)), "scim.tokens", "holds a token twice"),
        (scim(*(("acme", TOKEN + str(number)) for number in range(3))), "scim.tokens", "has 3 for acme"),
        (f"{PROVIDER}[scim]\ntokens = 7", "scim.tokens", "is not a list of tables"),
        (f"{PROVIDER}[scim]\ntokens = [{{ token = '{TOKEN}' }}]", "scim.tokens[0].provider", "is missing"),
        (f"{PROVIDER}[scim]\ntoken = []", "scim.token", "is unknown"),
        (scim(("acme", TOKEN), more='adopt = "always"'), "scim.adopt", '"always" is not known here'),
        (
            scim(("acme", TOKEN), more='adopt = "trusted_domains"'),
            "scim.adopt",
            "needs the trusted_email_domains of acme",
        ),
    ],
)
def test_what_is_wrong_is_told(faults, file, text, name, says):
    assert says in faults(GATEWAY_CONFIG=file(text))[name]


def test_two_providers_with_one_issuer_have_one_directory(faults, file):
    second = PROVIDER.replace('"acme"', '"acme-two"').replace('client_id = "', 'client_id = "two-')
    text = scim(("acme", TOKEN), ("acme-two", OTHER)).replace(PROVIDER, PROVIDER + second)
    assert "name two providers with one issuer" in faults(GATEWAY_CONFIG=file(text))["scim.tokens"]


def test_accounts_are_adopted_by_the_domains_that_are_named(settings, file):
    text = scim(("acme", TOKEN), more='adopt = "trusted_domains"').replace(
        "client_id", 'trusted_email_domains = ["acme.com"]\nclient_id'
    )
    assert settings(GATEWAY_CONFIG=file(text)).scim.adopt == "trusted_domains"
