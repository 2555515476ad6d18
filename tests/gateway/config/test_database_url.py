import pytest

from gateway.config import database_url
from tests.gateway.config.conftest import GOOD

HERE = {"GATEWAY_PUBLIC_URL": "http://127.0.0.1:8000", "GATEWAY_DATABASE_URL": None}


@pytest.mark.parametrize(
    "text",
    [
        "sqlite:////var/lib/talentlms-gateway/gateway.db",
        "sqlite:////srv/a place/gäteway.db",
        "postgresql://gateway:pass%40word@127.0.0.1:5432/gateway",
        "postgresql://gateway@localhost/gateway?application_name=gateway",
        "postgresql://gateway@[::1]/gateway?sslmode=disable",
        "postgresql://gateway:pw@db.acme.com/gateway?sslmode=verify-full",
        "postgresql://gateway:pw@10.0.0.5:5433/gateway?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem",
        "postgresql://gateway@/gateway?host=/var/run/postgresql",
    ],
)
def test_the_address_of_a_database_is_taken_as_it_is(settings, text):
    assert settings(GATEWAY_DATABASE_URL=text).database_url.reveal() == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("gateway.db", "not the URL of a database"),
        ("/var/lib/gateway.db", "not the URL of a database"),
        ("mysql://gateway@127.0.0.1/gateway", "not the URL of a database"),
        ("postgres://gateway@127.0.0.1/gateway", "not the URL of a database"),
        ("postgresql+psycopg://gateway@127.0.0.1/gateway", "not the URL of a database"),
        ("sqlite://", "four slashes"),
        ("sqlite:///:memory:", "four slashes"),
        ("sqlite:///gateway.db", "four slashes"),
        ("sqlite:////var/lib/", "four slashes"),
        ("sqlite:////var/lib/gateway.db?mode=memory", "four slashes"),
        ("sqlite:////var/lib/100%/gateway.db", "four slashes"),
        ("postgresql://gateway@127.0.0.1", "name the database"),
        ("postgresql://gateway@127.0.0.1/", "name the database"),
        ("postgresql://gateway:p/w@127.0.0.1/gateway", "name the database"),
        ("postgresql://gateway@/gateway", "no host"),
        ("postgresql://gateway@127.0.0.1,db.acme.com/gateway", "no host"),
        ("postgresql://gateway@db.acme.com/gateway", "sslmode=verify-full"),
        ("postgresql://gateway@db.acme.com/gateway?sslmode=verify-ca", "sslmode=verify-full"),
        ("postgresql://gateway@db.acme.com/gateway?sslmode=require", "sslmode=verify-full"),
        ("postgresql://gateway@127.0.0.1/gateway?host=db.acme.com", "not taken"),
        ("postgresql://gateway@127.0.0.1/gateway?host=/var/run/postgresql", "not taken"),
        ("postgresql://gateway@/gateway?host=db.acme.com", "no host"),
        ("postgresql://gateway@127.0.0.1/gateway?hostaddr=10.0.0.5", "not taken"),
        ("postgresql://gateway@127.0.0.1/gateway?options=-c%20statement_timeout%3D0", "not taken"),
        ("postgresql://gateway@db.acme.com/gateway?sslmode=verify-full&sslmode=disable", "option twice"),
    ],
)
def test_what_is_no_address_or_one_that_is_not_safe_is_refused(faults, text, says):
    assert says in faults(GATEWAY_DATABASE_URL=text)["GATEWAY_DATABASE_URL"]


def test_systemds_folder_has_a_place_for_the_file(settings):
    loaded = settings(GATEWAY_DATABASE_URL=None, STATE_DIRECTORY="/var/lib/first:/var/lib/second")
    assert loaded.database_url.reveal() == "sqlite:////var/lib/first/gateway.db"


def test_what_is_set_goes_before_systemds_folder(settings, tmp_path):
    assert settings(STATE_DIRECTORY="/var/lib/x").database_url.reveal() == GOOD["GATEWAY_DATABASE_URL"]
    (tmp_path / "url").write_text("postgresql://gateway:pw@127.0.0.1/gateway\n")
    from_file = {"GATEWAY_DATABASE_URL": None, "GATEWAY_DATABASE_URL_FILE": str(tmp_path / "url")}
    loaded = settings(STATE_DIRECTORY="/var/lib/x", **from_file)
    assert loaded.database_url.reveal() == "postgresql://gateway:pw@127.0.0.1/gateway"


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "http://localhost", "https://[::1]"])
def test_a_gateway_for_this_machine_alone_keeps_it_in_the_projects_folder(settings, public_url):
    loaded = settings(GATEWAY_DATABASE_URL=None, GATEWAY_PUBLIC_URL=public_url)
    assert loaded.database_url.reveal() == f"sqlite:///{database_url.PROJECT}/var/gateway.db"
    assert (database_url.PROJECT / "gateway" / "config").is_dir()


def test_without_a_place_that_lasts_it_is_missing(faults, monkeypatch, tmp_path):
    assert "is missing" in faults(GATEWAY_DATABASE_URL=None)["GATEWAY_DATABASE_URL"]
    monkeypatch.setattr(database_url, "PROJECT", tmp_path)  # as where the wheel is installed
    assert "is missing" in faults(**HERE)["GATEWAY_DATABASE_URL"]


def test_a_relative_folder_of_systemds_is_a_fault_of_the_setting(faults):
    found = faults(GATEWAY_DATABASE_URL=None, STATE_DIRECTORY="state")
    assert "four slashes" in found["GATEWAY_DATABASE_URL"]
