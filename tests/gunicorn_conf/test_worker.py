"""What ``gunicorn.conf.py`` promises, by a real gunicorn with its own gevent worker."""

import ast
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.gateway.threads import at_once
from tests.gunicorn_conf.browser import LARGE_BYTES
from tests.gunicorn_conf.conftest import CONFIG
from tests.patience import PATIENT_SECONDS, wait_until

MANY = 200
REQUEST_SECONDS = "_REQUEST_SECONDS = 1.0"
NEVER_BY_FORCE = f"graceful_timeout = {int(3 * PATIENT_SECONDS)}"
"""Longer than a test waits, so that a worker that does not end by itself is noticed."""
WITH_DATABASE = """
def _extension(name):
    served = sys.modules.get("tests.gunicorn_conf.application")
    return served._GATEWAY.extensions["talentlms-database"] if served and name == "talentlms-database" else None
"""
SLOW_BUDGET = """
class _budget:
    ask = settle = staticmethod(lambda: time.sleep(1))
"""


def ask_and_wait(browser, file):
    """Send a request that is answered once this file exists, and wait until it is under way."""
    browser.say(f"GET /until?{file} HTTP/1.1\r\nHost: here\r\n\r\n")
    wait_until(lambda: file.with_name(f"{file.name}.begun").exists())


AT_ITS_END = "import atexit, gc; atexit.register(lambda: print(gc.isenabled(), gc.get_freeze_count() > 100_000))"


@pytest.mark.parametrize("begun", [f"exec(open({str(CONFIG)!r}).read())", "import gateway.cli"])
def test_garbage_is_looked_for_while_a_process_works_and_not_when_it_ends(begun):
    command = [sys.executable, "-c", f"{AT_ITS_END}; {begun}; print(gc.isenabled(), gc.get_freeze_count())"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENT_SECONDS, check=True)
    assert ended.stdout == "True 0\nTrue True\n"


# --- one thread, many clicks ---------------------------------------------------------------------------------------


def test_nothing_comes_before_the_patching():
    documented, imported, patched, *_ = ast.parse(CONFIG.read_text()).body
    assert isinstance(documented.value, ast.Constant)
    assert ast.unparse(imported) == "from gevent import monkey"
    assert ast.unparse(patched) == "monkey.patch_all()"


def test_no_package_has_kept_a_function_that_stops_all_others(server):
    assert server.get("/unpatched") == []
    assert "Warning" not in server.process.text()


def test_the_wait_for_the_disk_is_another_threads(start):
    server = start(changes=WITH_DATABASE, from_nothing=True)
    assert server.get("/written") == [["INSERT", True], ["COMMIT", False]]
    assert server.get("/unpatched") == []


def test_what_is_noted_of_one_request_is_not_anothers(server):
    told = at_once(MANY, lambda number: server.get(f"/contexts?{number}"))

    assert [each["noted"] for each in told] == [[number, f"person-{number}", number] for number in range(MANY)]
    assert [each["found"] for each in told] == [[999, "", None]] * MANY


def test_the_requests_of_one_connection_have_nothing_of_each_other(server):
    def ten(number):
        with server.browser() as browser:
            return [browser.get(f"/contexts?{number + turn}").told["noted"][0] for turn in range(0, 1000, 100)]

    assert at_once(50, ten) == [[number + turn for turn in range(0, 1000, 100)] for number in range(50)]


def test_the_embedded_store_counts_right_whoever_comes_in_between(server):
    counted = at_once(30, lambda _: server.get("/embedded"))

    assert sorted(scripted for scripted, _ in counted) == list(range(1, 31))
    assert sorted(locked for _, locked in counted) == list(range(1, 31))


def test_more_requests_than_any_pool_of_threads_wait_at_once(server, tmp_path):
    browsers = [server.browser() for _ in range(500)]
    for browser in browsers:
        browser.say(f"GET /until?{tmp_path / 'now'} HTTP/1.1\r\nHost: here\r\n\r\n")
    assert server.get() > 0
    (tmp_path / "now").touch()

    assert [browser.hear().status for browser in browsers] == [200] * 500


# --- slow browsers -------------------------------------------------------------------------------------------------


def test_a_head_and_a_body_may_come_byte_by_byte(server):
    with server.browser() as browser:
        for letter in "POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc":
            browser.say(letter)

        assert browser.hear().told == 3


def test_a_large_answer_comes_whole_to_a_browser_that_takes_its_time(server):
    with server.browser(buffer=4096) as browser:
        browser.say("GET /large?bytes=3000000 HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(0.5)

        assert len(browser.hear().body) == 3_000_000


@pytest.mark.parametrize("said", ["", "G", "GET / HTTP/1.1\r\nHost: here\r\nX: "])
def test_a_head_that_does_not_come_is_not_waited_for_without_end(shared, said):
    with shared("--keep-alive", "1").browser() as browser:
        browser.say(said)
        assert browser.is_over()


def test_a_body_that_does_not_come_is_not_waited_for_without_end(shared):
    server = shared(changes=REQUEST_SECONDS)
    with server.browser() as browser:
        browser.say("POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\nabc")
        assert browser.is_over()
    assert "Traceback" not in server.process.text()


def test_a_browser_that_does_not_read_is_not_waited_for_without_end(shared):
    server = shared(changes=REQUEST_SECONDS)
    with server.browser(buffer=4096) as browser:
        browser.say("GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(2)
        assert browser.everything() < LARGE_BYTES
    assert "Traceback" not in server.process.text()


def test_each_request_of_a_connection_has_the_whole_time(shared):
    with shared(changes=REQUEST_SECONDS).browser() as browser:
        for _ in range(4):
            browser.say("POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nab")
            time.sleep(0.3)
            assert browser.ask("c").told == 3


def test_beyond_the_limit_browsers_wait_for_others_to_close(start):
    server = start("--worker-connections", "10", "--keep-alive", "2")
    silent = [server.browser() for _ in range(10)]

    assert server.get() > 0
    assert all(browser.is_over() for browser in silent)


def test_whoever_leaves_in_the_middle_leaves_nothing_behind(server):
    pid = server.get()
    before = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    for words in (
        "",
        "GET /",
        "POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nabc",
        "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
    ):
        for _ in range(10):
            with server.browser() as browser:
                browser.say(words)

    wait_until(lambda: len(list(Path(f"/proc/{pid}/fd").iterdir())) <= before)
    assert server.get() == pid


# --- processes -----------------------------------------------------------------------------------------------------


def test_a_worker_that_stops_answers_what_is_under_way(start, tmp_path):
    server = start()
    with server.browser() as kept, server.browser() as busy:
        kept.get("/")
        ask_and_wait(busy, tmp_path / "now")
        server.process.signal(signal.SIGTERM)
        late = []

        def is_last():
            late.append(kept.get("/"))
            return late[-1].headers["connection"] == "close"

        wait_until(is_last)
        (tmp_path / "now").touch()

        assert {answer.status for answer in late} == {200}
        assert busy.hear().status == 200
    assert server.process.ended() == 0


def test_a_worker_that_stops_does_not_wait_for_idle_browsers(start):
    server = start(changes=NEVER_BY_FORCE)
    with server.browser() as silent, server.browser() as kept:
        kept.get("/")
        server.process.signal(signal.SIGTERM)

        assert server.process.ended(PATIENT_SECONDS) == 0
        assert silent.is_over()
        assert kept.is_over()
    assert "Traceback" not in server.process.text()
    assert "graceful timeout" not in server.process.text()


def test_a_request_that_a_worker_has_begun_is_answered_even_if_it_began_at_the_very_end(start, tmp_path):
    server = start(changes=SLOW_BUDGET)
    with server.browser() as kept:
        kept.get("/")
        server.process.signal(signal.SIGTERM)
        wait_until(lambda: "Worker exiting" in server.process.text())
        kept.say(f"GET /until?{tmp_path / 'now'} HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(1.5)
        (tmp_path / "now").touch()

        assert kept.hear().status == 200
    assert server.process.ended() == 0


def test_a_worker_that_is_to_end_at_once_waits_for_nobody(start, tmp_path):
    server = start(changes=NEVER_BY_FORCE)
    with server.browser() as busy:
        ask_and_wait(busy, tmp_path / "never")
        server.process.signal(signal.SIGINT)

        assert server.process.ended(PATIENT_SECONDS) == 0
        assert busy.is_over()


def test_a_worker_that_has_answered_enough_waits_for_requests_and_for_no_idle_browser(start, tmp_path):
    server = start("--max-requests", "3", changes=NEVER_BY_FORCE)
    with server.browser() as silent, server.browser() as kept, server.browser() as busy:
        pid = kept.get("/").told
        busy.say(f"GET /until?{tmp_path / 'now'} HTTP/1.1\r\nHost: here\r\n\r\n")
        time.sleep(3.5)
        (tmp_path / "now").touch()

        assert busy.hear().told == pid
        assert server.get() != pid
        assert silent.is_over()
        assert kept.is_over()
    assert "Traceback" not in server.process.text()


def test_a_worker_that_is_killed_is_replaced(start):
    server = start()
    pid = server.get()
    os.kill(pid, signal.SIGKILL)
    pids = set()

    def another():
        try:
            pids.add(server.get())
        except (AssertionError, OSError):  # in the moment in between
            return False
        return len(pids - {pid}) > 0

    wait_until(another)


def test_a_worker_is_replaced_while_requests_come_and_each_is_answered(start):
    server = start()
    pid = server.get()
    server.process.signal(signal.SIGHUP)
    told = Counter()

    def another():
        told[server.get()] += 1
        return len(set(told) - {pid}) > 0

    wait_until(another)


def test_two_workers_share_the_clicks(start, redis_server):
    server = start("--workers", "2", changes=f"os.environ['GATEWAY_REDIS_URL'] = {redis_server.url.reveal()!r}")

    wait_until(lambda: len(set(at_once(40, lambda _: server.get()))) == 2)


def test_so_many_files_may_be_open_as_a_worker_needs(server):
    (limit,) = re.findall(r"Max open files +(\d+) +(\d+)", Path(f"/proc/{server.get()}/limits").read_text())
    soft, hard = map(int, limit)
    assert soft >= min(8192, hard)
