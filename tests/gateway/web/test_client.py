"""Whose address counts: only what a trusted proxy wrote is believed."""

from ipaddress import ip_network

import pytest
from flask import Flask, request

from gateway.web.client import client_address

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]
BROWSER, PROXY, INNER = "203.0.113.7", "10.0.0.1", "10.9.9.9"


def seen(remote, *forwarded, proxies=PROXIES, **headers):
    """Return whose address a request with these lines of ``X-Forwarded-For`` counts for."""
    lines = [("X-Forwarded-For", line) for line in forwarded] + list(headers.items())
    with Flask("test").test_request_context(headers=lines, environ_base={"REMOTE_ADDR": remote}):
        return client_address(request.environ, proxies)


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
def test_several_trusted_proxies_are_gone_through():
    assert seen(PROXY, f"1.1.1.1, {BROWSER}, {INNER}") == BROWSER
    assert seen(PROXY, f"{INNER}, {INNER}") == INNER


@pytest.mark.parametrize(
    "entry", ["", "unknown", "_hidden", f"{BROWSER}:1234", "[2a00::7]:1234", "999.1.1.1", "a" * 300, ","]
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
