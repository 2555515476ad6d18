"""``talentlms-gateway``: as a program, where it matters that it is one, and called in this process."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from gateway.database import migrations
from gateway.database.account_links import AccountLinks
from gateway.database.directory_store import DirectoryStore
from gateway.database.upgrade import opened
from gateway.store.connection import connect
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.storefronts.dialects import DIALECTS
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.secret import Secret
from tests.gateway.called import called
from tests.gateway.store.key_names import untagged
from tests.gateway.test_factory import clean_environment
from tests.ports import free_port

VERSIONS = Path(migrations.__file__).parent / "versions"
ACME, OTHER = "https://id.acme.example", "https://id.other.example"
KIM = Identity("https://id.acme.example", "kim-1", "acme", email="kim@acme.example", username="kim.lee")


@pytest.fixture
def program(tmp_path):
    """Run the program with the good settings, some changed, and return what came of it."""

    def ended(*arguments, **changes):
        command = str(Path(sys.executable).with_name("talentlms-gateway"))
        environment = clean_environment(**{"STATE_DIRECTORY": str(tmp_path), **changes})
        return subprocess.run(
            [command, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return ended


@pytest.fixture
def command(tmp_path, own_log_handlers):
    """Call the command with the good settings, some changed, and return what came of it."""
    return lambda *arguments, **changes: called(
        arguments, clean_environment(**{"STATE_DIRECTORY": str(tmp_path), **changes})
    )


@pytest.mark.statement(65)
def test_check_describes_good_settings_without_their_secrets(program):
    done = program("check")
    assert done.returncode == 0
    assert "https://training.acme.example" in done.stdout
    assert done.stderr == ""
    for secret in ("key-of-the-tests", "key-of-nobody", "secret-of-nobody"):
        assert secret not in done.stdout


def test_check_says_what_to_register_and_that_all_is_well(command, tmp_path):
    file = tmp_path / "gateway.toml"
    file.write_text(
        '[[identity_providers]]\nname = "acme"\nissuer = "https://id.acme.example"\nclient_id = "gateway"\n'
        'client_secret = "secret-of-nobody"\n'
    )
    done = command(
        "check",
        GATEWAY_CONFIG=str(file),
        GATEWAY_REDIS_URL="redis://127.0.0.1:9/0",
        GATEWAY_TRUSTED_PROXIES="127.0.0.1",
    )
    assert (done.returncode, done.stderr) == (0, "")
    _, first, second = re.split(r"^Register at ", done.stdout, flags=re.MULTILINE)
    assert first.startswith("http://127.0.0.1:9, the identity provider default:\n")
    assert second.startswith("https://id.acme.example, the identity provider acme:\n")
    url = "https://training.acme.example"
    assert second.split()[-6:] == ["OK:", "the", "settings", "can", "be", "used."]
    for text, name in ((first, "default"), (second, "acme")):
        assert re.findall(r"^  (\S.*?)  +(\S+)$", text, re.MULTILINE) == [
            ("redirect URI", f"{url}/callback/{name}"),
            ("post-logout redirect URI", f"{url}/signed-out"),
            ("back-channel logout URI", f"{url}/backchannel-logout/{name}"),
            ("front-channel logout URI", f"{url}/frontchannel-logout/{name}"),
            ("initiate login URI", f"{url}/login/initiate"),
        ]
    assert "warning" not in done.stdout


def test_check_without_a_provider_has_nothing_to_register(command):
    nobody = dict.fromkeys(("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"))
    done = command("check", GATEWAY_PASSWORD_SIGN_IN="on", **nobody)
    assert done.returncode == 0
    assert "Register" not in done.stdout


def test_check_warns_of_what_is_allowed_but_dangerous_and_succeeds(command):
    done = command("check")
    assert (done.returncode, done.stderr) == (0, "")
    *_, first, second, last = done.stdout.splitlines()
    assert first.startswith("warning: GATEWAY_REDIS_URL: ")
    assert second.startswith("warning: GATEWAY_TRUSTED_PROXIES: ")
    assert last.startswith("OK")


def test_check_refuses_administrators_among_the_learners(command, tmp_path):
    file = tmp_path / "gateway.toml"
    file.write_text('[talentlms]\nlearner_types = ["Learner", "SuperAdmin"]\n')
    done = command("check", GATEWAY_CONFIG=str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("talentlms.learner_types: ")

    file.write_text('[talentlms]\nlearner_types = ["Learner", "SuperAdmin"]\nallow_privileged_types = true\n')
    done = command("check", GATEWAY_CONFIG=str(file))
    assert done.returncode == 0
    assert 'warning: talentlms.learner_types: "SuperAdmin" ' in done.stdout


def test_the_version_is_that_of_the_package(program):
    done = program("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == metadata.version("talentlms-gateway")


@pytest.mark.statement(64)
def test_check_names_every_fault_at_once_and_fails(program):
    done = program(
        "check",
        GATEWAY_PUBLIC_URL="http://training.acme.example",
        GATEWAY_SECRET_KEYS="hunter2",
        TALENTLMS_URL=None,
        OIDC_CLIENT_SECRET="",
        GATEWAY_RATE_LIMIT="off",
    )
    assert done.returncode == 1
    names = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert set(names) == {
        *("GATEWAY_PUBLIC_URL", "GATEWAY_SECRET_KEYS", "TALENTLMS_URL", "OIDC_CLIENT_SECRET", "GATEWAY_RATE_LIMIT")
    }
    assert "did you mean GATEWAY_RATE_LIMITS?" in done.stderr
    assert "hunter2" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.statement(57)
def test_an_operator_ends_the_sessions_of_a_person(program, redis_server):
    store = connect(redis_server.url)
    store.ask("FLUSHALL")
    sessions = Sessions(store, idle=100, lifetime=1000)
    ids = [sessions.create(KIM, Secret("token")).reveal() for _ in range(2)]
    redis_url = redis_server.url.reveal()
    assert (
        program("sessions", "end", "--user", "kim@acme.example", GATEWAY_REDIS_URL=redis_url).stdout
        == "2 sessions ended\n"
    )
    assert [sessions.find(session_id) for session_id in ids] == [None, None]
    done = program("sessions", "end", "--user", "kim@acme.example", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No session ended: nobody of that name is signed in.\n"


def test_an_operator_removes_the_link_of_an_account(command, redis_server, tmp_path):
    links = AccountLinks(opened(Secret(f"sqlite:///{tmp_path / 'gateway.db'}")))
    links.own(AccountLink(KIM.issuer, KIM.subject, 57, "kim.lee"))
    redis_url = redis_server.url.reveal()
    done = command("account-links", "forget", "--user-id", "57", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (0, "account 57 is nobody's now\n")
    assert links.find(KIM.key) is None
    done = command("account-links", "forget", "--user-id", "57", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No link removed: account 57 is nobody's.\n"


def test_an_operator_forgets_the_accounts_of_everybody_at_a_former_provider(command, tmp_path):
    links = AccountLinks(opened(Secret(f"sqlite:///{tmp_path / 'gateway.db'}")))
    for number in (1, 2):
        links.own(AccountLink(ACME, f"person-{number}", number, f"person-{number}"))
    links.own(AccountLink(OTHER, "person-3", 3, "person-3"))
    done = command("account-links", "forget-all", "--issuer", ACME)
    assert (done.returncode, done.stdout) == (0, "2 accounts forgotten\n")
    assert [one.link.user_id for one in links.listed()] == [3]
    done = command("account-links", "forget-all", "--issuer", ACME)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"No link removed: nobody has signed in at {ACME!r}.\n"


def test_an_operator_brings_the_tables_up_to_date(command):
    newest = max(path.name[:4] for path in VERSIONS.glob("0*.py"))
    done = command("database", "current")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"The tables are at nothing, and this version of the gateway needs {newest}.\n"
    assert command("database", "upgrade").stdout == f"the tables were brought to {newest}\n"
    assert command("database", "upgrade").stdout == f"the tables are at {newest} already\n"
    done = command("database", "current")
    assert (done.returncode, done.stdout) == (0, f"the tables are at {newest}\n")


@pytest.mark.parametrize("verb", ["current", "upgrade"])
def test_a_database_that_is_away_is_a_failure_in_one_sentence(command, verb):
    place = f"127.0.0.1:{free_port()}"
    done = command("database", verb, GATEWAY_DATABASE_URL=f"postgresql://gateway:hunter2@{place}/gateway")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"The database cannot be used: {place}: the connection is refused\n"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "GATEWAY_REDIS_URL is not set"),
        ({"GATEWAY_REDIS_URL": f"redis://:hunter2@127.0.0.1:{free_port()}/0"}, "the connection is refused"),
        ({"TALENTLMS_API_KEY": None}, "TALENTLMS_API_KEY: is missing"),
    ],
)
def test_sessions_that_cannot_be_ended_are_a_failure_in_one_sentence(command, changes, sentence):
    done = command("sessions", "end", "--user", "kim", **changes)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


@pytest.fixture
def remembered(redis_server):
    """A store that remembers what two providers have published, and how one of them signs."""
    store = connect(redis_server.url)
    store.ask("FLUSHALL")
    documents = ProviderDocuments(store, keep=3600)
    for issuer in (ACME, OTHER):
        documents.put(f"{issuer}/.well-known/openid-configuration", {"issuer": issuer, "jwks_uri": f"{issuer}/keys"})
        documents.put(f"{issuer}/keys", {"keys": []})
        SigningAlgorithms(store, keep=3600).remember(issuer, "client", "RS256")
    documents.failed(f"{ACME}/keys", 60)
    return store


@pytest.fixture
def two_providers(tmp_path, redis_server):
    """Settings with two providers and that store."""
    entries = [
        f'[[identity_providers]]\nname = "{name}"\nissuer = "{issuer}"\nclient_id = "client"\nclient_secret = "s"\n'
        for name, issuer in (("acme", ACME), ("other", OTHER))
    ]
    file = tmp_path / "gateway.toml"
    file.write_text("".join(entries))
    without = {"OIDC_ISSUER": None, "OIDC_CLIENT_ID": None, "OIDC_CLIENT_SECRET": None}
    return {**without, "GATEWAY_CONFIG": str(file), "GATEWAY_REDIS_URL": redis_server.url.reveal()}


def left(store):
    return sorted(untagged(key) for key in store.ask("KEYS", "*"))


@pytest.mark.statement(36)
def test_an_operator_has_one_providers_metadata_and_keys_fetched_anew(command, remembered, two_providers):
    others = [key for key in left(remembered) if OTHER in key]
    done = command("providers", "refresh", "acme", **two_providers)
    assert (done.returncode, done.stdout) == (0, "acme: forgot metadata and keys; the next sign-in fetches them\n")
    assert [key for key in left(remembered) if not key.startswith("provider-algorithm:")] == others
    algorithms = SigningAlgorithms(remembered, 3600)
    assert [algorithms.remembered(issuer, "client", ["RS256"]) for issuer in (ACME, OTHER)] == [[], ["RS256"]]


def test_what_a_product_publishes_to_this_client_alone_is_forgotten_too(command, remembered, redis_server):
    documents, issuer = ProviderDocuments(remembered, 3600), "https://login.microsoftonline.com/tenant/v2.0"
    metadata = f"{issuer}/.well-known/openid-configuration?appid=client"
    documents.put(metadata, {"issuer": issuer, "jwks_uri": f"{issuer}/keys?appid=client"})
    documents.put(f"{issuer}/keys?appid=client", {"keys": []})
    done = command(
        "providers", "refresh", OIDC_ISSUER=issuer, OIDC_CLIENT_ID="client", GATEWAY_REDIS_URL=redis_server.url.reveal()
    )
    assert (done.returncode, "forgot metadata and keys" in done.stdout) == (0, True)
    assert [key for key in left(remembered) if issuer in key] == []


@pytest.mark.statement(36)
def test_without_a_name_it_is_every_provider_and_what_was_not_there_is_said(command, remembered, two_providers):
    for path in ("/.well-known/openid-configuration", "/keys"):
        ProviderDocuments(remembered, 3600).forget(OTHER + path)
    done = command("providers", "refresh", **two_providers)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "acme: forgot metadata and keys; the next sign-in fetches them",
        "other: knew neither metadata nor keys; the next sign-in fetches them",
    ]
    assert left(remembered) == []


def test_a_provider_that_is_not_configured_is_a_failure_that_names_those_that_are(command, remembered, two_providers):
    before = left(remembered)
    done = command("providers", "refresh", "acmee", **two_providers)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No identity provider is called 'acmee'. There are: acme, other.\n"
    assert left(remembered) == before


def test_what_the_embedded_store_remembers_cannot_be_forgotten_from_outside(command):
    done = command("providers", "refresh")
    assert (done.returncode, done.stdout) == (1, "")
    assert "GATEWAY_REDIS_URL is not set" in done.stderr


def test_a_command_without_its_user_explains_itself(program):
    done = program("sessions", "end")
    assert done.returncode == 2
    assert "--user" in done.stderr


SHOPS = """
[[storefronts]]
name = "shop"
kind = "shopify"
webhook_secrets = ["the secret", "the old one"]
[[storefronts]]
name = "own"
kind = "standard"
webhook_secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
[[storefronts]]
name = "other-own"
kind = "standard"
[[storefronts]]
name = "cards"
kind = "stripe"
"""


@pytest.fixture
def sign(command, tmp_path):
    """Have a body signed; returns the body and what came of it."""
    (tmp_path / "gateway.toml").write_text(SHOPS, encoding="utf-8")
    body = tmp_path / "order.json"
    body.write_bytes(b'{"id": 1, "name": "\xc3\xbc"}\r\n')

    def signed(*options):
        done = command("webhook", "sign", *options, str(body), GATEWAY_CONFIG=str(tmp_path / "gateway.toml"))
        return body.read_bytes(), done

    return signed


def test_check_says_where_webhooks_are_to_be_sent(command, tmp_path):
    (tmp_path / "gateway.toml").write_text(SHOPS, encoding="utf-8")
    done = command("check", GATEWAY_CONFIG=str(tmp_path / "gateway.toml"))
    told = re.findall(r"^Send the webhooks of the storefront (.*) to:\n  (\S+)$", done.stdout, re.MULTILINE)
    assert told == [
        ("shop (shopify)", "https://training.acme.example/webhooks/shop"),
        ("own (standard)", "https://training.acme.example/webhooks/own"),
    ]
    assert "the secret" not in done.stdout


def headers_in(done):
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_a_webhook_is_signed_as_the_shop_would_sign_it(sign):
    body, done = sign("--source", "shopify", "--topic", "orders/updated")
    headers = headers_in(done)
    found = DIALECTS["shopify"].read({**headers, "X-Shopify-Topic": "x"}, body, [Secret("the secret")], 0)
    assert (found.order, headers["X-Shopify-Topic"]) == (None, "orders/updated")


def test_a_webhook_with_a_time_is_signed_now(sign):
    body, done = sign("--source", "standard", "--storefront", "own", "--event-id", "msg_1")
    Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(body, headers_in(done))
    assert headers_in(done)["webhook-id"] == "msg_1"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "standard"], "Name one of the storefronts of this kind: own, other-own."),
        (["--source", "standard", "--storefront", "shop"], "Name one of the storefronts of this kind: own, other-own."),
        (["--source", "standard", "--storefront", "other-own"], "The storefront other-own has no webhook_secrets."),
        (["--source", "stripe"], "The storefront cards has no webhook_secrets."),
        (["--source", "woocommerce"], "No storefront is 'woocommerce'."),
    ],
)
def test_without_a_secret_nothing_is_signed(sign, options, said):
    _, done = sign(*options)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said + "\n")


def test_a_connection_is_resumed_once(command, tmp_path):
    answer = command("scim", "resume", "default")
    assert (answer.returncode, answer.stderr.strip()) == (1, "Nothing to do: default was not stopped.")
    address = Secret(f"sqlite:///{tmp_path / 'gateway.db'}")
    store = DirectoryStore(opened(address))
    assert store.connections.stop("default")
    answer = command("scim", "resume", "default")
    assert (answer.returncode, answer.stdout.strip()) == (
        0,
        "default may deactivate people again; they are counted from now on",
    )
    assert not store.connections.resume("default")
    answer = command("scim", "resume", "nobody")
    assert (answer.returncode, answer.stderr.strip()) == (
        1,
        "No identity provider is called 'nobody'. There are: default.",
    )


def test_a_backup_is_written_once_and_says_where_it_is(command, tmp_path):
    assert command("database", "upgrade").returncode == 0
    first = command("database", "backup", str(tmp_path / "copy.db"))
    again = command("database", "backup", str(tmp_path / "copy.db"))
    nowhere = command("database", "backup", str(tmp_path / "missing" / "copy.db"))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"wrote {tmp_path / 'copy.db'}, {(tmp_path / 'copy.db').stat().st_size} bytes\n"
    assert [again.returncode, nowhere.returncode] == [1, 1]
    assert again.stderr == f"No backup was written: {tmp_path / 'copy.db'} is there already; name another file.\n"
    assert nowhere.stderr == f"No backup was written: {tmp_path / 'missing' / 'copy.db'}: No such file or directory\n"


def test_of_a_server_the_backup_is_its_own_programs_and_it_is_not_asked(command, tmp_path):
    url = f"postgresql://gateway:hunter2@127.0.0.1:{free_port()}/gateway"
    done = command("database", "backup", str(tmp_path / "copy.db"), GATEWAY_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pg_dump --format=custom" in done.stderr


def test_an_older_version_says_that_the_tables_are_a_newer_ones(command, tmp_path):
    assert command("database", "upgrade").returncode == 0
    with closing(sqlite3.connect(tmp_path / "gateway.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    current, upgrade = command("database", "current"), command("database", "upgrade")

    assert [current.returncode, upgrade.returncode] == [1, 1]
    assert current.stderr.startswith("GATEWAY_DATABASE_URL: a newer version of the gateway has changed its tables")
    assert "9999" in upgrade.stderr
