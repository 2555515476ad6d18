"""Where a link may lead: to hosts on the list, over https, and as the browser reads the address."""

import string

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.errors import ForeignLink
from gateway.flows.destinations import Destinations
from schemas.link import Link

HOSTS = frozenset({"acme.talentlms.com", "learn.acme.com:8443", "127.0.0.1:8001", "localhost:8001", "[::1]:8001"})
PAYMENT = HOSTS | {"www.paypal.com"}
DESTINATIONS = Destinations(HOSTS, PAYMENT)


def allowed(url, check=DESTINATIONS.sign_in):
    try:
        return check(Link(url)).reveal() == url
    except ForeignLink:
        return False


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.talentlms.com/index/autologin/key:x",
        "https://acme.talentlms.com",
        "https://ACME.talentlms.com/x",
        "HTTPS://acme.talentlms.com/x",
        "https://acme.talentlms.com:443/x",
        "https://acme.talentlms.com/x?next=https://elsewhere.example/",
        "https://acme.talentlms.com/x#y",
        "https://acme.talentlms.com/mail@example.com",
        "https://learn.acme.com:8443/x",
        "http://127.0.0.1:8001/x",
        "http://localhost:8001/x",
        "http://[::1]:8001/x",
    ],
)
def test_links_to_hosts_on_the_list_are_followed(url):
    assert allowed(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://127.0.0.1:80/x", "http://localhost/x", "http://[::1]/x"])
def test_a_talentlms_on_this_machines_usual_port_is_followed(url):
    hosts = {"127.0.0.1", "localhost", "[::1]"}
    assert allowed(url, Destinations(hosts, hosts).sign_in)


def test_the_whole_of_this_machines_network_is_this_machine_as_in_the_settings():
    assert allowed("http://127.0.0.2:8001/x", Destinations({"127.0.0.2:8001"}, ()).sign_in)


@pytest.mark.statement(47)
@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/x",
        "https://acme.talentlms.com.elsewhere.example/x",
        "https://elsewhere.example/acme.talentlms.com",
        "https://xacme.talentlms.com/x",
        "https://talentlms.com/x",
        "https://acme.talentlms.com./x",
        "https://acme.talentlms.com:8443/x",
        "https://acme.talentlms.com:80/x",
        "https://learn.acme.com/x",
        "https://learn.acme.com:443/x",
        "https://acme.talentlms.com@elsewhere.example/x",
        "https://kim@acme.talentlms.com/x",
        "https://kim:secret@acme.talentlms.com/x",
        "https://acme.talentlms.com:443@elsewhere.example/x",
        "https://elsewhere.example\\@acme.talentlms.com/x",
        "https://acme.talentlms.com\\@elsewhere.example/x",
        "https://acme.talentlms.com\\.elsewhere.example/x",
        "https://elsewhere.example#@acme.talentlms.com/x",
        "https://elsewhere.example?@acme.talentlms.com/x",
        "https://acme.talentlms.com%2eelsewhere.example/x",
        "https://acme.talentlms.com%00.elsewhere.example/x",
        "https://acme.talentlms.com\t.elsewhere.example/x",
        "https://acme.talentlms.com\n/x",
        "https://acme.talentlms.com/x\r\nSet-Cookie: a=b",
        "https://acme.talentlms.com/\x00",
        "https://acme.talentlms.com/\x7f",
        "https://acme.talentlms.com /x",
        " https://acme.talentlms.com/x",
        "\thttps://acme.talentlms.com/x",
        "https:acme.talentlms.com/x",
        "https:/acme.talentlms.com/x",
        "https:///acme.talentlms.com/x",
        "https:\\\\acme.talentlms.com\\x",
        "//acme.talentlms.com/x",
        "/index/autologin/key:x",
        "acme.talentlms.com/x",
        "",
        "http://acme.talentlms.com/x",
        "http://acme.talentlms.com:443/x",
        "http://learn.acme.com:8443/x",
        "ftp://acme.talentlms.com/x",
        "javascript://acme.talentlms.com/%0aalert(1)",
        "data:text/html,acme.talentlms.com",
        "view-source:https://acme.talentlms.com/x",
        "http://127.0.0.1:8002/x",
        "http://127.0.0.1/x",
        "http://127.0.0.1:8001@elsewhere.example/x",
        "http://127.1:8001/x",
        "http://2130706433:8001/x",
        "http://0x7f.0.0.1:8001/x",
        "https://ac\u0301me.talentlms.com/x",
        "https://\u0430cme.talentlms.com/x",
        "https://acme\u3002talentlms\u3002com/x",
        "https://acme.talentlms.com\uff0felsewhere.example/x",
        "https://\uff41cme.talentlms.com/x",
        "https://acme.talentlms.com/\u200b",
        "https://acme.talentlms.com:99999/x",
        "https://acme.talentlms.com:port/x",
        "https://[acme.talentlms.com]/x",
        "https://[::1/x",
    ],
)
def test_links_that_lead_elsewhere_or_are_no_plain_address_are_not_followed(url):
    assert not allowed(url)
    assert not allowed(url, DESTINATIONS.payment)


def test_payment_hosts_are_for_payments_alone():
    assert allowed("https://www.paypal.com/checkout?token=EC-1", DESTINATIONS.payment)
    assert not allowed("https://www.paypal.com/checkout?token=EC-1")
    assert not allowed("http://www.paypal.com/x", DESTINATIONS.payment)


def test_a_refusal_names_the_host_and_nothing_secret():
    with pytest.raises(ForeignLink) as refused:
        DESTINATIONS.sign_in(Link("https://elsewhere.example/index/autologin/key:secret-key"))
    assert "https://elsewhere.example" in refused.value.note
    assert "TALENTLMS_LINK_HOSTS" in refused.value.note
    assert "secret-key" not in refused.value.note


def test_a_refusal_of_a_link_with_a_password_shows_no_password():
    with pytest.raises(ForeignLink) as refused:
        DESTINATIONS.sign_in(Link("https://kim:hunter2@acme.talentlms.com/x"))
    assert "hunter2" not in refused.value.note


PIECES = st.sampled_from(
    [
        *(
            "https:",
            "http:",
            "HTTPS:",
            "javascript:",
            "//",
            "/",
            "\\",
            "\\\\",
            "@",
            ":",
            ":443",
            ":8443",
            "?",
            "#",
            ".",
        ),
        *("acme.talentlms.com", "elsewhere.example", "127.0.0.1:8001", "%2e", "%2f", "%40", "%5c", "%00", "\t", "\n"),
        *("\r", " ", "\x00", "\u3002", "\uff0f", "[", "]", ";", "&", "x"),
    ]
)


@pytest.mark.statement(47)
@given(st.lists(PIECES, max_size=9).map("".join) | st.text(string.printable, max_size=40).map("https://".__add__))
@example("https://acme.talentlms.com\\@elsewhere.example")
def test_whatever_is_followed_leads_where_the_browser_too_sees_a_host_of_the_list(url):
    if allowed(url):
        seen = ada_url.URL(url)
        assert seen.host in HOSTS
        assert (seen.username, seen.password) == ("", "")
        assert seen.protocol == "https:" or seen.hostname in ("127.0.0.1", "localhost", "[::1]")
