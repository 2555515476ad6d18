import pytest

from gateway.web.other_host import HostNotice
from tests.gateway.threads import at_once

PUBLIC = "https://training.acme.com"


@pytest.fixture
def notices(logged, own_log_handlers):
    """Return the lines about other hosts, so far."""
    lines = logged()
    return lambda: [line for line in lines() if line["event"] == "sign_in.other_host"]


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        (PUBLIC, "training.acme.com"),
        (PUBLIC, "Training.Acme.COM"),
        (PUBLIC, "training.acme.com:443"),
        (f"{PUBLIC}:8443", "training.acme.com:8443"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://localhost", "localhost:80"),
        ("http://[::1]:8000", "[::1]:8000"),
        (PUBLIC, ""),
    ],
)
def test_the_public_host_is_no_other_however_it_is_written(notices, public_url, host):
    HostNotice(public_url).look(host)
    assert notices() == []


@pytest.mark.parametrize(
    "host",
    [
        "training",
        "training.acme.com:8443",
        "training.acme.com:80",
        "www.training.acme.com",
        "10.0.0.5",
        "training.acme.com.",
    ],
)
def test_another_host_is_named_with_the_address_that_it_should_be(notices, host):
    HostNotice(PUBLIC).look(host)
    (line,) = notices()
    assert (line["level"], line["host"]) == ("warning", host)
    assert line["note"].startswith(f"the address is {PUBLIC};")
    assert "GATEWAY_PUBLIC_URL" in line["remedy"]


def test_it_is_told_once_in_ten_minutes(notices):
    now = [0.0]
    notice = HostNotice(PUBLIC, clock=lambda: now[0])
    told = []
    for second in (0, 1, 599, 600, 601, 1200):
        now[0] = second
        notice.look(f"host{second}.acme.com")
        told.append(len(notices()))
    assert told == [1, 1, 1, 2, 2, 3]


def test_threads_that_see_it_at_once_tell_it_once(notices):
    notice = HostNotice(PUBLIC)
    at_once(20, lambda number: notice.look(f"host{number}.acme.com"))
    assert len(notices()) == 1


def test_the_line_is_short_whatever_the_host_is(notices):
    HostNotice(PUBLIC).look("a" * 8000)
    (line,) = notices()
    assert len(line["host"]) == 100
