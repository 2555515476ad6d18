"""The JSON Schema of the file refuses what the reader refuses, as far as it can, and the example file is a whole one.

Run as a module, ``.venv/bin/python -m tests.gateway.config.test_json_schema``, this writes the schema's file anew.
"""

import json
import re
import tomllib

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jsonschema import Draft7Validator

from gateway.cli import main
from gateway.config import BadSettings, load
from gateway.config.json_schema import json_schema, kind_of
from gateway.config.loading import TABLES
from gateway.config.mapping import FIELDS
from tests.docs.documents import DOCS, PROVIDERS, every_document, fences, text_of
from tests.gateway.config.conftest import GOOD
from tests.gateway.config.table import GROUPS

FILE = DOCS / "reference" / "talentlms-gateway.schema.json"
EXAMPLE = DOCS / "examples" / "gateway.toml"
BEHIND = "docs/reference is behind; run: .venv/bin/python -m tests.gateway.config.test_json_schema"
CREDENTIAL = 'client_secret = "x"'
PROVIDER = f'[[identity_providers]]\nname = "acme"\nissuer = "https://id.acme.com"\nclient_id = "x"\n{CREDENTIAL}\n'
SHOP = '[[storefronts]]\nname = "shop"\nkind = "stripe"\n'
RULE = '[[mapping.rules]]\nname = "x"\n'
REFUSED_BY_BOTH = {
    "an unknown table": "[brnad]\n",
    "an unknown key of a provider": f'{PROVIDER}isuer = "x"\n',
    "an unknown key of a storefront": f"{SHOP}prodcuts = {{}}\n",
    "an unknown key of the hand-off": f'{SHOP}handoff = {{ algorithm = "HS256", keys = "x" }}\n',
    "an unknown key of a product": f"{SHOP}[storefronts.products]\nA = {{ course = 1, name = 2 }}\n",
    "an unknown key of TalentLMS": '[talentlms]\nlogin = "auto"\n',
    "an unknown key of the slugs": "[slugs.course]\na = 1\n",
    "an unknown key of the mapping": '[mapping]\nmodes = "apply"\n',
    "an unknown field": '[mapping.fields]\ncustom_field_21 = { claim = "x" }\n',
    "an unknown key of a field": '[mapping.fields]\nbio = { claims = "x" }\n',
    "an unknown key of a rule": f'{RULE}when = {{ group = "x" }}\nstops = true\n',
    "an unknown key of a condition": f'{RULE}when = {{ groups = "x" }}\n',
    "an unknown key of what is assigned": f'{RULE}when = {{ group = "x" }}\nassign = {{ course = [1] }}\n',
    "an unknown key of the audit trail": "[audit]\ndays = 400\n",
    "an unknown key of the catalogue": "[catalog]\nopen = true\n",
    "an unknown key of a token": f'{PROVIDER}[scim]\ntokens = [{{ provider = "acme", key = "x" }}]\n',
    "a word that is none of the choice": f'{PROVIDER}preset = "azure"\n',
    "a word that is none of the choice in a list": '[talentlms]\nheader_hidden_options = ["title"]\n',
    "a word in place of a list": '[talentlms]\nself_enrol_courses = "every"\n',
    "an empty list that would trust nobody": f"{PROVIDER}trusted_email_domains = []\n",
    "a number in quotes": '[audit]\nretention_days = "400"\n',
    "a number out of range": "[audit]\nretention_days = 3\n",
    "a course out of range": f'{RULE}when = {{ group = "x" }}\nassign = {{ courses = [0] }}\n',
    "a role that is none": f'{RULE}when = {{ group = "x" }}\nassign = {{ courses = [{{ id = 1, role = "boss" }}] }}\n',
    "a switch in quotes": '[catalog]\npublic = "true"\n',
    "an empty text": f'{PROVIDER}label = ""\n',
    "a name with capitals": PROVIDER.replace('"acme"', '"Acme"'),
    "a slug of digits": "[slugs.courses]\n34 = 34\n",
    "no name": PROVIDER.replace('name = "acme"\n', ""),
    "no kind": SHOP.replace('kind = "stripe"\n', ""),
    "no condition": RULE,
    "an empty condition": f"{RULE}when = {{}}\n",
    "two conditions": f'{RULE}when = {{ group = "x", email_domain = "acme.com" }}\n',
    "a claim without a value": f'{RULE}when = {{ claim = "x" }}\n',
    "a value without a claim": f"{RULE}when = {{ equals = 1 }}\n",
    "a product that opens two things": f"{SHOP}[storefronts.products]\nA = {{ course = 1, category = 2 }}\n",
    "a product that opens nothing": f"{SHOP}[storefronts.products]\nA = {{}}\n",
    "a secret and its file": f'{PROVIDER}client_secret_file = "x"\n',
    "no token": f'{PROVIDER}[scim]\ntokens = [{{ provider = "acme" }}]\n',
    "a table in place of a list": '[storefronts]\nname = "shop"\n',
    "a list in place of a table": "[[talentlms]]\n",
}
ACCEPTED_BY_BOTH = {
    "nothing": "",
    "a provider": PROVIDER,
    "every course": '[talentlms]\nself_enrol_courses = "all"\n',
    "no course": "[talentlms]\nself_enrol_courses = []\n",
    "a boolean to compare with": f'{RULE}when = {{ claim = "x", equals = false }}\n',
    "a course by its id alone, and as a table": f'{RULE}when = {{ group = "x" }}\nassign = {{ courses = [1, {{ id = 2 }}] }}\n',
    "a field without a claim": '[mapping.fields]\nlanguage = { update = "never" }\n',
}


def says(toml):
    """Return what the schema says against a file."""
    return [fault.message for fault in Draft7Validator(json_schema()).iter_errors(tomllib.loads(toml))]


def objects(schema):
    """Walk the schemas of tables that have keys of their own, however deep."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def written():
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_committed_schema_is_the_one_that_the_code_makes():
    assert text_of(FILE) == written(), BEHIND


def test_the_command_writes_it_without_any_settings():
    outcome = CliRunner().invoke(main, ["config", "schema"], env={"GATEWAY_PUBLIC_URL": None})

    assert (outcome.exit_code, outcome.output) == (0, written())


def test_it_is_a_schema():
    Draft7Validator.check_schema(json_schema())


def test_it_has_every_table_and_closes_each():
    assert set(json_schema()["properties"]) == set(TABLES)
    assert set(json_schema()["properties"]["mapping"]["properties"]["fields"]["properties"]) == set(FIELDS)
    assert [one for one in objects(json_schema()) if one["additionalProperties"] is not False] == []


@pytest.mark.parametrize("title", [title for title, group in GROUPS.items() if not group.prefix])
def test_it_has_every_key_with_its_meaning(title):
    group = GROUPS[title]

    [table] = [one for one in objects(json_schema()) if set(group.names) <= set(one["properties"])]

    assert all(table["properties"][name]["description"] for name in group.names)


@pytest.mark.parametrize("toml", REFUSED_BY_BOTH.values(), ids=REFUSED_BY_BOTH)
def test_what_it_refuses_the_reader_refuses(toml, settings, file):
    assert says(toml) != []
    with pytest.raises(BadSettings):
        settings(GATEWAY_CONFIG=file(toml))


@pytest.mark.parametrize("toml", ACCEPTED_BY_BOTH.values(), ids=ACCEPTED_BY_BOTH)
def test_what_it_accepts_the_reader_accepts(toml, settings, file):
    assert says(toml) == []
    assert settings(GATEWAY_CONFIG=file(toml))


def examples():
    pages = [path for path in every_document() if path.is_relative_to(DOCS)]
    blocks = [(path, block) for path in pages for block in fences(text_of(path), "toml")]
    found = [
        (path, block) for path, block in blocks if re.search(r"^\[", block, re.MULTILINE)
    ]  # others are single keys
    return [pytest.param(block, id=f"{path.stem}-{number}") for number, (path, block) in enumerate(found)]


@pytest.mark.parametrize("toml", examples())
def test_it_accepts_every_example_of_the_documents(toml):
    assert says(toml) == []


def test_a_setting_of_a_new_kind_would_be_noticed():
    with pytest.raises(TypeError, match="no JSON Schema for object"):
        kind_of(object())


# --- the example file


def test_the_example_file_is_one_that_the_gateway_takes(tmp_path):
    toml = text_of(EXAMPLE)
    for name in re.findall(r'"/run/secrets/([\w.-]+)"', toml):
        (tmp_path / name).write_text(f"{name}-" * 8)
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "partners.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    file = tmp_path / "gateway.toml"
    file.write_text(toml.replace("/run/secrets/", ""))
    without_provider = {name: text for name, text in GOOD.items() if not name.startswith("OIDC_")}
    environment = {**without_provider, "GATEWAY_CONFIG": str(file)}

    outcome = CliRunner().invoke(main, ["check"], env=environment)

    assert (outcome.exit_code, outcome.output.splitlines()[-1]) == (0, "OK: the settings can be used.")
    settings = load(environment)
    assert [entry.name for entry in settings.identity_providers] == ["acme", "partners"]
    assert len(settings.mapping.rules) == 6
    assert settings.brand.name == "Acme Academy"


def test_the_example_file_passes_the_schema_that_its_first_line_names():
    first, _, rest = text_of(EXAMPLE).partition("\n")
    [named] = re.findall(r"^#:schema (\S+)$", first)

    assert (EXAMPLE.parent / named).resolve() == FILE
    assert says(rest) == []


def keys_of(table):
    """Walk the names of all keys of a table, however deep."""
    for name, value in table.items():
        yield name
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from keys_of(inner)


@pytest.mark.parametrize("title", [title for title, group in GROUPS.items() if not group.prefix])
def test_the_example_file_has_every_key(title):
    group = GROUPS[title]
    there = set(keys_of(tomllib.loads(text_of(EXAMPLE))))

    assert [name for name in group.settings if not {name, f"{name}{group.twin}"} & there] == []


def test_the_example_file_has_every_table():
    assert set(tomllib.loads(text_of(EXAMPLE))) == set(TABLES)


def test_every_preset_page_is_among_the_examples():
    assert {param.id.rpartition("-")[0] for param in examples()} >= {path.stem for path in PROVIDERS.glob("*.md")} - {
        "README"
    }


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
