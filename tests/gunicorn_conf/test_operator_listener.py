"""The operator listener under a real gunicorn: one socket beside the public one, every worker counts, any can tell."""

import os
import re
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from gateway.store.activity import SILENT_SECONDS
from tests.gateway.store.redis_server import RedisServer
from tests.gateway.test_factory import GOOD
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS, wait_until
from tests.ports import HOST, free_port

CONFIG = Path(__file__).parents[2] / "gunicorn.conf.py"
CLICKS = 40
SIGN_IN = re.compile(r'^talentlms_gateway_clicks_total\{outcome="sign_in"\} (\d+)', re.MULTILINE)
FOLDER = re.compile(r"(/\S*talentlms-gateway-metrics-[^/\s]+)/")


class Gateway:
    """``gunicorn app:app`` with two workers and an operator listener.

    It begins with all that gunicorn imports (``tests/journeys/prepared.py``), or ``from_nothing`` as an operator's.
    """

    def __init__(self, folder, changes="", *, from_nothing=False):
        self.url, self.operator = (f"http://{HOST}:{free_port()}" for _ in range(2))
        self.redis = RedisServer(folder).start()
        bind = self.operator.removeprefix("http://")
        own = {"GATEWAY_METRICS_BIND": bind, "GATEWAY_REDIS_URL": self.redis.url.reveal(), "WEB_CONCURRENCY": "2"}
        config = folder / "changed.conf.py"
        config.write_text(f"exec(open({str(CONFIG)!r}).read())\n{changes}\n")
        command = [sys.executable, "-m", "gunicorn"] if from_nothing else []
        command += ["app:app", "--bind", self.url.removeprefix("http://")]
        command += ["--config", str(config)] if changes else []
        environment = {**GOOD, "STATE_DIRECTORY": str(folder), **own}
        self.process = Process(command, folder / "gunicorn.log", environment, is_prepared=not from_nothing)
        self.process.when(self.is_up)

    def is_up(self):
        try:
            return self.get("/livez").ok and len(self.workers()) == 2
        except requests.RequestException:
            return False

    def get(self, path):
        return requests.get(self.url + path, timeout=PATIENT_SECONDS, allow_redirects=False)

    def click(self, times=CLICKS):
        """Click on connections of their own, so that both workers have some."""
        for _ in range(times):
            assert self.get("/go").status_code == 302

    def scrape(self):
        return requests.get(f"{self.operator}/metrics", timeout=PATIENT_SECONDS).text

    def clicks(self):
        found = SIGN_IN.search(self.scrape())
        return int(found[1]) if found else 0

    def page(self):
        return requests.get(f"{self.operator}/", timeout=PATIENT_SECONDS).text

    def clicks_on_the_page(self):
        """Return how many clicks of the last two hours were sent to sign in."""
        return int(re.search(r"Clicks sent to sign in: (\d+) in 2 hours", self.page())[1])

    def processes_on_the_page(self):
        return {int(number) for number in re.findall(r'<th scope="row">\S+:(\d+)<td>gateway', self.page())}

    def workers(self):
        """Return the numbers of the workers that have begun to count."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(number) for number in listed.split()}

    def folder(self):
        """Return the folder in which the workers count, as their memory has it."""
        maps = "".join(Path(f"/proc/{worker}/maps").read_text() for worker in self.workers())
        return Path(FOLDER.search(maps)[1])

    def stop(self):
        self.process.stop()
        self.redis.stop()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    started = Gateway(tmp_path_factory.mktemp("operator"), from_nothing=True)
    yield started
    started.stop()


def answers(ask):
    try:
        return ask()
    except requests.RequestException:
        return False


def refusal(folder, bind, *arguments):
    """Return what a gunicorn says that does not start with such an operator listener."""
    command = ["app:app", *arguments, "--bind", f"{HOST}:{free_port()}"]
    environment = {**GOOD, "STATE_DIRECTORY": str(folder), "GATEWAY_METRICS_BIND": bind}
    process = Process(command, folder / "gunicorn.log", environment, is_prepared=True)
    assert process.ended() != 0
    return process.text()


def test_every_scrape_tells_of_all_workers(gateway):
    before = gateway.clicks()
    gateway.click()
    assert {gateway.clicks() - before for _ in range(10)} == {CLICKS}


def test_the_public_address_has_no_metrics_and_the_operators_no_clicks(gateway):
    assert gateway.get("/metrics").status_code == 404
    assert requests.get(f"{gateway.operator}/go", timeout=PATIENT_SECONDS).status_code == 404


def test_a_worker_that_dies_is_no_loss(gateway):
    gateway.click()
    counted, before = gateway.clicks(), gateway.workers()
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(gateway.workers() - {victim}) == 2)
    wait_until(lambda: answers(lambda: gateway.clicks() == counted))
    gateway.click()
    assert gateway.clicks() == counted + CLICKS


def test_a_reload_keeps_the_listener_and_what_was_counted(gateway):
    gateway.click()
    counted, before = gateway.clicks(), gateway.workers()
    gateway.process.signal(signal.SIGHUP)
    wait_until(lambda: len(gateway.workers()) == 2 and not gateway.workers() & before)
    wait_until(lambda: answers(lambda: gateway.clicks() == counted))
    gateway.click()
    assert gateway.clicks() == counted + CLICKS


@pytest.mark.timeout(240)
def test_whichever_worker_shows_the_page_it_tells_of_all_of_them(gateway):
    wait_until(lambda: answers(lambda: gateway.processes_on_the_page() >= gateway.workers()))
    before, ended = gateway.clicks_on_the_page(), gateway.workers()
    gateway.click()
    wait_until(lambda: {gateway.clicks_on_the_page() - before for _ in range(10)} == {CLICKS})
    gateway.process.signal(signal.SIGHUP)
    wait_until(lambda: answers(lambda: gateway.processes_on_the_page() >= gateway.workers() != ended))
    # one that could not say goodbye is shown for so long
    wait_until(lambda: answers(lambda: not gateway.processes_on_the_page() & ended), SILENT_SECONDS + 30)
    assert gateway.clicks_on_the_page() - before == CLICKS


def test_whichever_worker_is_asked_tells_what_the_one_found_that_asked_the_doctor(gateway):
    def diagnosis():
        return requests.get(f"{gateway.operator}/readyz?deep", timeout=PATIENT_SECONDS).json()["diagnosis"]

    wait_until(diagnosis)
    found = [diagnosis() for _ in range(10)]
    assert all(one["rows"] for one in found)
    assert len({one["at"] for one in found}) == 1
    assert "What the doctor last found" in gateway.page()


def test_clients_that_say_nothing_or_not_all_lose_their_places_to_others(tmp_path):
    started = Gateway(tmp_path, changes="_OPERATOR_SECONDS = 1.0")
    address = (HOST, int(started.operator.rpartition(":")[2]))
    heads = [b"", b"GET / HT", b"PUT / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n"] * 8
    with ExitStack() as ends:
        ends.callback(started.stop)
        clients = [ends.enter_context(socket.create_connection(address, timeout=PATIENT_SECONDS)) for _ in heads]
        for client, head in zip(clients, heads, strict=True):
            client.sendall(head)
        assert "talentlms_gateway_ready 1.0" in started.scrape()
        told = [client.makefile("rb").read() for client in clients]
        assert [answer[:12] for answer in told] == [b"", b"", b"HTTP/1.1 405"] * 8
    assert "Traceback" not in started.process.text()


def test_it_does_not_start_where_somebody_else_listens(gateway, tmp_path):
    bind = gateway.operator.removeprefix("http://")
    assert "GATEWAY_METRICS_BIND: nothing can listen at" in refusal(tmp_path, bind)


def test_what_was_counted_is_removed_at_the_end(tmp_path):
    started = Gateway(tmp_path)
    started.click(2)
    folder = started.folder()
    assert list(folder.glob("counter_*.db"))
    started.stop()
    assert not folder.exists()


def test_it_does_not_start_with_an_application_that_is_loaded_before_there_are_workers(tmp_path):
    assert "gunicorn's --preload" in refusal(tmp_path, f"{HOST}:{free_port()}", "--preload")
    assert list(Path.cwd().glob("*.db")) == []
