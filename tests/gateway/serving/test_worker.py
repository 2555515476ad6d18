"""The worker, with a real gunicorn and browsers that behave well, slowly, or not at all."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.gateway.serving import echo
from tests.gateway.serving.talk import Talk
from tests.ports import free_port

GET = "GET / HTTP/1.1\r\nHost: here\r\n\r\n"
LAST = "GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
FEW = ("--threads", "3")
MANY = 12


def posted(length, body="", more=""):
    return f"POST / HTTP/1.1\r\nHost: here\r\n{more}Content-Length: {length}\r\n\r\n{body}"


def eventually(holds, seconds=10.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


# --- browsers that behave ------------------------------------------------------------------------------------------


def test_a_connection_serves_one_request_after_the_other(server):
    with server().talk() as talk:
        answers = [talk.ask(f"GET /{number} HTTP/1.1\r\nHost: here\r\n\r\n") for number in range(50)]

    assert [answer.told["path"] for answer in answers] == [f"/{number}" for number in range(50)]
    assert {answer.headers["connection"] for answer in answers} == {"keep-alive"}


def test_plain_requests_and_others_share_a_connection(server):
    with server().talk() as talk:
        told = [talk.ask(words).told for words in (GET, posted(3, "abc"), GET, posted(0))]
        talk.say("HEAD /x HTTP/1.1\r\nHost: here\r\n\r\n")
        head = talk.hear(bodiless=True)
        last = talk.ask(GET).told

    assert [(each["method"], each["body"]) for each in told] == [("GET", 0), ("POST", 3), ("GET", 0), ("POST", 0)]
    assert int(head.headers["content-length"]) > 0
    assert last["method"] == "GET"


def test_requests_that_come_at_once_are_answered_in_order(server):
    with server().talk() as talk:
        talk.say(GET + posted(2, "ab") + "GET /third HTTP/1.1\r\nHost: here\r\n\r\n" + LAST)
        told = [talk.hear().told for _ in range(4)]

        assert [(each["method"], each["path"]) for each in told] == [
            ("GET", "/"), ("POST", "/"), ("GET", "/third"), ("GET", "/"),
        ]  # fmt: skip
        assert talk.is_over()


def test_a_request_may_come_byte_by_byte(server):
    with server().talk() as talk:
        for letter in posted(3, "abc"):
            talk.say(letter)

        assert talk.hear().told["body"] == 3


def test_a_body_that_is_longer_than_what_is_waited_for_comes_whole(server):
    with server().talk() as talk:
        assert talk.ask(posted(300_000, "x" * 300_000)).told["body"] == 300_000
        assert talk.ask(GET).status == 200


def test_a_body_may_come_in_chunks(server):
    head = "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
    with server().talk() as talk:
        assert talk.ask(f"{head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").told["body"] == 5
        assert talk.ask(GET).status == 200


def test_a_body_that_nobody_read_is_not_taken_for_a_request(server):
    hidden = "GET /smuggled HTTP/1.1\r\nHost: here\r\n\r\n"
    with server().talk() as talk:
        first = talk.ask(f"POST /unread HTTP/1.1\r\nHost: here\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}")
        assert first.told["path"] == "/unread"
        assert talk.ask(GET).told["path"] == "/"


def test_a_browser_that_asks_first_is_told_to_go_on(server):
    with server().talk() as talk:
        assert talk.ask(posted(3, more="Expect: 100-continue\r\n")).status == 100
        assert talk.ask("abc").told["body"] == 3


def test_an_answer_that_has_no_body_gets_no_length(server):
    with server().talk() as talk:
        assert "content-length" not in talk.ask("GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n").headers
        assert talk.ask(GET).status == 200


def test_a_large_answer_comes_whole_to_a_browser_that_takes_its_time(server):
    with server().talk() as talk:
        talk.say("GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(0.5)

        assert len(talk.hear().body) == 8 * 1024 * 1024


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_a_file_comes_whole(server, version):
    with server().talk() as talk:
        answer = talk.ask(f"GET /file HTTP/{version}\r\nHost: here\r\n\r\n")

    assert answer.body == Path(echo.__file__).read_bytes()


def test_http_1_0_is_answered_and_closed(server):
    with server().talk() as talk:
        assert talk.ask("GET / HTTP/1.0\r\n\r\n").status == 200
        assert talk.is_over()


def test_a_unix_socket_serves_too(own_server, tmp_path):
    where = tmp_path / "socket"
    own_server("--bind", f"unix:{where}")

    with Talk(where, 10) as talk:
        assert talk.ask(GET).told["path"] == "/"
        assert talk.ask(posted(3, "abc")).told["body"] == 3


def test_more_requests_than_threads_are_all_answered(server, tmp_path):
    running = server(*FEW)
    with ThreadPoolExecutor(MANY) as pool:
        waiting = [pool.submit(running.get, f"/until?{tmp_path / 'now'}") for _ in range(MANY)]
        (tmp_path / "now").touch()

        assert [each.result().status for each in waiting] == [200] * MANY


# --- browsers that do not ------------------------------------------------------------------------------------------


def test_browsers_that_do_not_close_their_end_hold_nobody_up(server):
    running = server(*FEW)
    lingering = [running.talk() for _ in range(MANY)]
    assert [talk.ask(LAST).status for talk in lingering] == [200] * MANY

    with running.talk(seconds=1.5) as talk:  # a thread that saw one of them off would take two seconds
        assert talk.ask(GET).status == 200
    assert all(talk.is_over() for talk in lingering)


UNFINISHED = {
    "nothing": "",
    "a letter": "G",
    "half a head": GET[:-2],
    "a head": posted(10),
    "half a body": posted(10, "abc"),
    "a GET's head": GET[:-2] + "Content-Length: 10\r\n\r\n",
    "chunks": "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
    "half a body that is asked for": posted(10, "abc", "Expect: 100-continue\r\n"),
    "half a body of many digits": posted("000000009", "abc"),
    "half a long body": posted(70_000, "x" * 66_000),
    "no hurry to read": "GET /large HTTP/1.1\r\nHost: here\r\n\r\n" * 3,
}


@pytest.mark.parametrize("said", UNFINISHED.values(), ids=UNFINISHED.keys())
def test_browsers_that_are_slow_hold_nobody_up(server, said):
    running = server(*FEW)
    for _ in range(MANY):
        running.talk().say(said)

    with running.talk(seconds=1.5) as talk:  # three threads that waited for all of them would take twenty seconds
        assert talk.ask(GET).status == 200


@pytest.mark.parametrize("half", [GET[:-2], posted(10, "abc")])
def test_a_request_that_does_not_become_whole_is_refused_in_the_end(server, half):
    with server(REQUEST_SECONDS="0.5").talk() as talk:
        answer = talk.ask(half)

        assert answer.status == 408
        assert b"The request did not arrive in time." in answer.body
        assert talk.is_over()


def test_a_request_that_comes_in_drops_is_refused_in_the_end(server):
    with server(REQUEST_SECONDS="0.5").talk() as talk:
        for letter in "GET / HTTP/1.1\r\nHost: " + "h" * 8:
            talk.say(letter)
            time.sleep(0.05)

        assert talk.hear().status == 408


def test_a_long_body_that_stops_coming_is_given_up(server):
    with server(BODY_SECONDS="0.3").talk() as talk:
        talk.say(posted(300_000, "x" * 70_000))

        assert talk.is_over()


def test_whoever_says_nothing_is_closed_without_a_word(server):
    with server(REQUEST_SECONDS="0.5").talk() as talk:
        assert talk.is_over()


def test_a_kept_connection_is_closed_when_it_is_no_longer_used(server):
    with server("--keep-alive", "1").talk() as talk:
        assert talk.ask(GET).headers["connection"] == "keep-alive"
        assert talk.is_over()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: here\r\nX: " + "x" * 70_000, 431),
        ("GET / HTTP/1.1\r\nHost: here\r\n" + "X: x\r\n" * 61 + "\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: here\r\nX: " + "x" * 8190 + "\r\n\r\n", 431),
        ("GET /" + "x" * 8190 + " HTTP/1.1\r\nHost: here\r\n\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: here\r\nX y: z\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: here\r\nX: y\r\n z\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: here\r\nX: \0\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
        (posted(3, "abc", "Transfer-Encoding: chunked\r\n"), 400),
        ("GET / HTTP/3.0\r\nHost: here\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("\x16\x03\x01\x02\0\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_and_closed(server, words, status):
    running = server()
    with running.talk() as talk:
        assert talk.ask(words).status == status
        assert talk.is_over()
    assert running.get().status == 200
    assert "Traceback" not in running.log


@pytest.mark.parametrize("words", ["", "GET /", posted(10, "abc"), f"GET /large HTTP/1.1\r\nHost: here\r\n\r\n{GET}"])
def test_whoever_leaves_in_the_middle_leaves_nothing_behind(server, words):
    running = server()
    before = running.open_files()
    for _ in range(MANY):
        with running.talk() as talk:
            talk.say(words)

    eventually(lambda: running.open_files() == before)
    assert running.get().status == 200
    assert "Traceback" not in running.log


def test_whoever_hangs_up_while_others_are_closed_harms_nobody(server):
    running = server(REQUEST_SECONDS="1")
    before, pid = running.open_files(), running.get().told["pid"]
    for _ in range(2):
        silent = [running.talk() for _ in range(900)]
        assert silent[0].is_over()
        for talk in reversed(silent):  # the last is looked at last
            talk.close()

    eventually(lambda: running.open_files() == before)
    assert running.get().told["pid"] == pid
    assert "Traceback" not in running.log


# --- too many -------------------------------------------------------------------------------------------------------


def test_beyond_the_limit_the_connection_that_was_idle_longest_makes_room(own_server):
    running = own_server(*FEW, "--worker-connections", "10", "--keep-alive", "60")
    silent = [running.talk() for _ in range(20)]

    assert running.get().status == 200
    assert silent[0].is_over()
    assert silent[-1].ask(GET).status == 200


def test_a_crowd_that_comes_and_goes_beyond_the_limit_leaves_nothing_behind(own_server):
    running = own_server("--worker-connections", "20")
    before = running.open_files()

    def come_and_go(number):
        for turn in range(60):
            with Talk(running.port, 10) as talk:
                if turn % 3 == number % 3:
                    talk.say(GET)

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(come_and_go, range(30)))

    eventually(lambda: running.open_files() == before)
    assert running.get().status == 200
    assert "Traceback" not in running.log


def test_too_many_open_files_are_survived(own_server):
    running = own_server("--threads", "40", files=40)  # as many connections as threads are let in, so files run out
    crowd = [running.talk() for _ in range(60)]
    eventually(lambda: "No connection can be accepted" in running.log)
    for talk in crowd:
        talk.close()

    assert running.get().status == 200


def test_a_body_that_was_asked_for_and_is_none_is_refused(server):
    with server().talk() as talk:
        head = "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        assert talk.ask(head).status == 100
        assert talk.ask("no chunk\r\n").status == 400


# --- the application's faults --------------------------------------------------------------------------------------


def test_an_application_that_raises_is_answered_for_and_written_down(server):
    running = server()

    assert running.get("/raise").status == 500
    assert "LookupError: of the application's own" in running.log
    assert running.get().status == 200


def test_an_application_that_exits_takes_no_thread_along(server):
    running = server(*FEW)
    for _ in range(MANY):
        with running.talk() as talk:
            talk.say("GET /exit HTTP/1.1\r\nHost: here\r\n\r\n")
            assert talk.is_over()

    assert running.get().status == 200


@pytest.mark.parametrize("version", ["1.1", "1.0"])
def test_an_answer_that_breaks_off_is_not_followed_by_another(server, version):
    running = server()
    with running.talk() as talk:
        talk.say(f"GET /breaks-off HTTP/{version}\r\nHost: here\r\nConnection: close\r\n\r\n")
        rest = talk.everything()

    assert rest.count(b"HTTP/1.") == 1
    assert "OSError: of the application's own" in running.log


def test_a_header_with_a_line_break_in_it_is_not_sent(server):
    running = server()
    answer = running.get("/forged")

    assert answer.status == 500
    assert "set-cookie" not in answer.headers
    assert "Traceback" in running.log


# --- stopping -------------------------------------------------------------------------------------------------------


def test_a_worker_that_stops_answers_what_is_under_way_and_what_is_just_being_sent(own_server, tmp_path):
    running = own_server()
    with running.talk() as kept, running.talk() as busy:
        assert kept.ask(GET).headers["connection"] == "keep-alive"
        busy.say(f"GET /until?{tmp_path / 'now'} HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(0.3)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        answer = kept.ask(GET)
        (tmp_path / "now").touch()

        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert busy.hear().status == 200
    assert running.process.wait(timeout=20) == 0


def test_a_worker_that_stops_does_not_wait_for_idle_browsers_for_long(own_server):
    running = own_server("--keep-alive", "60")
    with running.talk() as talk:
        talk.ask(GET)
        running.process.send_signal(signal.SIGTERM)

        assert running.process.wait(timeout=10) == 0  # the graceful time-out is 20 seconds
        assert talk.is_over()


def test_a_worker_gives_its_place_to_another_after_as_many_requests_as_it_is_told(own_server):
    running = own_server("--max-requests", "5")
    pids = set()

    def asked():
        try:
            pids.add(running.get().told["pid"])
        except (AssertionError, OSError):  # in the moment in between
            return False
        return len(pids) > 1

    eventually(asked)
    assert "Autorestarting worker" in running.log


def test_a_worker_is_replaced_while_requests_come(own_server):
    running = own_server()
    pid = running.get().told["pid"]
    running.process.send_signal(signal.SIGHUP)
    told = set()

    def another():
        told.add(running.get().told["pid"])  # fails if a single one is not answered
        return len(told - {pid}) > 0

    eventually(another)


# --- gunicorn's own settings ----------------------------------------------------------------------------------------


def test_two_addresses_are_served(own_server):
    other = free_port()
    running = own_server("--bind", f"127.0.0.1:{other}")

    assert running.get().status == 200
    with Talk(other, 10) as talk:
        assert talk.ask(GET).status == 200


def test_a_proxy_may_tell_who_asks(own_server):
    running = own_server("--proxy-protocol", "v1", wait=False)
    eventually(lambda: "Booting worker" in running.log)
    with running.talk() as talk:
        assert talk.ask(f"PROXY TCP4 192.0.2.7 127.0.0.1 50000 443\r\n{GET}").told["client"] == "192.0.2.7"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--certfile", __file__), "a proxy in front of it has the certificate"),
        (("--proxy-protocol", "v2"), "version 1 of the PROXY protocol only"),
    ],
)
def test_what_is_not_spoken_is_refused_at_the_start(own_server, arguments, why):
    running = own_server(*arguments, wait=False)

    assert running.process.wait(timeout=20) != 0
    assert why in running.log


def test_a_worker_whose_application_cannot_be_loaded_says_just_that(own_server):
    running = own_server("tests.gateway.serving.nowhere:app", wait=False)

    assert running.process.wait(timeout=20) != 0
    assert "AttributeError" not in running.log
