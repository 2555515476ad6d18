"""``talentlms-gateway``, as it is called."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.store.connection import connect
from gateway.store.sessions import Sessions
from schemas.identity import Identity
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
    assert (done.returncode, done.stdout) == (0, "0 sessions ended\n")


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
