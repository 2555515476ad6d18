"""Whatever is accepted stays here: judged by the parser that browsers use, never by Python's own."""

import json
from pathlib import Path
from urllib.parse import unquote, urlencode

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.web.next_page import LENGTH, is_own_path, own_path, own_target
from tests.gateway.web.browser import HERE, SECURE

ORIGIN = SECURE
BASES = (f"{ORIGIN}/callback/acme?code=x", f"{ORIGIN}/", f"{ORIGIN}/a/b/c")
# Optional: payloads of public test suites, read as well where somebody has put them beside the repository's folder. What
# is made here needs nothing from outside.
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
            "\u3031",
            "\u30fc",
            "\ufe54@",
            "\u207a@",
            "<>//",
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
            "00330.00072.0000326.00000316",
            "[::ffff:93.184.216.34]",
            "[elsewhere.example]",
            "\u24c1elsewhere\uff61example",
            "elsewhere.example\\.training.acme.example",
            "training.acme.example%2523@elsewhere.example",
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
DECODABLE = st.integers(1, 3)
WORDS = st.sampled_from(["", "go", "x/y", "go/course/12", "elsewhere.example", "training.acme.example"])


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


def joined(*parts):
    """Return texts made of a text, or one of a strategy's, after the other."""
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


def spelt(texts, times=DECODABLE):
    """Return the texts percent-encoded, so many times over."""
    return st.builds(encoded, texts if isinstance(texts, st.SearchStrategy) else st.sampled_from(texts), times)


RAW_OR_SPELT = st.integers(0, 3)
SLASHES = st.sampled_from(["//", "\\", "/\\", "\\/", "///", "/\t/", "/\n\\", "\t//", "/\r/", "//\x00"])
HOSTILE = {
    "a whole address": joined(
        CONTROLS, st.sampled_from(["http:", "hTTps:", "ftp:", "ht\ntps:"]), SEPARATORS, HOSTS, TAILS
    ),
    "a scheme that needs no host": joined(
        CONTROLS,
        st.sampled_from(
            ["javascript:", "jaVAscript:", "java\nscript:", "data:text/html,", "file:", "blob:", "mailto:"]
        ),
        st.sampled_from(["alert(1)", "//elsewhere.example/%0aalert(1)", "///etc/passwd", "", "%250Aalert(1)"]),
    ),
    "an address that is spelt as a whole": spelt(joined(SCHEMES, SEPARATORS, HOSTS, TAILS).filter(bool)),
    "no slash at the beginning": joined(
        st.sampled_from(["go", "?next=/go", "#/go", "@", ".", "..", ";/", "%2f", "\u3035", "&#x2f;"]), SEPARATORS, HOSTS
    ),
    "more than one slash at the beginning": joined(SLASHES, HOSTS, TAILS),
    "a slash that is spelt at the beginning": joined("/", spelt(SLASHES | st.sampled_from("/\\")), HOSTS, TAILS),
    "more than one slash further on": joined("/go", SLASHES | spelt(SLASHES), HOSTS),
    "a backslash": joined("/", WORDS, spelt(["\\", "\\x", "\\@"], RAW_OR_SPELT), WORDS),
    "a control character or a blank": joined("/", WORDS, spelt(CONTROLS.filter(bool), RAW_OR_SPELT), WORDS),
    "a header behind it": joined("/", WORDS, spelt(["\r\nSet-Cookie: a=b", "\nLocation: //x"], RAW_OR_SPELT)),
    "a segment of dots": joined(
        "/go/", spelt([".", "..", "./", "../", "../..", "./x"], RAW_OR_SPELT), st.sampled_from(["", "/", "/x", "//x"])
    ),
    "a name before the host": joined("/", WORDS, spelt(["@", ":x@", ";@"], RAW_OR_SPELT), HOSTS),
    "a letter that looks like a slash or a dot": joined(
        "/", WORDS, spelt("\u2044\u2215\uff0f\u3002\uff61\u30fb\u3031\u30fc\u207a\ufe54", RAW_OR_SPELT), HOSTS
    ),
    "a letter that no path has": joined("/", WORDS, spelt('<>"[]{}|^`\u20a8\U0001f989', RAW_OR_SPELT), WORDS),
    "bytes that are no text": joined(
        "/", WORDS, st.sampled_from(["%ff", "%c0%af", "%c0%ae%c0%ae", "%25c0%25af"]), WORDS
    ),
    "a fragment": joined("/", WORDS, "#", WORDS, TAILS),
    "more than an address holds": joined("/", st.integers(LENGTH, 2 * LENGTH).map("x".__mul__)),
}
"""What must be refused, whatever comes of it: every kind of payload that public test suites hold, and a few more."""


def leaves(text):
    """Return whether a browser that is sent to the text, or to what decoding makes of it, leaves our origin."""
    readings = [text]
    for _ in range(3):
        readings.append(unquote(readings[-1]))
    return any(origin_of(reading, base) != ORIGIN for reading in readings for base in BASES)


def origin_of(address, base):
    """Return where an address on a page leads; ``None`` for one with which a browser can do nothing."""
    try:
        return ada_url.URL(address, base=base).origin
    except ValueError:
        return None


@pytest.mark.statement(48, 49)
@given(payloads())
@example("//elsewhere.example")
@example("/\\elsewhere.example")
@example("/%2f/elsewhere.example")
@example("/%252f%252felsewhere.example")
@example("/\t/elsewhere.example")
@example("/go/..//elsewhere.example")
def test_what_leaves_our_origin_becomes_the_start_page(payload):
    target = own_path(payload)
    assert target == "/" if leaves(payload) else target in (payload, payload.partition("?")[0], "/")
    assert not leaves(target)


@pytest.mark.statement(48, 49)
@pytest.mark.parametrize("kind", HOSTILE)
@given(data=st.data())
def test_every_payload_of_a_hostile_kind_becomes_the_start_page(kind, data):
    payload = data.draw(HOSTILE[kind])
    assert own_path(payload) == "/"
    assert own_target(payload, ORIGIN) == "/"


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
@pytest.mark.skipif(not CORPUS.exists(), reason="optional: nobody has put the public payloads beside the repository")
def test_every_payload_of_the_public_test_suites_that_leaves_our_origin_becomes_the_start_page():
    rows = json.loads(CORPUS.read_text(encoding="utf-8"))
    hostile = [row["payload"] for row in rows if row["escapes"] or row["escapes_if_decoded_once"]]
    assert hostile
    for payload in hostile:
        assert own_path(payload) == "/", payload
    for row in rows:
        assert not leaves(own_path(row["payload"])), row


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
        *("/x#y", "/x y", "/x%20y", "/x\ty", "/x%09y", "/x\r\nSet-Cookie: a=b", "/x%0d%0aSet-Cookie:a=b", "/größe"),
        *("/gr%C3%B6%C3%9Fe", "/x\x00", "/x%00", "/x%ff", "/<script>", "/[x]", "/{x}", "/x|y", "/x^y", "/x`y", '/x"y'),
        *("?/go", "//elsewhere.example?x", "/\\elsewhere.example?x", "/%2f?x", "/x#y?z", "/a/../b?x", "/x@y?z", "/|?x=@"),
        *("/" + "x" * LENGTH, "/" + "x" * LENGTH + "?y"),
    ],
)  # fmt: skip
def test_everything_else_becomes_the_start_page(text):
    assert own_path(text) == "/"


REFUSED_QUERIES = [
    *("y=" + "z" * LENGTH, "@", "y=@z", "y=a|b", "<", "y=größe", "y=\U0001f989", "y=a b", "y=\t", "\x00", "y=\r\nSet-Cookie: a=b"),
    *("\\\\elsewhere.example", "x@elsewhere.example", "x#y", "?|", "//elsewhere.example|", "[", "]", "{", "^", "`", '"'),
]  # fmt: skip
"""What a query of ours is not; whatever stands in it, a browser reads the path before it in the same way."""


@pytest.mark.parametrize("path", ["/", "/go", "/go/course/12", "/go/course/12/", "/buy/category/3"])
@pytest.mark.parametrize("query", REFUSED_QUERIES)
def test_a_query_that_is_refused_does_not_lose_the_path(path, query):
    assert own_path(f"{path}?{query}") == path
    assert own_target(f"{ORIGIN}{path}?{query}", ORIGIN) == path


@pytest.mark.statement(48)
@given(st.sampled_from(["/", "/go", "/go/course/12"]), st.text() | payloads())
def test_whatever_the_query_says_the_path_stays(path, query):
    target = own_path(f"{path}?{query}")
    assert target in (f"{path}?{query}", path)
    assert not leaves(target)


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


@pytest.mark.parametrize("query", ["x=" + "y" * 2 * LENGTH, "x=" + "|" * LENGTH])
@pytest.mark.parametrize("path", ["/go", "/go/course/12", "/buy/course/34", "/buy/category/3"])
def test_a_long_query_does_not_lose_the_course_on_the_way_through_the_sign_in(browser, path, query):
    to_sign_in = browser.get(f"{path}?{query}").headers["Location"]
    assert to_sign_in == "/login?" + urlencode({"next": path}, safe="/")
    assert browser.sign_in(path=to_sign_in).headers["Location"] == path


@pytest.mark.parametrize(
    ("query", "kept"), [("coupon=A|B@ü", "coupon=A%7CB%40%C3%BC"), ("coupon=%zz|", "coupon=%zz%7C")]
)
def test_a_query_that_browsers_leave_raw_comes_through_the_sign_in(browser, query, kept):
    to_sign_in = browser.get(f"/buy/course/34?{query}").headers["Location"]
    assert browser.sign_in(path=to_sign_in).headers["Location"] == f"/buy/course/34?{kept}"


@pytest.mark.parametrize("query", ["x=" + "y" * 2 * LENGTH, "x=a|b", "x=a@b", "x=größe"])
def test_a_tile_with_such_a_query_leads_to_its_course(browser, provider, query):
    asked = {"iss": provider.issuer, "target_link_uri": f"{HERE}/go/course/12?{query}"}
    assert browser.sign_in(path="/login/initiate?" + urlencode(asked)).headers["Location"] == "/go/course/12"
