"""What people get wrong in the settings, each a row: what they wrote, which setting ``check`` names, and its remedy."""

import pytest

PROVIDER = '[[identity_providers]]\nissuer = "https://id.acme.com"\nclient_id = "gateway"\nclient_secret = "x"\n'
RULE = '[[mapping.rules]]\nname = "all"\nwhen = { group = "All" }\nassign = { user_type = "Learner-Typo" }\n'

VARIABLES = {
    "plain http": ({"GATEWAY_PUBLIC_URL": "http://training.acme.com"}, "GATEWAY_PUBLIC_URL", "write https://"),
    "a path behind the host": ({"GATEWAY_PUBLIC_URL": "https://acme.com/training"}, "GATEWAY_PUBLIC_URL", "leave out"),
    "a short key": ({"GATEWAY_SECRET_KEYS": "hunter2"}, "GATEWAY_SECRET_KEYS", "32"),
    "no API key": ({"TALENTLMS_API_KEY": None}, "TALENTLMS_API_KEY", "is missing"),
    "a misspelt variable": ({"GATEWAY_RATE_LIMIT": "off"}, "GATEWAY_RATE_LIMIT", "did you mean GATEWAY_RATE_LIMITS?"),
    "TalentLMS without https://": ({"TALENTLMS_URL": "acme.talentlms.com"}, "TALENTLMS_URL", "begin it with https://"),
    "every tenant of Entra ID": (
        {"OIDC_ISSUER": "https://login.microsoftonline.com/common/v2.0"},
        "OIDC_ISSUER",
        "write your tenant's id in its place",
    ),
    "a key's path in the place of the key": (
        {
            "OIDC_CLIENT_SECRET": None,
            "OIDC_CLIENT_AUTHENTICATION": "private_key_jwt",
            "OIDC_PRIVATE_KEY": "/run/secrets/key.pem",
        },
        "OIDC_PRIVATE_KEY",
        "did you mean OIDC_PRIVATE_KEY_FILE?",
    ),
    "a path in the place of the signing keys": (
        {"GATEWAY_SECRET_KEYS": "/run/secrets/talentlms-gateway-keys"},
        "GATEWAY_SECRET_KEYS",
        "did you mean GATEWAY_SECRET_KEYS_FILE?",
    ),
    "a path in the place of the API key": (
        {"TALENTLMS_API_KEY": "./secrets/api-key"},
        "TALENTLMS_API_KEY",
        "did you mean TALENTLMS_API_KEY_FILE?",
    ),
    "a path in the place of the client's secret": (
        {"OIDC_CLIENT_SECRET": "/etc/talentlms-gateway/client-secret"},
        "OIDC_CLIENT_SECRET",
        "did you mean OIDC_CLIENT_SECRET_FILE?",
    ),
    "two credentials": (
        {"OIDC_CLIENT_AUTHENTICATION": "private_key_jwt", "OIDC_PRIVATE_KEY_FILE": "/dev/null"},
        "OIDC_CLIENT_SECRET",
        "is not used; remove it",
    ),
    "a value and a file": (
        {"TALENTLMS_API_KEY_FILE": "/dev/null"},
        "TALENTLMS_API_KEY",
        "TALENTLMS_API_KEY_FILE",
    ),
    "an unknown product": ({"OIDC_PRESET": "keycloack"}, "OIDC_PRESET", "did you mean keycloak?"),
    "an address in the place of a domain": (
        {"OIDC_TRUSTED_EMAIL_DOMAINS": "@acme.com"},
        "OIDC_TRUSTED_EMAIL_DOMAINS",
        "acme.com",
    ),
    "a domain that is verified and not trusted": (
        {"OIDC_TRUSTED_EMAIL_DOMAINS": "acme.com", "OIDC_EMAIL_VERIFIED_DOMAINS": "acme.de"},
        "OIDC_EMAIL_VERIFIED_DOMAINS",
        "add it there, too, or remove it here",
    ),
    "another scheme for Redis": ({"GATEWAY_REDIS_URL": "http://redis:6379"}, "GATEWAY_REDIS_URL", "write redis://"),
    "a # in Redis's password": (
        {"GATEWAY_REDIS_URL": "redis://:hunter#2@redis:6379/0"},
        "GATEWAY_REDIS_URL",
        "percent-encode",
    ),
    "another database": (
        {"GATEWAY_DATABASE_URL": "mysql://gateway@db/gateway"},
        "GATEWAY_DATABASE_URL",
        "postgresql://",
    ),
    "PostgreSQL without verification": (
        {"GATEWAY_DATABASE_URL": "postgresql://gateway@db.acme.com/gateway"},
        "GATEWAY_DATABASE_URL",
        "sslmode=verify-full",
    ),
    "a link host with https://": (
        {"TALENTLMS_LINK_HOSTS": "https://learn.acme.com"},
        "TALENTLMS_LINK_HOSTS",
        "write the bare host",
    ),
    "a proxy that is none": (
        {"HTTPS_PROXY": "socks5://proxy.acme.com"},
        "HTTPS_PROXY",
        "such as http://proxy.acme.com:3128",
    ),
    "a file that is not there": ({"GATEWAY_CONFIG": "/nowhere/gateway.toml"}, "GATEWAY_CONFIG", "cannot be read"),
}

FILE = {
    "a path in the place of a secret": (
        PROVIDER.replace('"x"', '"/run/secrets/acme"') + 'name = "acme"\n',
        "identity_providers[0].client_secret",
        "did you mean client_secret_file?",
    ),
    "a misspelt key": ("[talentlms]\nlearner_type = []\n", "talentlms.learner_type", "did you mean learner_types?"),
    "digits for a slug": ("[slugs.courses]\n12 = 12\n", "slugs.courses.12", "not digits alone"),
    "administrators among learners": (
        '[talentlms]\nlearner_types = ["SuperAdmin"]\n',
        "talentlms.learner_types",
        "give administrators who learn a learner's account of their own",
    ),
    "a user type that is no learner's": (RULE, "mapping.rules[0].assign.user_type", "did you mean Learner-Type?"),
    "two providers of one name": (
        (PROVIDER + 'name = "acme"\n') * 2,
        "identity_providers[1].name",
        "give each its own",
    ),
}


@pytest.mark.parametrize("mistake", VARIABLES)
def test_a_mistake_in_a_variable_is_named_with_its_remedy(faults, mistake):
    changes, name, remedy = VARIABLES[mistake]
    said = faults(**changes)
    assert remedy in said[name]
    assert "hunter" not in str(said)


@pytest.mark.parametrize("mistake", FILE)
def test_a_mistake_in_the_file_is_named_with_its_remedy(faults, file, mistake):
    text, name, remedy = FILE[mistake]
    assert remedy in faults(GATEWAY_CONFIG=file(text))[name]


@pytest.mark.parametrize(
    "secret",
    [
        "/+8Zk1/etc/x9c2b7Qe0w1yT5uI3oP6aS4dF7gH8jK9lZ0=",
        "/Zk18x9c2b7Q/e0w1yT5uI3oP6aS4dF7gH8jK9lZ0xCv",
        "//etc-like-but-no-path-of-any-file",
    ],
)
def test_a_key_with_slashes_is_no_path(settings, secret):
    assert settings(GATEWAY_SECRET_KEYS=secret).secret_keys[0].reveal() == secret


def test_the_path_of_a_file_that_is_there_is_no_secret_wherever_it_is(faults, tmp_path, monkeypatch):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "the-keys-of-the-gateway-in-production").write_text("x")
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "keys", "keys"):
        said = faults(GATEWAY_SECRET_KEYS=f"{path}/the-keys-of-the-gateway-in-production")["GATEWAY_SECRET_KEYS"]
        assert said == "its value is the path of a file; did you mean GATEWAY_SECRET_KEYS_FILE?"
