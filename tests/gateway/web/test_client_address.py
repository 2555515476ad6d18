"""Whose address counts: only what a trusted proxy wrote is believed."""

from ipaddress import ip_network

import pytest
from flask import Flask, request

from gateway.web.client_address import ForwardingNotice, Proxies, client_address
from tests.gateway.threads import at_once

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
BROWSER, PROXY, INNER = "203.0.113.7", "10.0.0.1", "10.9.9.9"


def request_from(remote, *forwarded, **headers):
    """Return a request with these lines of ``X-Forwarded-For``, as WSGI has it."""
    lines = [("X-Forwarded-For", line) for line in forwarded] + list(headers.items())
    with Flask("test").test_request_context(headers=lines, environ_base={"REMOTE_ADDR": remote}):
        return request.environ


def seen(remote, *forwarded, proxies=PROXIES, count=1, **headers):
    """Return whose address a request with these lines of ``X-Forwarded-For`` counts for."""
    return client_address(request_from(remote, *forwarded, **headers), Proxies(proxies, count))


def test_without_a_proxy_the_connection_tells():
    assert seen(BROWSER) == BROWSER
    assert seen(BROWSER, "1.1.1.1") == BROWSER
    assert seen(BROWSER, "1.1.1.1", proxies=[]) == BROWSER


def test_behind_a_trusted_proxy_its_entry_tells():
    assert seen(PROXY, BROWSER) == BROWSER
    assert seen("2001:db8::1", "2a00::7") == "2a00::7"
    assert seen(PROXY, f" {BROWSER} ") == BROWSER


@pytest.mark.statement(59)
def test_what_the_browser_made_up_is_not_believed():
    assert seen(PROXY, f"1.1.1.1, {BROWSER}") == BROWSER
    assert seen(PROXY, "1.1.1.1", BROWSER) == BROWSER
    assert seen(PROXY, f"10.1.1.1, {BROWSER}") == BROWSER
    assert seen(PROXY, f"{INNER}, 1.1.1.1, {BROWSER}") == BROWSER


@pytest.mark.statement(59)
def test_a_client_within_a_trusted_network_cannot_make_up_another_address():
    assert seen(PROXY, f"1.1.1.1, {INNER}") == INNER
    assert seen(PROXY, f"1.1.1.1, {INNER}, {INNER}") == INNER
    assert seen(PROXY, "1.1.1.1", INNER) == INNER
    assert seen(PROXY, f"1.1.1.1, {INNER}, 10.0.0.2", count=2) == INNER


@pytest.mark.statement(59)
@pytest.mark.parametrize(
    ("count", "address"), [(1, "10.3.3.3"), (2, "10.2.2.2"), (3, "10.1.1.1"), (4, "1.1.1.1"), (5, "1.1.1.1")]
)
def test_as_many_entries_are_taken_as_there_are_proxies_and_no_more(count, address):
    assert seen(PROXY, "8.8.8.8, 1.1.1.1, 10.1.1.1, 10.2.2.2, 10.3.3.3", count=count) == address


@pytest.mark.statement(59)
def test_several_trusted_proxies_are_gone_through():
    assert seen(PROXY, f"1.1.1.1, {BROWSER}, {INNER}", count=2) == BROWSER
    assert seen(PROXY, f"{INNER}, {INNER}", count=2) == INNER
    assert seen(PROXY, f"{BROWSER}, {INNER}, {INNER}", count=3) == BROWSER


@pytest.mark.statement(59)
def test_what_an_untrusted_proxy_wrote_is_not_believed_however_many_are_counted():
    assert seen(PROXY, f"1.1.1.1, {BROWSER}", count=2) == BROWSER
    assert seen(BROWSER, "1.1.1.1, 10.0.0.2", count=2) == BROWSER


def test_where_a_proxy_is_left_out_the_last_one_that_is_trusted_tells():
    assert seen(PROXY, BROWSER, count=3) == BROWSER
    assert seen(PROXY, count=3) == PROXY


def test_one_address_is_written_in_one_way():
    assert seen(PROXY, "2A00:0:0::7") == "2a00::7"
    assert seen(PROXY, f"::ffff:{BROWSER}") == BROWSER


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "unknown",
        "_hidden",
        f"{BROWSER}:1234",
        "[2a00::7]:1234",
        "999.1.1.1",
        "a" * 300,
        ",",
        "fe80::1%" + "a" * 8000,
        "fe80::1%1",
    ],
)
def test_an_entry_that_is_no_address_is_not_taken_for_one(entry):
    assert seen(PROXY, f"1.1.1.1, {entry}") == PROXY


@pytest.mark.statement(59)
@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP", "Via"]
)
def test_no_other_header_counts(header):
    assert seen(PROXY, **{header: "1.1.1.1"}) == PROXY


def test_a_proxy_that_ipv6_writes_as_ipv4_is_the_same_proxy():
    assert seen(f"::ffff:{PROXY}", BROWSER) == BROWSER


@pytest.mark.parametrize("remote", ["", None, "unix:"])
def test_a_connection_without_an_address_is_trusted_with_nothing(remote):
    assert seen(remote, BROWSER) == (remote or "")


def test_the_log_names_the_address_that_counts(gateway, browser_at, logged):
    browser = browser_at(gateway(GATEWAY_TRUSTED_PROXIES="127.0.0.0/8"))
    lines = logged()
    browser.get("/callback/default", X_Forwarded_For=f"1.1.1.1, {BROWSER}")
    assert [line["client"] for line in lines() if line.get("audit")] == [BROWSER]


@pytest.mark.statement(4, 59)
def test_nothing_that_a_proxy_says_of_host_or_scheme_changes_an_address(gateway, browser_at):
    browser = browser_at(gateway(GATEWAY_TRUSTED_PROXIES="127.0.0.0/8"))
    forwarded = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https", "X_Forwarded_Prefix": "/evil"}
    answer = browser.get("/login", **forwarded)
    assert "evil" not in answer.headers["Location"]
    assert "Secure" not in answer.headers["Set-Cookie"]


# --- a proxy that nobody declared -----------------------------------------------------------------------------------


@pytest.fixture
def notices(logged, own_log_handlers):
    """Return the lines about proxies that are not trusted, so far."""
    lines = logged()
    return lambda: [line for line in lines() if line["event"] == "proxy.not_trusted"]


def test_an_undeclared_proxy_is_told_once_an_hour(notices):
    now = [0.0]
    notice = ForwardingNotice(Proxies(PROXIES), clock=lambda: now[0])
    told = []
    for second in (0, 1, 3599, 3600, 3601, 7199, 7200):
        now[0] = second
        notice.look(request_from("192.0.2.1", "198.51.100.7"))
        told.append(len(notices()))
    assert told == [1, 1, 1, 2, 2, 2, 3]


def test_threads_that_see_it_at_once_tell_it_once(notices):
    notice = ForwardingNotice(Proxies())
    at_once(
        20, lambda number: notice.look({"REMOTE_ADDR": f"192.0.2.{number}", "HTTP_X_FORWARDED_FOR": "198.51.100.7"})
    )
    assert len(notices()) == 1


def test_the_line_names_the_address_and_the_setting_and_nothing_that_the_header_says(notices):
    ForwardingNotice(Proxies()).look(request_from("192.0.2.1", "198.51.100.7, evil"))
    (line,) = notices()
    assert (line["level"], line["address"]) == ("warning", "192.0.2.1")
    assert "GATEWAY_TRUSTED_PROXIES" in line["remedy"]
    assert "198.51" not in str(line)
    assert "evil" not in str(line)


def test_the_line_names_the_address_as_the_setting_takes_it(notices):
    ForwardingNotice(Proxies()).look(request_from("::ffff:192.0.2.1", BROWSER))
    assert [line["address"] for line in notices()] == ["192.0.2.1"]


@pytest.mark.parametrize("remote", ["", "unix:" + "x" * 8000])
def test_the_line_is_short_whatever_the_address_is(notices, remote):
    ForwardingNotice(Proxies()).look(request_from(remote, BROWSER))
    assert [line["address"] for line in notices()] == [remote[:45]]


@pytest.mark.parametrize(("remote", "forwarded"), [(PROXY, [BROWSER]), ("192.0.2.1", []), ("192.0.2.1", [""])])
def test_nothing_is_told_of_a_trusted_proxy_or_of_nobody(notices, remote, forwarded):
    ForwardingNotice(Proxies(PROXIES)).look(request_from(remote, *forwarded))
    assert notices() == []


def test_a_gateway_tells_of_an_undeclared_proxy_once_within_a_request(gateway, browser_at, logged):
    browser = browser_at(gateway())
    lines = logged()
    for _ in range(3):
        browser.get("/livez", X_Forwarded_For=BROWSER)
    (line,) = lines()
    assert (line["event"], line["address"]) == ("proxy.not_trusted", "127.0.0.1")
    assert line["reference"] != "-"


@pytest.mark.statement(59)
def test_a_gateway_takes_as_many_entries_as_it_is_told(gateway, browser_at, logged):
    browser = browser_at(gateway(GATEWAY_TRUSTED_PROXIES="127.0.0.0/8, 10.0.0.0/8", GATEWAY_PROXY_COUNT="2"))
    lines = logged()
    browser.get("/callback/default", X_Forwarded_For=f"1.1.1.1, 10.9.9.9, {PROXY}")
    assert [line["client"] for line in lines() if line.get("audit")] == ["10.9.9.9"]
