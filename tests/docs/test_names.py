"""What the documents name exists: settings, addresses, keys in Redis, files."""

import re
import tomllib

import pytest
from click import Group
from click.testing import CliRunner
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from gateway import create_app
from gateway.cli import main
from gateway.config import load
from gateway.config.loading import VARIABLES
from gateway.operator.listener import METRICS, READINESS
from gateway.store.connection import connect
from schemas.identity import Identity
from tests.databases import new_database
from tests.docs.documents import (
    DEPLOY,
    DOCS,
    PUBLIC_URL,
    ROOT,
    every_document,
    fences,
    operators_documents,
    prose,
    rows,
    shown,
    text_of,
)
from tests.gateway.store.contents import filled
from tests.gateway.store.key_names import kind_of

VARIABLE = re.compile(r"\b(?:GATEWAY|TALENTLMS|OIDC)_[A-Z0-9_]*[A-Z0-9]\b")
SPAN = re.compile(r"`([^`\n]+)`")
OWN_URL = re.compile(re.escape(PUBLIC_URL) + r"(/[^\s`\"',;)|]*)")
OWN_PLACE = re.compile(r"""(?<=["# ])/[a-z][\w/-]*""")
NOT_OURS = ("/run/", "/var/", "/.well-known/", "/dev/", "/etc/", "/tmp", "/usr/")
SOURCE = re.compile(r"`((?:gateway|schemas)/[\w/]+\.py)`")
IDENTITY = Identity("https://login.acme.com", "kim", "acme")

ENVIRONMENT = {
    "GATEWAY_PUBLIC_URL": PUBLIC_URL,
    "GATEWAY_SECRET_KEYS": "key-of-the-documents-key-of-the-documents",
    "GATEWAY_DATABASE_URL": "sqlite:////var/lib/talentlms-gateway/gateway.db",
    "GATEWAY_PASSWORD_SIGN_IN": "on",
    "TALENTLMS_URL": "https://acme.talentlms.com",
    "TALENTLMS_API_KEY": "api-key-of-acme",
}


def known_variables():
    return {*VARIABLES}


def without_told_faults(text):
    """Return the text without what shows what is said of a misspelt name: blocks, and commands that are to fail."""
    without_blocks = re.sub(r"^```text\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r'^.* \|\| echo "exit code \$\?"$', "", without_blocks, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "path", [*every_document(), *sorted(path for path in DEPLOY.rglob("*") if path.is_file())], ids=shown
)
def test_every_setting_that_a_document_names_exists(path):
    assert set(VARIABLE.findall(without_told_faults(text_of(path)))) <= known_variables()


def addresses_of(text):
    spans = [span.partition(" ")[0] for span in SPAN.findall(prose(text))]
    ours = [span for span in spans if span.startswith("/") and not span.startswith(NOT_OURS)]
    return {re.sub(r"<[^>]*>|…", "x", address) for address in [*ours, *OWN_URL.findall(text)]}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    database = new_database(tmp_path_factory.mktemp("database"))
    return create_app(load(ENVIRONMENT | {"GATEWAY_DATABASE_URL": database}))


@pytest.fixture(scope="module")
def addresses(app):
    return app.url_map.bind("training.acme.com")


def is_there(addresses, address):
    if address.partition("?")[0] in (METRICS, READINESS):  # at the operator listener
        return True
    for method in ("GET", "POST"):
        try:
            addresses.match(address.partition("?")[0], method=method)
        except RequestRedirect:
            return False
        except HTTPException:
            continue
        return True
    return False


@pytest.mark.parametrize("path", operators_documents(), ids=shown)
def test_every_address_that_a_document_names_exists(path, addresses):
    assert [address for address in sorted(addresses_of(text_of(path))) if not is_there(addresses, address)] == []


def test_an_address_that_is_not_there_would_be_noticed(addresses):
    found = addresses_of(f"`/go` `/gone` {PUBLIC_URL}/callback/acme {PUBLIC_URL}/called-back/acme\n")

    assert sorted(address for address in found if not is_there(addresses, address)) == ["/called-back/acme", "/gone"]


def places_of(text):
    """Return the addresses of our own that an example of the file names, in its values and its remarks."""
    examples = re.sub(r"<[^>]*>", "x", "\n".join(fences(text, "toml")))
    found = set(OWN_PLACE.findall(examples))
    return sorted(place for place in found if not place.startswith(NOT_OURS))


def test_every_own_address_of_the_example_file_exists(addresses):
    places = places_of(text_of(DOCS / "settings.md"))

    assert {"/completed", "/signed-out", "/go/course/34", "/callback/acme"} <= set(places)
    assert [place for place in places if not is_there(addresses, place)] == []


def test_the_pages_to_which_the_example_file_sends_a_browser_answer(app):
    [example] = fences(text_of(DOCS / "settings.md"), "toml")
    lms = tomllib.loads(example)["talentlms"]
    client = app.test_client()

    assert [client.get(lms[key]).status_code for key in ("after_completion", "after_logout")] == [200, 200]


def test_every_source_file_that_a_document_names_exists():
    named = {name for path in every_document() for name in SOURCE.findall(text_of(path))}

    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_table_of_what_lasts_names_the_keys_that_are_written():
    store = connect(None)
    with filled(store):
        kinds = {kind_of(key) for key in store.ask("KEYS", "*")}

    table = rows(text_of(DOCS / "operating.md"), "what")

    assert {name for row in table for name in re.findall(r"`([\w-]+):\*`", row[1])} == kinds


def test_the_command_that_removes_a_link_is_one_that_there_is():
    written = re.search(
        r"^talentlms-gateway (account-links forget --user-id 57)$", text_of(DOCS / "accounts.md"), re.MULTILINE
    )
    assert written

    outcome = CliRunner().invoke(main, written.group(1).split(), env={"GATEWAY_REDIS_URL": ""})

    assert "No such command" not in outcome.output
    assert "No such option" not in outcome.output


def commands_of(text):
    """Return the commands that examples and tables name, each as the words before its options and placeholders."""
    return sorted(set(re.findall(r"talentlms-gateway ((?:[a-z][a-z-]*(?: |`|$))+)", text, re.MULTILINE)))


def is_a_command(words):
    command = main
    for word in words.replace("`", " ").split():
        if not isinstance(command, Group):
            return True
        command = command.commands.get(word)
        if command is None:
            return False
    return True


def test_every_command_of_the_page_on_accounts_exists():
    named = commands_of(text_of(DOCS / "accounts.md"))

    assert {words.strip(" `") for words in named} >= {"people show", "people link", "people move-issuer"}
    assert [words for words in named if not is_a_command(words)] == []


def test_a_command_that_is_not_there_would_be_noticed():
    [words] = commands_of("talentlms-gateway people merge --all\n")

    assert not is_a_command(words)
