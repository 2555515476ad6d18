import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from gateway.config.loading import ONE_PROVIDER
from tests.gateway.config.conftest import PROVIDER
from tests.gateway.config.table import PROVIDERS_TABLE


@pytest.fixture
def provider(settings, file):
    """Load a provider of the file with these lines instead of, or besides, the usual ones."""
    return lambda *lines: settings(GATEWAY_CONFIG=file(with_lines(lines))).identity_providers[1]


@pytest.fixture
def complaints(faults, file):
    """Return the faults of such a provider by key."""

    def found(*lines):
        told = faults(GATEWAY_CONFIG=file(with_lines(lines)))
        return {name.removeprefix("identity_providers[0]."): says for name, says in told.items()}

    return found


def with_lines(lines):
    keys = {line.partition(" ")[0] for line in lines}
    kept = [line for line in PROVIDER.splitlines() if line.partition(" ")[0] not in keys]
    return "\n".join((*kept, *lines))


@pytest.fixture
def pem(tmp_path):
    """Write a private key in PEM and return its path."""

    def written(encryption, key=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        path = tmp_path / "key.pem"
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        return path

    return written


def test_defaults(provider):
    found = provider()

    assert (found.name, found.preset, found.label) == ("acme", "generic", None)
    assert found.scopes == ("openid", "profile", "email")
    assert (found.trusted_email_domains, found.trust_username) == (frozenset(), False)
    assert found.email_verified_domains == frozenset()
    assert found.userinfo == "always"
    assert found.algorithms == ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
    assert (found.client_authentication, found.private_key) == ("client_secret_basic", None)
    assert (found.acr_values, found.max_age, found.pushed_authorization) == ((), None, False)
    assert found.trusted_audiences == frozenset()
    assert (found.fetch_groups, found.graph_url) == ("never", None)


@pytest.mark.parametrize(
    ("host", "graph"),
    [
        ("login.microsoftonline.com", "https://graph.microsoft.com"),
        ("login.microsoftonline.us", "https://graph.microsoft.us"),
        ("login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_groups_are_fetched_of_the_issuers_own_cloud_unless_another_graph_is_named(provider, host, graph):
    lines = (f'issuer = "https://{host}/6f1d2c3b/v2.0"', 'fetch_groups = "security"', 'groups_claim = "groups"')
    assert (provider(*lines).fetch_groups, provider(*lines).graph) == ("security", graph)
    assert provider(*lines, 'graph_url = "https://dod-graph.microsoft.us"').graph == "https://dod-graph.microsoft.us"


@pytest.mark.parametrize(
    ("lines", "key", "says"),
    [
        (('preset = "okta"', 'fetch_groups = "all"'), "fetch_groups", '"all" is for Entra ID alone'),
        (('fetch_groups = "security"',), "fetch_groups", '"security" is for Entra ID alone'),
        (
            ('preset = "entra"', 'fetch_groups = "all"', 'groups_claim = "roles"'),
            "groups_claim",
            '"roles" is not what is fetched, which is groups; remove one of the two',
        ),
        (('preset = "entra"', 'graph_url = "https://graph.acme.com"'), "graph_url", "is not used; write fetch_groups"),
        (('preset = "entra"', 'fetch_groups = "true"'), "fetch_groups", "write one of never, security, all"),
        (('preset = "entra"', "fetch_groups = true"), "fetch_groups", "write a text in quotes"),
        (
            ('preset = "entra"', 'fetch_groups = "all"', 'graph_url = "http://graph.acme.com"'),
            "graph_url",
            "https",
        ),
        (
            ('preset = "entra"', 'fetch_groups = "all"', 'graph_url = "https://graph.acme.com/v1.0"'),
            "graph_url",
            "is more than scheme, host and port",
        ),
    ],
)
def test_groups_are_fetched_for_entra_id_alone_and_in_the_place_of_its_own_claim(complaints, lines, key, says):
    found = complaints(*lines)

    assert list(found) == [key]
    assert says in found[key]


def test_every_key_has_its_say(provider):
    found = provider(
        'preset = "okta"',
        'label = "Acme für alle"',
        'scopes = ["groups", "openid"]',
        'trusted_email_domains = ["Acme.com", "acme.co.uk"]',
        'email_verified_domains = ["ACME.co.uk"]',
        "trust_username = true",
        'userinfo = "never"',
        'algorithms = ["ES256"]',
        'client_authentication = "client_secret_post"',
        'trusted_audiences = ["2463617"]',
        'acr_values = ["urn:acme:mfa", "1"]',
        "max_age = 0",
        "pushed_authorization = true",
    )

    assert (found.preset, found.label) == ("okta", "Acme für alle")
    assert found.scopes == ("groups", "openid")
    assert found.email_verified_domains == {"acme.co.uk"}
    assert (found.trusted_email_domains, found.trust_username) == ({"acme.com", "acme.co.uk"}, True)
    assert (found.userinfo, found.algorithms) == ("never", ("ES256",))
    assert found.trusted_audiences == {"2463617"}
    assert found.client_authentication == "client_secret_post"
    assert (found.acr_values, found.max_age, found.pushed_authorization) == (("urn:acme:mfa", "1"), 0, True)


def test_the_variables_have_lists_separated_by_commas_or_blanks(settings):
    loaded = settings(OIDC_SCOPES="openid email,groups", OIDC_TRUSTED_EMAIL_DOMAINS="ACME.com, acme.de")

    assert loaded.identity_providers[0].scopes == ("openid", "email", "groups")
    assert loaded.identity_providers[0].trusted_email_domains == {"acme.com", "acme.de"}


@pytest.mark.parametrize("name", ["", "Acme", "a b", "a/b", "x" * 33, "ä", "a\\n"])
def test_a_name_fits_into_an_address(complaints, name):
    assert list(complaints(f'name = "{name}"')) == ["name"]


@pytest.mark.parametrize("name", ["password", "initiate"])
def test_a_name_does_not_shadow_a_page(complaints, name):
    assert "address of the gateway's own" in complaints(f'name = "{name}"')["name"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.acme.com",
        "https://id.acme.com/",
        "https://ID.acme.com:443/realms/Acme",
        "http://localhost:8002",
        "http://127.0.0.1:8002/",
        "https://login.microsoftonline.com/6f1d2c3b-0000-4000-8000-000000000000/v2.0",
    ],
)
def test_an_issuer_is_kept_byte_for_byte(provider, issuer):
    assert provider(f'issuer = "{issuer}"').issuer == issuer


@pytest.mark.statement(34, 64)
@pytest.mark.parametrize(
    ("issuer", "says"),
    [
        ("http://id.acme.com", "http is only for"),
        ("id.acme.com", "begin it with https://"),
        ("https://id.acme.com?tenant=1", "a query or a fragment"),
        ("https://id.acme.com#", "a query or a fragment"),
        ("https://id.acme.com/.well-known/openid-configuration", "leave out /.well-known"),
        (" https://id.acme.com", "contains what a URL cannot"),
        ("https://kim:hunter2@id.acme.com", "has a user name in it"),
    ],
)
def test_what_cannot_be_an_issuer_is_refused(complaints, issuer, says):
    found = complaints(f'issuer = "{issuer}"')

    assert says in found["issuer"]
    assert "hunter2" not in found["issuer"]


@pytest.mark.statement(39, 64)
@pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", "Common"])
def test_an_issuer_of_every_entra_tenant_is_refused(complaints, tenant):
    found = complaints(f'issuer = "https://login.microsoftonline.com/{tenant}/v2.0"')

    assert "lets every Entra tenant in" in found["issuer"]


def test_the_preset_alone_tells_that_it_is_entra(complaints, provider):
    issuer = 'issuer = "https://login.acme.com/common/v2.0"'

    assert "lets every Entra tenant in" in complaints(issuer, 'preset = "entra"')["issuer"]
    assert provider(issuer)


@pytest.mark.statement(39)
@pytest.mark.parametrize(
    ("host", "preset"),
    [
        ("login.microsoftonline.com/6f1d2c3b/v2.0", "entra"),
        ("login.microsoftonline.us/6f1d2c3b/v2.0", "entra"),
        ("login.partner.microsoftonline.cn/6f1d2c3b/v2.0", "entra"),
        ("accounts.google.com", "google"),
        ("accounts.google.com.acme.com", "generic"),
        ("id.acme.com/login.microsoftonline.com", "generic"),
    ],
)
def test_google_and_entra_are_known_by_the_issuers_host(settings, provider, host, preset):
    assert provider(f'issuer = "https://{host}"').preset == preset
    assert provider(f'issuer = "https://{host}"', 'preset = "generic"').preset == preset
    assert settings(OIDC_ISSUER=f"https://{host}").identity_providers[0].preset == preset


def test_a_preset_that_is_named_is_taken_whatever_the_host(provider):
    assert provider('issuer = "https://accounts.google.com"', 'preset = "keycloak"').preset == "keycloak"


def test_the_variables_are_held_to_the_same_rule(faults):
    found = faults(OIDC_ISSUER="https://login.microsoftonline.com/common/v2.0")

    assert "lets every Entra tenant in" in found["OIDC_ISSUER"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('preset = "azure"', "write one of entra, okta"),
        ('scopes = ["email"]', "does not name openid; add openid"),
        ("scopes = []", "is an empty list"),
        ('scopes = ["openid email"]', '"openid email" is not a scope'),
        ("trusted_email_domains = []", "leave the key out to trust every domain"),
        ('trusted_email_domains = ["@acme.com"]', "is not a domain"),
        ('trusted_email_domains = ["*.acme.com"]', "is not a domain"),
        ('trusted_email_domains = ["acme"]', "is not a domain"),
        ('email_verified_domains = ["acme"]', "is not a domain"),
        ('trust_username = "on"', "write true or false"),
        ('userinfo = "allways"', "did you mean always?"),
        ("algorithms = []", "name at least one"),
        ('algorithms = ["none"]', '"none" is not known here'),
        ('algorithms = ["HS256"]', '"HS256" is not known here'),
        ('trusted_audiences = "2463617"', "write a list in square brackets"),
        ("trusted_audiences = [2463617]", "write a text in quotes"),
        ('trusted_audiences = ["a b"]', "has blanks"),
        ('acr_values = ["a b"]', "has blanks"),
        ("max_age = -1", "is out of range"),
        ('max_age = "60"', "without quotes"),
        ("pushed_authorization = 1", "write true or false"),
        ('label = " Acme"', "has blanks at its ends"),
        ('client_id = "a\\nb"', '"a\\nb" has blanks at its ends, control characters'),
    ],
)
def test_values_that_nobody_knows_are_refused(complaints, line, says):
    found = complaints(line)

    assert list(found) == [line.partition(" ")[0]]
    assert says in found[line.partition(" ")[0]]


def test_a_client_needs_its_secret(faults, file):
    found = faults(GATEWAY_CONFIG=file(PROVIDER.replace("client_secret =", "# client_secret =")))

    assert "is missing" in found["identity_providers[0].client_secret"]


def test_a_private_key_takes_the_secrets_place(settings, file, pem):
    path = pem(NoEncryption())
    text = PROVIDER.replace("client_secret =", "# client_secret =")
    text += f'client_authentication = "private_key_jwt"\nprivate_key_file = "{path}"\n'

    found = settings(GATEWAY_CONFIG=file(text)).identity_providers[1]

    assert found.private_key.reveal() == path.read_text().removesuffix("\n")
    assert found.client_secret is None


def test_the_credential_that_is_not_used_is_refused(complaints, pem):
    line = f'private_key_file = "{pem(NoEncryption())}"'

    assert "is not used" in complaints(line)["private_key"]
    assert "is not used" in complaints(line, 'client_authentication = "private_key_jwt"')["client_secret"]


def test_a_private_key_is_missed(complaints):
    assert "is missing" in complaints('client_authentication = "private_key_jwt"')["private_key"]


def test_an_encrypted_key_or_none_at_all_is_refused(complaints, pem):
    encrypted = complaints(f'private_key_file = "{pem(BestAvailableEncryption(b"pass"))}"')
    other = complaints('private_key = "hunter2"')

    assert "not encrypted" in encrypted["private_key"]
    assert "is not a private key in PEM" in other["private_key"]
    assert "hunter2" not in other["private_key"]


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 2048)])
def test_ed25519_and_long_rsa_keys_are_taken(settings, file, pem, key):
    text = PROVIDER.replace("client_secret =", "# client_secret =")
    text += f'client_authentication = "private_key_jwt"\nprivate_key_file = "{pem(NoEncryption(), key)}"\n'

    assert settings(GATEWAY_CONFIG=file(text)).identity_providers[1].private_key


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)])
def test_a_key_that_could_not_sign_is_refused(complaints, pem, key):
    found = complaints(f'private_key_file = "{pem(NoEncryption(), key)}"')

    assert "of a kind or length that is not used" in found["private_key"]


def test_a_bad_way_to_authenticate_is_one_fault(complaints, pem):
    found = complaints('client_authentication = "tls"', f'private_key_file = "{pem(NoEncryption())}"')

    assert list(found) == ["client_authentication"]


def test_whatever_an_entry_of_the_file_can_say_a_variable_can():
    """All but the name: the provider of the variables is called default."""
    assert list(ONE_PROVIDER.names) == [f"OIDC_{key.upper()}" for key in PROVIDERS_TABLE.names if key != "name"]


def test_every_variable_has_its_say(settings):
    loaded = settings(
        OIDC_PRESET="okta",
        OIDC_LABEL="Acme für alle",
        OIDC_EMAIL_VERIFIED_DOMAINS="acme.com, bücher.example",
        OIDC_TRUST_USERNAME="on",
        OIDC_USERINFO="never",
        OIDC_ALGORITHMS="ES256, PS256",
        OIDC_CLIENT_AUTHENTICATION="client_secret_post",
        OIDC_TRUSTED_AUDIENCES="2463617, https://api.acme.com",
        OIDC_ACR_VALUES="urn:acme:mfa 1",
        OIDC_MAX_AGE="0",
        OIDC_PUSHED_AUTHORIZATION="on",
    )

    [found] = loaded.identity_providers
    assert (found.name, found.preset, found.label) == ("default", "okta", "Acme für alle")
    assert (found.trust_username, found.userinfo, found.algorithms) == (True, "never", ("ES256", "PS256"))
    assert found.client_authentication == "client_secret_post"
    assert found.email_verified_domains == {"acme.com", "xn--bcher-kva.example"}
    assert found.trusted_audiences == {"2463617", "https://api.acme.com"}
    assert (found.acr_values, found.max_age, found.pushed_authorization) == (("urn:acme:mfa", "1"), 0, True)


@pytest.mark.parametrize("twin", ["", "_FILE"])
def test_a_private_key_may_be_a_variable_or_its_file(settings, pem, twin):
    path = pem(NoEncryption())
    key = {f"OIDC_PRIVATE_KEY{twin}": str(path) if twin else path.read_text()}

    [found] = settings(OIDC_CLIENT_SECRET=None, OIDC_CLIENT_AUTHENTICATION="private_key_jwt", **key).identity_providers

    assert found.private_key.reveal().strip() == path.read_text().strip()


def test_the_credential_that_the_variables_lack_is_named_as_a_variable(faults):
    found = faults(OIDC_CLIENT_AUTHENTICATION="private_key_jwt")

    assert "is missing" in found["OIDC_PRIVATE_KEY"]
    assert "is not used" in found["OIDC_CLIENT_SECRET"]


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("OIDC_PRESET", "azure", "write one of entra, okta"),
        ("OIDC_TRUST_USERNAME", "true", "write on or off"),
        ("OIDC_USERINFO", "allways", "did you mean always?"),
        ("OIDC_ALGORITHMS", "HS256", '"HS256" is not known here'),
        ("OIDC_CLIENT_AUTHENTICATION", "basic", "write one of client_secret_basic"),
        ("OIDC_MAX_AGE", "an hour", "is not a whole number"),
        ("OIDC_PUSHED_AUTHORIZATION", "1", "write on or off"),
        ("OIDC_LABEL", " Acme", "has blanks at its ends"),
    ],
)
def test_values_of_variables_that_nobody_knows_are_refused(faults, variable, value, says):
    found = faults(**{variable: value})

    assert list(found) == [variable]
    assert says in found[variable]


def test_any_of_the_variables_begins_a_provider(faults):
    unset = {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None, "OIDC_CLIENT_SECRET": None}

    assert {"OIDC_ISSUER", "OIDC_CLIENT_ID"} <= set(faults(**unset, OIDC_LABEL="Acme"))


@pytest.mark.statement(40)
def test_domains_that_count_without_the_claim_are_among_the_trusted_ones(faults, settings, complaints):
    verified = "acme.com, acme.de, bücher.example"
    found = faults(OIDC_TRUSTED_EMAIL_DOMAINS="acme.com, BÜCHER.example", OIDC_EMAIL_VERIFIED_DOMAINS=verified)
    own = complaints('trusted_email_domains = ["acme.com"]', 'email_verified_domains = ["mail.acme.com"]')

    told = "is not among trusted_email_domains; add it there, too, or remove it here"
    assert found == {"OIDC_EMAIL_VERIFIED_DOMAINS": f'"acme.de" {told}'}
    assert own == {"email_verified_domains": f'"mail.acme.com" {told}'}
    bad = faults(OIDC_TRUSTED_EMAIL_DOMAINS="acme.com, *.acme.de", OIDC_EMAIL_VERIFIED_DOMAINS="acme.de")
    assert list(bad) == ["OIDC_TRUSTED_EMAIL_DOMAINS"]
    assert len(settings(OIDC_EMAIL_VERIFIED_DOMAINS=verified).identity_providers[0].email_verified_domains) == 3
