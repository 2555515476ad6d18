from pathlib import Path

import pytest

from gateway.config import BadSettings, load
from gateway.config.loading import SLUGS, TALENTLMS_TABLE
from tests.gateway.config.conftest import GOOD, PROVIDER
from tests.gateway.config.table import PROVIDERS_TABLE

TABLES = [
    ("[talentlms]", TALENTLMS_TABLE),
    ("[[identity_providers]]", PROVIDERS_TABLE),
    ("[slugs]", SLUGS),
]
REQUIRED = ("name", "issuer", "client_id", "client_secret", "private_key")
VALUES = [
    *('""', '"x"', "1", "-0.5", "inf", "true", "[]", "[[]]", "[{}]", '[""]', "[1, 'a', true]"),
    *("{}", "{ a = {} }", "{ '' = 1 }", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z"),
]


def test_a_missing_file_is_one_fault(faults, tmp_path):
    found = faults(
        GATEWAY_CONFIG=str(tmp_path / "none.toml"), OIDC_ISSUER=None, OIDC_CLIENT_ID=None, OIDC_CLIENT_SECRET=None
    )

    assert list(found) == ["GATEWAY_CONFIG"]
    assert "No such file" in found["GATEWAY_CONFIG"]


def test_a_folder_is_not_the_file(faults, tmp_path):
    assert "cannot be read" in faults(GATEWAY_CONFIG=str(tmp_path))["GATEWAY_CONFIG"]


def test_a_file_that_is_no_text_is_one_fault(faults, file):
    path = file("")
    Path(path).write_bytes(b"\xff\xff")

    assert "UTF-8" in faults(GATEWAY_CONFIG=path)["GATEWAY_CONFIG"]


def test_a_mistake_in_the_file_is_told_with_its_line(faults, file):
    found = faults(GATEWAY_CONFIG=file("[talentlms]\nlogin_link = auto\n"))

    assert list(found) == ["GATEWAY_CONFIG"]
    assert "line 2" in found["GATEWAY_CONFIG"]


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "9" * 5000])
def test_a_file_that_breaks_the_parser_is_one_fault(faults, file, text):
    assert list(faults(GATEWAY_CONFIG=file(text))) == ["GATEWAY_CONFIG"]


def test_a_byte_order_mark_does_no_harm(settings, file):
    assert settings(GATEWAY_CONFIG=file("\ufeff" + PROVIDER))


@pytest.mark.parametrize(
    ("text", "name", "meant"),
    [
        ("[talentmls]", "talentmls", "talentlms"),
        ("[talentlms]\nlogin_lnk = 1", "talentlms.login_lnk", "login_link"),
        (PROVIDER + "clientid = 1", "identity_providers[0].clientid", "client_id"),
        (PROVIDER + "private_key_fil = 1", "identity_providers[0].private_key_fil", "private_key_file"),
        ("[slugs.course]\na = 1", "slugs.course", "courses"),
        ("[catalog]\npublik = true", "catalog.publik", "public"),
        ("[brand]\nlogofile = 1", "brand.logofile", "logo_file"),
        ("[audit]\nretention_day = 30", "audit.retention_day", "retention_days"),
    ],
)
def test_an_unknown_name_in_the_file_is_a_fault_with_a_suggestion(faults, file, text, name, meant):
    assert faults(GATEWAY_CONFIG=file(text)) == {name: f"is unknown; did you mean {meant}?"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[talentlms]\ngroups_claim = 'groups'", "talentlms.groups_claim"),
        ("[slugs]\nlink_custom_field = 3", "slugs.link_custom_field"),
        ("[talentlms]\nurl = 'https://acme.talentlms.com'", "talentlms.url"),
        ("[slugs]\n'' = 1", "slugs."),
    ],
)
def test_a_name_that_belongs_elsewhere_is_unknown(faults, file, text, name):
    assert faults(GATEWAY_CONFIG=file(text))[name].startswith("is unknown; ")


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("talentlms = 1", "talentlms", "is a number; write a table: [talentlms]"),
        ("[[talentlms]]", "talentlms", "is a list; write a table: [talentlms]"),
        ("slugs = 'x'", "slugs", "is a text; write a table: [slugs]"),
        (
            "[identity_providers]",
            "identity_providers",
            "is not a list of tables; head each with [[identity_providers]]",
        ),
        (
            "identity_providers = [1]",
            "identity_providers",
            "is not a list of tables; head each with [[identity_providers]]",
        ),
        ("[talentlms]\nafter_logout = 1", "talentlms.after_logout", "is a number; write a text in quotes"),
        ("[talentlms]\nafter_logout = ''", "talentlms.after_logout", "is empty; write a value, or remove the key"),
        ("[talentlms]\nafter_logout = 2026-01-01", "talentlms.after_logout", "is a date; write a text in quotes"),
        ("[talentlms]\nlearner_types = 'x'", "talentlms.learner_types", "is a text; write a list in square brackets"),
        ("[slugs]\ncourses = 1", "slugs.courses", "is a number; write a table: slug = whole number, 1 to 2147483647"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_type(faults, file, text, name, says):
    assert faults(GATEWAY_CONFIG=file(text)) == {name: says}


@pytest.mark.parametrize("days", [6, 3661, -1])
def test_a_time_that_the_audit_trail_cannot_be_kept_is_a_fault(faults, file, days):
    says = f'"{days}" is out of range; write a whole number, 7 to 3660'
    assert faults(GATEWAY_CONFIG=file(f"[audit]\nretention_days = {days}")) == {"audit.retention_days": says}


def test_the_audit_trail_is_kept_for_more_than_a_year_unless_the_file_says_otherwise(settings, file):
    assert settings().audit.retention_days == 400
    assert settings(GATEWAY_CONFIG=file("[audit]\nretention_days = 7")).audit.retention_days == 7


def test_a_malformed_list_of_providers_is_not_also_a_missing_one(faults, file):
    found = faults(
        GATEWAY_CONFIG=file("identity_providers = 1"), OIDC_ISSUER=None, OIDC_CLIENT_ID=None, OIDC_CLIENT_SECRET=None
    )

    assert list(found) == ["identity_providers"]


def test_secrets_of_the_file_have_a_file_of_their_own_beside_it(settings, file, tmp_path):
    (tmp_path / "acme.secret").write_text("whispered\n")

    path = file(PROVIDER.replace('client_secret = "client-secret-of-the-file"', 'client_secret_file = "acme.secret"'))

    assert settings(GATEWAY_CONFIG=path).identity_providers[1].client_secret.reveal() == "whispered"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('client_secret_file = "none"', "identity_providers[0].client_secret"),
        ("private_key_file = 1", "identity_providers[0].private_key_file"),
        ('private_key_file = "none"', "identity_providers[0].private_key_file"),
    ],
)
def test_a_bad_file_of_a_secret_is_a_fault(faults, file, line, name):
    assert list(faults(GATEWAY_CONFIG=file(PROVIDER + line))) == [name]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    ("head", "key"),
    [(head, name) for head, group in TABLES for name in group.settings],
)
def test_a_value_of_any_type_is_accepted_or_refused_under_its_own_key(file, head, key, value):
    environ = GOOD | {"GATEWAY_CONFIG": file(f"{head}\n{key} = {value}\n")}

    try:
        load(environ)
    except BadSettings as error:
        names = {fault.name.split(".")[1] for fault in error.faults}
        assert names <= {key, *(REQUIRED if head == "[[identity_providers]]" else ())}
