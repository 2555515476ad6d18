"""Why Redis cannot be used is told with its host and port: the name, a refusal, TLS, silence, the password, the number."""

import pytest

from gateway.errors import StoreUnavailable
from gateway.store.connection import connect
from schemas.secret import Secret
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.talentlms.odd_server import certificate, odd_server
from tests.ports import free_port


def note_of(url):
    with pytest.raises(StoreUnavailable) as caught:
        connect(Secret(url)).ask("PING")
    assert "hunter2" not in caught.value.note
    return caught.value.note


def test_a_name_that_cannot_be_resolved():
    note = note_of("redis://:hunter2@redis.invalid:6379/0")
    assert note == "redis.invalid:6379: DNS: the host name cannot be resolved"


def test_a_connection_that_is_refused():
    place = f"127.0.0.1:{free_port()}"
    assert note_of(f"redis://:hunter2@{place}/0") == f"{place}: the connection is refused"


@pytest.fixture
def server(tmp_path):
    running = RedisServer(tmp_path).start()
    yield running
    running.stop()


def test_a_server_that_says_nothing(server):
    server.hang()
    place = f"127.0.0.1:{server.port}"
    assert note_of(f"redis://:hunter2@{place}/0") == f"{place}: no answer in time"


def test_a_number_that_the_server_has_no_database_of(server):
    place = f"127.0.0.1:{server.port}"
    assert note_of(f"redis://{place}/99") == f"{place}: it has no database of this number"


@pytest.mark.parametrize("who", [":hunter2@", "gateway:hunter2@", ""])
def test_a_password_that_is_not_accepted(server, who):
    server.tell("CONFIG", "SET", "requirepass", "another")
    place = f"127.0.0.1:{server.port}"
    assert note_of(f"redis://{who}{place}/0") == f"{place}: the password, or the user's name, is not accepted"


def test_a_user_who_may_not_do_this(server):
    server.tell("ACL", "SETUSER", "gateway", "on", ">hunter2", "+select", "+auth")
    place = f"127.0.0.1:{server.port}"
    assert note_of(f"redis://gateway:hunter2@{place}/0") == f"{place}: the user may not do this (ACL)"


def test_a_certificate_that_is_not_accepted(tmp_path):
    _, context = certificate(tmp_path)
    with odd_server(b"", context=context) as server:
        place = server.url.partition("//")[2]
        note = note_of(f"rediss://:hunter2@{place}/0")
    assert note.startswith(f"{place}: TLS: the certificate is not accepted: ")
