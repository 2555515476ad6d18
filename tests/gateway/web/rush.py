"""A rush: gateways in processes of their own, and many people who each click, wait as they are told, and click again."""

import http.client
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from gateway.flows.doctor_talentlms import START_SECONDS
from gateway.store.connection import connect
from gateway.store.examinations import Examinations
from gateway.store.sessions import Sessions
from schemas.identity import Identity
from schemas.learner import Learner
from schemas.secret import Secret
from tests.journeys.process import Process
from tests.patience import PATIENT_SECONDS
from tests.ports import HOST, free_port

API_KEY = "key-of-the-rush"
COURSE = 12
PATIENCE = 60


def start_gateway(folder, portal, redis_url, **changes):
    """Start a gateway that spends no calls at its start, and return its process and port."""
    port = free_port()
    Examinations(connect(Secret(redis_url)), portal.url.partition("//")[2]).may_ask(START_SECONDS)
    environment = {
        "GATEWAY_PUBLIC_URL": f"http://{HOST}:{port}",
        "GATEWAY_SECRET_KEYS": "key-of-the-rush-" * 3,
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}",
        "GATEWAY_REDIS_URL": redis_url,
        "TALENTLMS_URL": portal.url,
        "TALENTLMS_API_KEY": API_KEY,
        "OIDC_ISSUER": "http://127.0.0.1:9",
        "OIDC_CLIENT_ID": "gateway",
        "OIDC_CLIENT_SECRET": "secret",
        "WEB_CONCURRENCY": "2",
        **changes,
    }
    arguments = ["app:app", "--bind", f"{HOST}:{port}"]
    process = Process(arguments, folder / f"gateway-{port}.log", environment, is_prepared=True)
    process.when(lambda: ask(port, "/livez").status == 200)
    return process.when(lambda: '"doctor.finished"' in process.text()), port


def another_browser(redis_url, person):
    """Let somebody sign in in another browser, too; return the same person there."""
    sessions = Sessions(connect(Secret(redis_url)), 3600, 3600)
    before = sessions.find(person.cookie)
    cookie = sessions.create(before.identity, Secret("token")).reveal()
    sessions.keep_learner(sessions.find(cookie), before.learner)
    return replace(person, cookie=cookie, answers=[])


def signed_in(redis_url, portal, count):
    """Make so many people with accounts and sessions, and return them."""
    sessions, people = Sessions(connect(Secret(redis_url)), 3600, 3600), []
    for number in range(count):
        name = f"person-{number}-{time.monotonic_ns()}"
        user_id = portal.control.add_user(f"{name}@acme.example", login=name)
        portal.control.enrol(user_id, COURSE)
        identity = Identity("https://id.example", name, "default", f"{name}@acme.example")
        cookie = sessions.create(identity, Secret("token")).reveal()
        sessions.keep_learner(sessions.find(cookie), Learner(user_id, name, identity.key))
        people.append(Person(user_id, cookie))
    return people


@dataclass
class Answer:
    """What came back, if anything did."""

    status: int
    headers: dict = field(default_factory=dict)
    text: str = ""


@dataclass
class Person:
    """Somebody who is signed in.

    Attributes:
        first_asked: when, by ``time.monotonic``.
        answers: all that they got, in order.
    """

    user_id: int
    cookie: str
    first_asked: float = 0.0
    answers: list = field(default_factory=list)

    def click(self, port, path=f"/go/course/{COURSE}", **headers):
        """Click once."""
        answer = ask(port, path, Cookie=f"talentlms_gateway_session={self.cookie}", **headers)
        self.answers.append(answer)
        return answer

    def go(self, port, path=f"/go/course/{COURSE}"):
        """Click, and go on as the pages say until there is something else than a page to wait on."""
        self.first_asked = time.monotonic()
        while time.monotonic() < self.first_asked + PATIENCE:
            answer = self.click(port, path)
            if "Refresh" not in answer.headers:
                return answer
            time.sleep(int(answer.headers["Refresh"]))
        return answer

    def other_tab(self):
        """Return the same person in another tab."""
        return replace(self, answers=[])


def ask(port, path, **headers):
    """Ask a gateway; status 0 where no answer came."""
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENT_SECONDS)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", path, headers={"Accept": "text/html", **named})
        reply = connection.getresponse()
        return Answer(reply.status, dict(reply.headers), reply.read().decode())
    except (OSError, http.client.HTTPException):
        return Answer(0)
    finally:
        connection.close()


def spread(people, seconds, action):
    """Let each act in a thread of their own, one after the other over so many seconds; return the outcomes."""

    def later(number, person):
        time.sleep(seconds * number / len(people))
        return action(number, person)

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(later, range(len(people)), people))


def open_connections(port, count):
    """Hold so many connections open without saying anything."""
    return [socket.create_connection((HOST, port)) for _ in range(count)]


def in_background(action):
    """Do something in another thread; returns the thread."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread
