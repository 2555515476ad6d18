"""However an address writes its host: whom is connected to, what the certificate has to name, what ``Host`` says."""

import socket

import pytest

from gateway.outbound.client import HttpClient, Request
from gateway.outbound.errors import NotConnected
from gateway.outbound.origin import Origin, origin_and_target
from tests.gateway.talentlms.odd_server import answer, certificate, odd_server


@pytest.mark.parametrize(
    ("url", "authority", "host_and_port"),
    [
        ("https://acme.talentlms.com/api", "acme.talentlms.com", "acme.talentlms.com:443"),
        ("https://ACME.talentlms.com:443/api", "acme.talentlms.com", "acme.talentlms.com:443"),
        ("https://acme.talentlms.com:80", "acme.talentlms.com:80", "acme.talentlms.com:80"),
        ("http://127.0.0.1:80/", "127.0.0.1", "127.0.0.1:80"),
        ("https://[::1]:8443/x", "[::1]:8443", "[::1]:8443"),
        ("https://[::1]/x", "[::1]", "[::1]:443"),
        ("https://login.acme.com./", "login.acme.com.", "login.acme.com.:443"),
        ("https://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example:443"),
        ("https://straße.example/", "xn--strae-oqa.example", "xn--strae-oqa.example:443"),
    ],
)
def test_an_origin_is_written_as_each_place_wants_it(url, authority, host_and_port):
    origin = Origin.of(url)
    assert (origin.authority, origin.host_and_port) == (authority, host_and_port)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://acme.talentlms.com", "/"),
        ("https://acme.talentlms.com?x=1", "/?x=1"),
        ("https://acme.talentlms.com#top", "/"),
        (
            "HTTPS://acme.talentlms.com/api/v1/users/email:kim@acme.example?x=//b/#top",
            "/api/v1/users/email:kim@acme.example?x=//b/",
        ),
        ("https://[::1]:8443//two?x=1?y=2", "//two?x=1?y=2"),
        ("https://kim:secret@acme.talentlms.com/x", "/x"),
        ("https://acme.talentlms.com\\@evil.example/x", "/x"),
    ],
)
def test_an_address_has_the_origin_that_it_says_and_the_rest_stands_in_the_request_line(url, target):
    assert origin_and_target(url) == (Origin.of(url), target)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://acme.com",
        "https://",
        "https:///x",
        "//acme.com/x",
        "acme.com",
        "https://acme.com:port",
        "https://\u2024/",
    ],
)
def test_what_has_no_origin_has_none(url):
    with pytest.raises(ValueError):
        Origin.of(url)
    with pytest.raises(ValueError):
        origin_and_target(url)


def asked(server, client, url):
    assert client.send(Request("GET", url), 5.0, 1000).body == b"here"
    (request,) = server.requests
    (host,) = [line for line in request.split(b"\r\n") if line.startswith(b"Host: ")]
    return host.removeprefix(b"Host: ").decode()


def test_an_ipv6_address_is_reached_and_its_certificate_names_it(tmp_path):
    file, context = certificate(tmp_path, "::1")
    with odd_server(answer(b"here"), context=context, host="::1") as server:
        assert server.url.startswith("https://[::1]:")
        assert asked(server, HttpClient(file), server.url) == server.url.removeprefix("https://")


@pytest.mark.parametrize(
    ("written", "looked_up", "named"),
    [
        ("login.test.", "login.test.", "login.test"),
        ("bücher.test", "xn--bcher-kva.test", "xn--bcher-kva.test"),
    ],
)
def test_a_name_is_looked_up_once_as_it_is_registered_and_its_certificate_names_it(
    tmp_path, monkeypatch, written, looked_up, named
):
    file, context = certificate(tmp_path, named)
    names, real = [], socket.getaddrinfo

    def resolve(host, port, *args, **options):
        names.append(host)
        return real("127.0.0.1", port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with odd_server(answer(b"here"), context=context) as server:
        port = server.url.rpartition(":")[2]
        assert asked(server, HttpClient(file), f"https://{written}:{port}/") == f"{looked_up}:{port}"
        with pytest.raises(NotConnected) as raised:
            HttpClient(file).send(Request("GET", f"https://another.test:{port}/"), 5.0, 1000)
    assert raised.value.reason == "certificate not accepted"
    assert names == [looked_up, "another.test"]
