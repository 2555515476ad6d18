"""``talentlms-gateway``, as it is called."""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from gateway.store.account_links import AccountLinks
from gateway.store.connection import connect
from gateway.store.sessions import Sessions
from schemas.identity import Identity
from schemas.learner import AccountLink
from schemas.secret import Secret
from tests.gateway.test_factory import clean_environment
from tests.ports import free_port

KIM = Identity("https://id.acme.example", "kim-1", "acme", email="kim@acme.example", username="kim.lee")


@pytest.fixture
def command():
    """Call the command with the good settings, some changed, and return what came of it."""

    def called(*arguments, **changes):
        program = str(Path(sys.executable).with_name("talentlms-gateway"))
        environment = clean_environment(**changes)
        return subprocess.run(
            [program, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    return called


@pytest.mark.statement(65)
def test_check_describes_good_settings_without_their_secrets(command):
    done = command("check")
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


def test_the_version_is_that_of_the_package(command):
    done = command("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == metadata.version("talentlms-gateway")


@pytest.mark.statement(64)
def test_check_names_every_fault_at_once_and_fails(command):
    done = command(
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
def test_an_operator_ends_the_sessions_of_a_person(command, redis_server):
    store = connect(redis_server.url)
    store.ask("FLUSHALL")
    sessions = Sessions(store, idle=100, lifetime=1000)
    ids = [sessions.create(KIM, Secret("token")).reveal() for _ in range(2)]
    redis_url = redis_server.url.reveal()
    assert (
        command("sessions", "end", "--user", "kim@acme.example", GATEWAY_REDIS_URL=redis_url).stdout
        == "2 sessions ended\n"
    )
    assert [sessions.find(session_id) for session_id in ids] == [None, None]
    done = command("sessions", "end", "--user", "kim@acme.example", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No session ended: nobody of that name is signed in.\n"


def test_an_operator_removes_the_link_of_an_account(command, redis_server):
    store = connect(redis_server.url)
    store.ask("FLUSHALL")
    AccountLinks(store).own(AccountLink(KIM.issuer, KIM.subject, 57, "kim.lee"))
    redis_url = redis_server.url.reveal()
    done = command("account-links", "forget", "--user-id", "57", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (0, "account 57 is nobody's now\n")
    assert AccountLinks(store).find(KIM.key) is None
    done = command("account-links", "forget", "--user-id", "57", GATEWAY_REDIS_URL=redis_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No link removed: account 57 is nobody's.\n"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "GATEWAY_REDIS_URL is not set"),
        ({"GATEWAY_REDIS_URL": f"redis://:hunter2@127.0.0.1:{free_port()}/0"}, "ConnectionError"),
        ({"TALENTLMS_API_KEY": None}, "TALENTLMS_API_KEY: is missing"),
    ],
)
def test_sessions_that_cannot_be_ended_are_a_failure_in_one_sentence(command, changes, sentence):
    done = command("sessions", "end", "--user", "kim", **changes)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


def test_a_command_without_its_user_explains_itself(command):
    done = command("sessions", "end")
    assert done.returncode == 2
    assert "--user" in done.stderr
