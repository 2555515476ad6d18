"""What is read plainly is what gunicorn's own parser reads; what that parser would refuse is never read plainly."""

import io
import re
import socket
import threading

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidResponseHeader, InvalidResponseHeaderName
from gunicorn.http.wsgi import create
from hypothesis import example, find, given
from hypothesis import strategies as st

from gateway.serving.connection import Connection
from gateway.serving.plain import PlainRequests

CLIENT, SERVER = ("192.0.2.7", 50123), ("127.0.0.1", 8000)
OUR_OWN = {"wsgi.input", "wsgi.errors", "wsgi.file_wrapper", "wsgi.early_hints", "wsgi.multithread", "gunicorn.socket"}

BROWSER = (
    b"GET /go/course/12?next=a;b HTTP/1.1\r\n"
    b"Host: training.acme.example\r\n"
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    b"Accept: text/html,application/xhtml+xml\r\n"
    b"Cookie: a=b; c=d\r\n"
    b"X-Forwarded-For:203.0.113.9  \r\n"
    b"X-Forwarded-Proto: https\r\n"
    b"Sec-Fetch-Mode: navigate\r\n"
    b"Connection: Keep-Alive\r\n"
    b"\r\n"
)


@pytest.fixture(scope="module")
def cfg():
    made = Config()
    made.set("secure_scheme_headers", {})  # as gunicorn.conf.py has it
    made.set("forwarder_headers", "")
    made.set("limit_request_fields", 20)
    made.set("limit_request_line", 500)
    made.set("limit_request_field_size", 500)
    return made


def connected(arrived, cfg, client=CLIENT, server=SERVER):
    ours, theirs = socket.socketpair()
    connection = Connection(ours, client, server, cfg, threading.BoundedSemaphore(1))
    connection.arrived = arrived
    return connection, theirs


def read(arrived, cfg, **addresses):
    connection, theirs = connected(arrived, cfg, **addresses)
    with connection.raw, theirs:
        return PlainRequests(cfg).read(connection)


def as_gunicorn_reads_it(arrived, cfg):
    """Return gunicorn's ``environ``, whether it would keep the connection, and what it left of the bytes."""
    connection, theirs = connected(arrived, cfg)
    with connection.raw, theirs:
        theirs.shutdown(socket.SHUT_WR)  # whatever it reads beyond is an end, not a wait
        connection.hand_over()
        request = next(connection.parser)
        _, environ = create(request, connection, CLIENT, SERVER, cfg)
        environ["wsgi.input"].read()
        return environ, not request.should_close(), connection.parser.unreader.take_buffered()


def compared(environ):
    return {name: value for name, value in environ.items() if name not in OUR_OWN}


def assert_same(arrived, cfg):
    """Fail unless both read the same; return whether it was read plainly."""
    plain = read(arrived, cfg)
    if plain is None:
        return False
    environ, lasting, left = as_gunicorn_reads_it(arrived, cfg)
    assert compared(plain.environ) == compared(environ)
    assert (plain.lasting, arrived[plain.size :]) == (lasting, left)
    return True


@pytest.mark.parametrize("more", [b"", b"GET /second HTTP/1.1\r\n", b"\r\n", b"\0"])
def test_a_browsers_click_is_plain(cfg, more):
    assert assert_same(BROWSER + more, cfg)


def test_a_browser_may_say_that_it_is_the_last_request(cfg):
    last = BROWSER.replace(b"Keep-Alive", b"close")

    assert assert_same(last, cfg)
    assert not read(last, cfg).lasting


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"GET ", b"POST "),
        (b"GET ", b"HEAD "),
        (b"GET ", b"get "),
        (b"GET ", b" GET "),
        (b"HTTP/1.1", b"HTTP/1.0"),
        (b" HTTP/1.1", b"  HTTP/1.1"),
        (b" HTTP/1.1", b""),
        (b"/go", b"//go"),
        (b"/go", b"/%67o"),
        (b"/go", b"http://training.acme.example/go"),
        (b"/go", b"/go#"),
        (b"/go", b"/g\xc3\xb6"),
        (b"Host: training.acme.example\r\n", b""),
        (b"Host:", b"Host :"),
        (b"Host:", b"Ho_st:"),
        (b"Host:", b" Host:"),
        (b"Host:", b":"),
        (b"Host: training.acme.example", b"Host"),
        (b"Host: ", b"Host: \r\n "),
        (b"Host: ", b"Host: \r"),
        (b"Host: ", b"Host: \n"),
        (b"Host: ", b"Host: \0"),
        (b"Host: ", b"Host: \x7f"),
        (b"Accept: ", b"Host: "),
        (b"Accept: ", b"Content-Length: "),
        (b"Accept: ", b"Content-Type: "),
        (b"Accept: ", b"Transfer-Encoding: "),
        (b"Accept: ", b"Expect: "),
        (b"Accept: ", b"Upgrade: "),
        (b"Accept: ", b"TE: "),
        (b"Keep-Alive", b"Upgrade"),
        (b"Keep-Alive", b"keep-alive, close"),
        (b"Cookie: ", b"Cookie: " + b"c" * 500),
        (b"/go", b"/" + b"g" * 500),
        (b"Cookie: ", b"".join(b"X-%d: x\r\n" % number for number in range(20)) + b"Cookie: "),
        (b"\r\n", b"\n"),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(cfg, was, becomes):
    assert read(BROWSER.replace(was, becomes, 1 if was != b"\r\n" else -1), cfg) is None


def test_a_unix_socket_is_left_to_the_parser(cfg):
    assert read(BROWSER, cfg, client="", server="/run/socket") is None


def _mostly(usual, odd):
    return st.sampled_from([usual] * 15 + [odd]).flatmap(lambda drawn: drawn)


_NAMES = _mostly(
    st.sampled_from([b"Accept", b"Cookie", b"Connection", b"X-Forwarded-For", b"Proxy", b"Referer", b"a-0"]),
    st.one_of(
        st.sampled_from([b"Host", b"Content-Length", b"TE"]),
        st.text("aZ9-_ :\t\xff", min_size=1, max_size=6).map(lambda text: text.encode("latin-1")),
    ),
)
_VALUES = _mostly(
    st.one_of(
        st.sampled_from([b"close", b"keep-alive", b"Close", b""]),
        st.text('a :;,=\t"\xe9', max_size=8).map(lambda text: text.encode("latin-1")),
    ),
    st.binary(max_size=8),
)
_TARGETS = _mostly(st.text("go?=;:@[]\\\"'<>.~/&+", max_size=12), st.text("/%#? \t\xe9\n", max_size=4)).map(
    lambda text: b"/" + text.encode()
)
_HEADS = st.builds(
    lambda target, version, fields, end: (
        b"GET " + target + b" HTTP/" + version + b"\r\nHost: here\r\n" + b"".join(fields) + b"\r\n" + end
    ),
    _TARGETS,
    _mostly(st.just(b"1.1"), st.sampled_from([b"1.0", b"2.0", b"1.1 "])),
    st.lists(
        st.builds(
            lambda *parts: b"".join(parts),
            _NAMES,
            _mostly(st.sampled_from([b": ", b":", b":\t"]), st.just(b" : ")),
            _VALUES,
            _mostly(st.sampled_from([b"\r\n", b" \r\n"]), st.sampled_from([b"\n", b"\r", b"\r\n "])),
        ),
        max_size=4,
    ),
    st.binary(max_size=6),
)


@example(arrived=b"GET /a?b?c HTTP/1.1\r\nHost: here\r\nX: \xff\t \r\n\r\n")
@example(arrived=b"GET /:@;a=b HTTP/1.1\r\nHost: here\r\nProxy: x\r\n\r\n")
@given(arrived=_HEADS)
def test_nothing_is_read_otherwise_than_gunicorn_reads_it(cfg, arrived):
    if b"\r\n\r\n" in arrived:
        assert_same(arrived, cfg)


def test_much_of_what_is_tried_is_read_plainly(cfg):
    """Else the test above would compare nothing."""
    assert find(_HEADS, lambda arrived: arrived.count(b"\r\n") > 4 and assert_same(arrived, cfg))


# --- answers ---------------------------------------------------------------------------------------------------------


def answered(cfg, app, *, lasting=True):
    """Return what is sent, and whether the connection may go on."""
    connection, theirs = connected(BROWSER, cfg)
    with connection.raw, theirs:
        try:
            goes_on = PlainRequests(cfg).read(connection).answer(app, connection, lasting=lasting)
        finally:
            connection.raw.shutdown(socket.SHUT_WR)
            sent = b"".join(iter(lambda: theirs.recv(65536), b""))
    return sent, goes_on


def as_gunicorn_answers(cfg, app):
    connection, theirs = connected(BROWSER, cfg)
    with connection.raw, theirs:
        connection.hand_over()
        response, environ = create(next(connection.parser), connection, CLIENT, SERVER, cfg)
        for piece in app(environ, response.start_response):
            response.write(piece)
        response.close()
        connection.raw.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: theirs.recv(65536), b"")), not response.should_close()


def saying(status, headers, *body):
    def app(_, start_response):
        start_response(status, headers)
        return list(body)

    return app


ANSWERS = [
    ("302 FOUND", [("Location", "/x"), ("Content-Length", "0")], b""),
    ("200 OK", [("Content-Length", "3"), ("X-A", "\xe9\t a")], b"abc"),
    ("200 OK", [("content-length", "6")], b"abc", b"def"),
    ("503 SERVICE UNAVAILABLE", [("Content-Length", "3"), ("Retry-After", "5")], b"abc"),
    ("200 OK", [], b"abc"),
    ("200 OK", [], b""),
    ("204 NO CONTENT", [], b""),
    ("204 NO CONTENT", [("Content-Length", "3")], b"abc"),
    ("304 NOT MODIFIED", [("Content-Length", "3")], b"abc"),
    ("200 OK", [("Content-Length", "3")], b"abcdef"),
    ("200 OK", [("Content-Length", "0"), ("Connection", "x"), ("Transfer-Encoding", "chunked")], b""),
    ("200 OK", [("Content-Length", "0"), ("Upgrade", "h2c"), ("Keep-Alive", "5")], b""),
    ("200 OK", [("Content-Length", "0"), ("Date", "Thu, 26 Nov 2026 00:00:00 GMT")], b""),
]


@pytest.mark.parametrize("said", ANSWERS)
def test_an_answer_is_what_gunicorn_makes_of_it(cfg, said):
    app = saying(*said)

    sent, goes_on = answered(cfg, app)
    theirs, as_theirs = as_gunicorn_answers(cfg, app)

    assert re.sub(rb"Date: [^\r]+ GMT", b"Date:", sent) == re.sub(rb"Date: [^\r]+ GMT", b"Date:", theirs)
    assert goes_on == as_theirs


def test_an_answer_that_is_shorter_than_it_says_is_the_last(cfg):
    assert answered(cfg, saying("200 OK", [("Content-Length", "3")], b"ab"))[1] is False


@pytest.mark.parametrize("said", ANSWERS)
def test_the_last_answer_says_so(cfg, said):
    sent, goes_on = answered(cfg, saying(*said), lasting=False)

    assert b"\r\nConnection: close\r\n" in sent
    assert not goes_on


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb: c", "a\rb", "a\0b", "a\x07", "a\x7f", "\u20ac"])
@pytest.mark.parametrize("length", [[], [("Content-Length", "0")]])
def test_a_header_field_cannot_become_two(cfg, value, length):
    with pytest.raises((InvalidResponseHeader, UnicodeEncodeError)):
        answered(cfg, saying("200 OK", [*length, ("X-A", value)], b""))


@pytest.mark.parametrize("name", ["X A", "", "X:", "X\r\nY"])
def test_a_header_fields_name_is_one(cfg, name):
    with pytest.raises(InvalidResponseHeaderName):
        answered(cfg, saying("200 OK", [("Content-Length", "0"), (name, "a")], b""))


def test_what_the_application_opened_is_closed(cfg):
    pieces = io.BytesIO(b"one\ntwo")

    def app(_, start_response):
        start_response("200 OK", [("Content-Length", "7")])
        return pieces

    assert answered(cfg, app)[0].endswith(b"\r\n\r\none\ntwo")
    assert pieces.closed


def test_the_application_may_write(cfg):
    def app(_, start_response):
        start_response("200 OK", [("Content-Length", "5")])(b"ab")
        return [b"cde"]

    assert answered(cfg, app)[0].endswith(b"\r\n\r\nabcde")


def test_the_application_may_think_better_of_it_but_only_if_something_went_wrong(cfg):
    def app(_, start_response):
        start_response("200 OK", [("Content-Length", "2")])(b"ab")
        start_response("500 NO", [("Content-Length", "1")], (None, None, None))
        return [b"c"]

    def again(_, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])

    assert answered(cfg, app)[0].endswith(b"\r\nContent-Length: 1\r\n\r\nc")
    with pytest.raises(AssertionError, match="twice"):
        answered(cfg, again)
