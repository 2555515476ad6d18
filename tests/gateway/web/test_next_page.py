"""Whatever is accepted stays here: judged by the parser that browsers use, never by Python's own."""

import json
from pathlib import Path
from urllib.parse import unquote, urlencode

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.web.next_page import LENGTH, is_own_path, own_path, own_target
from tests.gateway.web.browser import SECURE

ORIGIN = SECURE
BASES = (f"{ORIGIN}/callback/acme?code=x", f"{ORIGIN}/", f"{ORIGIN}/a/b/c")
# Payloads of public test suites, tried where somebody has put them beside the repository.
CORPUS = Path(__file__).parents[4] / "shared" / "redirects" / "open-redirects.json"

SCHEMES = st.sampled_from(
    ["", "http:", "https:", "HTTPS:", "ftp:", "javascript:", "data:", "file:", "blob:", "view-source:", "mailto:", "x:"]
)
SEPARATORS = st.sampled_from(
    [
        *(
            "",
            "/",
            "//",
            "///",
            "////",
            "\\",
            "\\\\",
            "/\\",
            "\\/",
            "//\\",
            "/./",
            "/../",
            "/..//",
            "/.",
            "/..",
            "./",
            "../",
        ),
        *(
            "/;/",
            "/;",
            "/@",
            "/:",
            "/?",
            "/#",
            "/%2f",
            "/%5c",
            "/%09/",
            "/%0a/",
            "/ /",
            "/\t/",
            "/\n/",
            "/\r/",
            "/\x00/",
        ),
        *(
            "\u2044",
            "\u2215",
            "\uff0f",
            "\u3002",
            "\u200b/",
            "/\u00a0/",
            "\ufeff/",
            "/.;/",
            "/%2e/",
            "/%2e%2e/",
            "/.%2e/",
        ),
    ]
)
HOSTS = st.sampled_from(
    [
        *(
            "elsewhere.example",
            "training.acme.example",
            "elsewhere.example@training.acme.example",
            "[::1]",
            "127.0.0.1",
        ),
        *("training.acme.example@elsewhere.example", "training.acme.example.elsewhere.example", "elsewhere%2eexample"),
        *(
            "elsewhere\u3002example",
            "\uff45lsewhere.example",
            "2130706433",
            "0x7f.1",
            "",
            ":80",
            "@",
            "go",
            "xn--e1a.example",
        ),
    ]
)
CONTROLS = st.sampled_from(
    ["", "\x00", "\t", "\n", "\r", "\r\n", " ", "\x0b", "\x1f", "\x7f", "\x85", "\u2028", "\u202e"]
)
TAILS = st.sampled_from(
    ["", "/", "/go", "/go/course/12", "?next=//elsewhere.example", "#x", "?x=https://elsewhere.example", ";"]
)
ENCODINGS = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5])


def encoded(text, times):
    """Percent-encode what is not a letter, so many times over."""
    for _ in range(times):
        text = "".join(
            letter if letter.isascii() and letter.isalnum() else "".join(f"%{byte:02x}" for byte in letter.encode())
            for letter in text
        )
    return text


@st.composite
def payloads(draw):
    parts = [CONTROLS, SCHEMES, CONTROLS, SEPARATORS, CONTROLS, HOSTS, SEPARATORS, TAILS, CONTROLS]
    times = draw(ENCODINGS)
    whole = draw(st.booleans())
    text = [draw(part) for part in parts]
    slash = draw(st.sampled_from(["", "/"]))
    if whole:
        return slash + encoded("".join(text), times)
    return slash + "".join(encoded(part, draw(st.sampled_from([0, times]))) for part in text)


def leaves(text):
    """Return whether a browser that is sent to the text, or to what decoding makes of it, leaves our origin."""
    readings = [text]
    for _ in range(3):
        readings.append(unquote(readings[-1]))
    return any(ada_url.URL(reading, base=base).origin != ORIGIN for reading in readings for base in BASES)


@pytest.mark.statement(48, 49)
@given(payloads())
@example("//elsewhere.example")
@example("/\\elsewhere.example")
@example("/%2f/elsewhere.example")
@example("/%252f%252felsewhere.example")
@example("/\t/elsewhere.example")
@example("/go/..//elsewhere.example")
def test_nothing_that_is_accepted_leaves_our_origin(payload):
    target = own_path(payload)
    assert target in (payload, "/")
    assert not leaves(target)


@pytest.mark.statement(48)
@given(st.text(st.sampled_from("/\\.%25fcC0aA9@:?#;&=\t\n\r \x00x"), max_size=16))
def test_nothing_short_and_strange_leaves_our_origin(payload):
    assert not leaves(own_path(f"/{payload}"))


@pytest.mark.statement(48, 51)
@given(payloads())
def test_a_target_link_of_somebody_else_stays_here_too(payload):
    for target in (payload, ORIGIN + payload):
        assert not leaves(own_target(target, ORIGIN))


@pytest.mark.statement(48)
def test_no_payload_of_the_public_test_suites_leaves_our_origin():
    rows = json.loads(CORPUS.read_text(encoding="utf-8")) if CORPUS.exists() else []
    for row in rows:
        target = own_path(row["payload"])
        assert not leaves(target), row
        if row["expect"] == "reject" and (row["escapes"] or row["escapes_if_decoded_once"]):
            assert target == "/", row


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/go",
        "/go/course/12",
        "/go/course/gdpr-2026",
        "/buy/course/34?coupon=WELCOME10",
        "/buy/course/34?coupon=50%25",
        "/buy/category/3?coupon=A+B",
        "/completed/12",
        "/go?a=1&b=2",
        "/x?y=(z)!$'*,;:~",
        "/x/?y",
        "/" + "x" * (LENGTH - 1),
    ],
)
def test_our_own_addresses_are_accepted_as_they_are(path):
    assert is_own_path(path)
    assert own_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "go", "https://training.acme.example/go", "//training.acme.example/go", "?x", "#x", ".", "..", "/.", "/.."),
        *("/go/../..", "/a/./b", "/a/%2e%2e/b", "/a/%252e%252e/b", "/a//b", "/a%2f%2fb", "/\\x", "/%5cx", "/%255cx", "/x@y"),
        *("/x?y=@z", "/x#y", "/x y", "/x%20y", "/x\ty", "/x%09y", "/x\r\nSet-Cookie: a=b", "/x%0d%0aSet-Cookie:a=b", "/größe"),
        *("/gr%C3%B6%C3%9Fe", "/x\x00", "/x%00", "/x%ff", "/<script>", "/x?<", "/[x]", "/{x}", "/x|y", "/x^y", "/x`y", '/x"y'),
        "/" + "x" * LENGTH,
    ],
)  # fmt: skip
def test_everything_else_becomes_the_start_page(text):
    assert own_path(text) == "/"


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (None, "/"),
        ("", "/"),
        ("/go/course/12", "/go/course/12"),
        (f"{ORIGIN}/go/course/12", "/go/course/12"),
        (ORIGIN, "/"),
        (f"{ORIGIN}.elsewhere.example/go", "/"),
        (f"{ORIGIN}@elsewhere.example/go", "/"),
        (f"{ORIGIN}:8443/go", "/"),
        (f"{ORIGIN}//elsewhere.example", "/"),
        (ORIGIN + ORIGIN, "/"),
        ("http://training.acme.example/go", "/"),
        ("https://elsewhere.example/go", "/"),
    ],
)
def test_a_target_link_is_one_of_our_addresses_or_the_start_page(target, path):
    assert own_target(target, ORIGIN) == path


@pytest.mark.parametrize("path", ["/go/course/12", "/buy/course/34?coupon=WELCOME10&x=1"])
def test_the_way_through_the_sign_in_leads_where_it_was_to_lead(browser, path):
    assert browser.sign_in(path="/login?" + urlencode({"next": path})).headers["Location"] == path


@pytest.mark.statement(48, 49)
@pytest.mark.parametrize(
    "path", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "/%09/x.example"]
)
def test_the_way_through_the_sign_in_leads_nowhere_else(browser, path):
    assert browser.sign_in(path="/login?" + urlencode({"next": path})).headers["Location"] == "/"
