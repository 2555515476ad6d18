import pytest


def test_an_unknown_variable_is_a_fault_with_a_suggestion(faults):
    found = faults(GATEWAY_SESION_IDLE="60", TALENTLMS_APIKEY="x", OIDC_CLIENTID="x")

    assert found == {
        "GATEWAY_SESION_IDLE": "is unknown; did you mean GATEWAY_SESSION_IDLE?",
        "OIDC_CLIENTID": "is unknown; did you mean OIDC_CLIENT_ID?",
        "TALENTLMS_APIKEY": "is unknown; did you mean TALENTLMS_API_KEY?",
    }


def test_a_variable_that_resembles_none_is_a_fault_without_a_suggestion(faults):
    assert "did you mean" not in faults(GATEWAY_X="1")["GATEWAY_X"]


def test_only_secrets_can_be_given_as_files(faults):
    assert "is unknown" in faults(GATEWAY_PUBLIC_URL_FILE="/somewhere")["GATEWAY_PUBLIC_URL_FILE"]


def test_other_variables_are_left_alone(settings):
    assert settings(PATH="/bin", MY_GATEWAY_URL="x", gateway_public_url="x")


def test_announced_services_are_left_alone(settings):
    assert settings(
        GATEWAY_SERVICE_HOST="10.0.0.1",
        GATEWAY_SERVICE_PORT="80",
        GATEWAY_SERVICE_PORT_HTTP="80",
        TALENTLMS_GATEWAY_PORT="tcp://10.0.0.1:80",
        TALENTLMS_GATEWAY_PORT_80_TCP="tcp://10.0.0.1:80",
        TALENTLMS_GATEWAY_PORT_80_TCP_ADDR="10.0.0.1",
    )


def test_a_port_that_a_person_sets_is_not_an_announced_service(faults):
    assert "is unknown" in faults(GATEWAY_PORT="8000")["GATEWAY_PORT"]


@pytest.mark.parametrize(
    "name", ["OIDC_TRUSTED_EMAIL_DOMAINS", "TALENTLMS_API_KEY", "GATEWAY_REDIS_URL", "GATEWAY_DATABASE_URL"]
)
def test_an_empty_variable_is_not_an_unset_one(faults, name):
    assert "is empty" in faults(**{name: ""})[name]


def test_a_variable_that_is_no_text_is_refused(faults):
    assert "UTF-8" in faults(OIDC_CLIENT_ID="acme\udcff")["OIDC_CLIENT_ID"]


@pytest.mark.statement(65)
def test_every_secret_can_be_given_as_a_file(settings, tmp_path):
    secrets = {
        "GATEWAY_SECRET_KEYS": "a" * 32 + "," + "b" * 32,
        "GATEWAY_DATABASE_URL": "postgresql://gateway:pw@127.0.0.1/gateway",
        "GATEWAY_REDIS_URL": "redis://:pw@redis:6379/0",
        "TALENTLMS_API_KEY": "from-a-file",
        "OIDC_CLIENT_SECRET": "also-from-a-file",
    }
    for name, text in secrets.items():
        (tmp_path / name).write_text(text + "\n")

    loaded = settings(**dict.fromkeys(secrets), **{f"{name}_FILE": str(tmp_path / name) for name in secrets})

    assert [key.reveal() for key in loaded.secret_keys] == ["a" * 32, "b" * 32]
    assert loaded.database_url.reveal() == "postgresql://gateway:pw@127.0.0.1/gateway"
    assert loaded.redis_url.reveal() == "redis://:pw@redis:6379/0"
    assert loaded.talentlms.api_key.reveal() == "from-a-file"
    assert loaded.identity_providers[0].client_secret.reveal() == "also-from-a-file"


@pytest.mark.parametrize("content", [b"key", b"key\n", b"key\r\n", b"\xef\xbb\xbfkey\n"])
def test_the_line_break_at_the_end_of_a_file_is_not_the_secret(settings, tmp_path, content):
    (tmp_path / "key").write_bytes(content)

    loaded = settings(TALENTLMS_API_KEY=None, TALENTLMS_API_KEY_FILE=str(tmp_path / "key"))

    assert loaded.talentlms.api_key.reveal() == "key"


def test_a_secret_and_its_file_cannot_both_be_set(faults, tmp_path):
    (tmp_path / "key").write_text("key")

    found = faults(TALENTLMS_API_KEY_FILE=str(tmp_path / "key"))

    assert found == {"TALENTLMS_API_KEY": "is set, and so is TALENTLMS_API_KEY_FILE; remove one of the two"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        (b"", "empty file"),
        (b"\n", "empty file"),
        (b"\xff\xfe", "UTF-8"),
        (b"x" * 1_000_001, "too large"),
    ],
)
def test_a_secret_file_that_holds_none_is_a_fault(faults, tmp_path, content, says):
    if content is not None:
        (tmp_path / "key").write_bytes(content)

    found = faults(TALENTLMS_API_KEY=None, TALENTLMS_API_KEY_FILE=str(tmp_path / "key"))

    assert list(found) == ["TALENTLMS_API_KEY_FILE"]
    assert says in found["TALENTLMS_API_KEY_FILE"]


def test_a_folder_is_no_secret_file(faults, tmp_path):
    found = faults(TALENTLMS_API_KEY=None, TALENTLMS_API_KEY_FILE=str(tmp_path))

    assert "Is a directory" in found["TALENTLMS_API_KEY_FILE"]


def test_a_secret_put_where_its_file_belongs_is_not_shown(faults):
    assert "hunter2" not in str(faults(TALENTLMS_API_KEY=None, TALENTLMS_API_KEY_FILE="hunter2"))
