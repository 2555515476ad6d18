"""``talentlms-gateway doctor``."""

import json

import pytest

from tests.conftest import API_KEY
from tests.databases import new_database
from tests.gateway.called import called
from tests.gateway.test_factory import clean_environment
from tests.ports import free_port

SECRETS = ("hunter2-of-the-client", API_KEY)


@pytest.fixture
def doctor(provider, portal, redis_server, tmp_path, own_log_handlers):
    """Call the command with settings with which all is well, some changed, and return what came of it."""
    provider.control.client(redirect_uris=["https://training.acme.example/callback/default"])

    def outcome(*arguments, **changes):
        good = {
            "GATEWAY_DATABASE_URL": new_database(tmp_path),
            "GATEWAY_REDIS_URL": redis_server.url.reveal(),
            "TALENTLMS_URL": portal.url,
            "TALENTLMS_API_KEY": API_KEY,
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": provider.client_id,
            "OIDC_CLIENT_SECRET": provider.client_secret,
        }
        return called(("doctor", *arguments), clean_environment(**{**good, **changes}))

    return outcome


def test_where_all_is_well_it_ends_with_that_and_succeeds(doctor, provider):
    done = doctor()
    assert (done.returncode, done.stderr) == (0, "")
    heading, *rows = done.stdout.partition("\n\n")[0].splitlines()
    assert heading.split() == ["what", "setting", "finding"]
    assert {row[:3] for row in rows} == {"✓  "}
    assert done.stdout.endswith("\n\nAll is well.\n")
    assert not [secret for secret in (API_KEY, provider.client_secret) if secret in done.stdout]


def test_any_fault_fails_and_says_what_to_do(doctor):
    done = doctor(OIDC_CLIENT_SECRET=SECRETS[0])
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗  provider default: client" in done.stdout
    assert "\nWhat to do:\n✗  OIDC_CLIENT_SECRET  Copy OIDC_CLIENT_SECRET anew" in done.stdout
    assert done.stdout.endswith("\n1 fault, 0 warnings\n")
    assert not [secret for secret in SECRETS if secret in done.stdout]


def test_for_a_program_it_writes_json(doctor):
    place = f"127.0.0.1:{free_port()}"
    done = doctor("--json", GATEWAY_REDIS_URL=f"redis://:{SECRETS[0]}@{place}/0")
    told = json.loads(done.stdout)
    assert (done.returncode, told["is_well"]) == (1, False)
    assert [row for row in told["rows"] if row["state"] == "fault"] == [
        {
            "what": "redis: writes",
            "setting": "GATEWAY_REDIS_URL",
            "state": "fault",
            "finding": f"{place}: the connection is refused",
            "remedy": "Check host and port in GATEWAY_REDIS_URL, and whether the server runs.",
        }
    ]
    assert not [secret for secret in SECRETS if secret in done.stdout]


def test_settings_that_cannot_be_used_are_named_and_nobody_is_asked(doctor, portal):
    portal.control.clear_calls()
    done = doctor(TALENTLMS_API_KEY=None)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("TALENTLMS_API_KEY: is missing")
    assert portal.control.calls() == []


def test_a_database_whose_file_is_not_there_is_not_made(doctor, tmp_path):
    done = doctor(GATEWAY_DATABASE_URL=f"sqlite:///{tmp_path}/new/gateway.db")
    assert done.returncode == 0
    assert "is not there yet" in done.stdout
    assert not (tmp_path / "new").exists()
