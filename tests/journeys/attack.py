"""An attack on a gateway from one address, and the people who click meanwhile: bounded load, everything counted."""

import asyncio
import itertools
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self

from bench.http_client import Answer, Broken, Connection, connect
from bench.load import FreshLinks, request
from bench.people import Person
from bench.scenarios.rush import again
from tests.ports import HOST

COURSE = "/go/course/12"
FULL_ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "0"))
"""How many rounds of full size there are, as ``make soak`` wants them; with 0 there is one that is smaller."""
ROUNDS = FULL_ROUNDS or 1
SECONDS = 15.0 if FULL_ROUNDS else 3.0
"""How long one round of the attack lasts at least."""
CLICKS_PER_SECOND = 50
ADVERSARIAL_PER_SECOND = 30
SIGN_INS = 5000 if FULL_ROUNDS else 500
PEOPLE = 200 if FULL_ROUNDS else 50
BROWSERS_THAT_BEGIN = 4
"""How many sign-ins are being begun at once; each follows as soon as the one before is answered."""
PATIENCE_SECONDS = 30.0
"""How long a person waits for a link, waiting pages included; the gateway answers within 15 seconds."""
LATEST_SECONDS = 180.0
"""How long a round waits at most until all its sign-ins are begun and everybody has clicked."""
LONG = 7800
"""Characters of a request line that gunicorn still takes."""

_COOKIE = "talentlms_gateway_session"


@dataclass
class Outcome:
    """What came of it.

    Attributes:
        rate: clicks a second that the people made together.
        clicks: of each person, by TalentLMS id.
        faults: what people saw instead of a link, and how often.
        adversarial: how the adversary was answered: statuses, and faults where there was no answer.
        sign_ins: how begun sign-ins were answered, likewise; ``302`` is one that leads to the provider.
        greedy: how the greedy person was answered; ``wait`` is a waiting page.
        began: when it began, seconds of the monotonic clock.
        ended: when the last answer was there.
    """

    rate: float
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    clicks: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    adversarial: Counter[str] = field(default_factory=Counter)
    sign_ins: Counter[str] = field(default_factory=Counter)
    greedy: Counter[str] = field(default_factory=Counter)


def adversarial_requests(port: int) -> list[bytes]:
    """Return requests that are long or odd in every part that a log, a pattern or a parser might dwell on."""
    host = f"Host: {HOST}:{port}"
    paths = (
        f"/callback/@{'a' * LONG}?code=1&code=2",
        f"/callback/{'x://' * (LONG // 4)}?code=1",
        f"/callback/default?code={'a' * LONG}&state=1&code=2",
        f"/callback/default?error={'=' * LONG}",
        f"/go/course/{'a' * LONG}",
        f"/go/course/{'%0a' * (LONG // 3)}",
        f"/buy/course/12?coupon={'%C2%85' * (LONG // 6)}",
        f"/login?next={'/' * LONG}",
        f"/login?next=/{'%2e%2e/' * (LONG // 7)}",
        f"/login/{'key:token:' * (LONG // 10)}",
        f"/frontchannel-logout/default?iss={'eyJ' * (LONG // 3)}&sid=1&sid=2",
        f"/{'basic ' * 10}{'b' * LONG}".replace(" ", "+"),
    )
    headers = (
        f"User-Agent: x://{'a' * LONG}",
        f"User-Agent: {'Basic ' * (LONG // 6)}",
        f"X-Forwarded-For: {'127.0.0.1, ' * (LONG // 11)}",
        f"Accept: {'text/html;q=0.1,' * (LONG // 16)}",
        f"Accept-Language: {'de-' * (LONG // 3)}",
        f"Cookie: {'; '.join(f'{_COOKIE}={number}' for number in range(200))}",
        f"Cookie: {_COOKIE}={'a' * LONG}",
        f'Cookie: {_COOKIE}="{chr(92) * LONG}',
        f"Cookie: {';' * LONG}",
        f"Referer: https://{'@' * LONG}",
    )
    form = b"logout_token=" + b"eyJ" + b"a." * 30_000
    post = f"POST /backchannel-logout/default HTTP/1.1\r\n{host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return [
        *(f"GET {path} HTTP/1.1\r\n{host}\r\n\r\n".encode() for path in paths),
        *(f"GET {COURSE} HTTP/1.1\r\n{host}\r\n{header}\r\n\r\n".encode() for header in headers),
        *(f"GET /callback/@{'a' * LONG} HTTP/1.1\r\n{host}\r\n{header}\r\n\r\n".encode() for header in headers),
        f"{post}Content-Length: {len(form)}\r\n\r\n".encode() + form,
    ]


async def affordable(port: int, people: Sequence[Person], links: FreshLinks) -> float:
    """Return how many clicks a second the people may make on this machine: 50, or a quarter of what it can do."""
    first, *others = people
    assert await _click(port, first, links) == "", "a budget that is new lets the first wait, and nobody afterwards"
    began = time.monotonic()
    ahead = iter(others)

    async def click_one_after_another() -> None:
        for person in ahead:
            assert await _click(port, person, links) == ""

    await asyncio.gather(*(click_one_after_another() for _ in range(8)))
    return min(CLICKS_PER_SECOND, len(others) / (time.monotonic() - began) / 4)


@dataclass
class Round:
    """One round of the attack.

    Args:
        outcome: what comes of it is added here; its rate is the people's, and the adversary's is in proportion.
        port: the gateway's.
        people: who click in turn.
        greedy: who clicks as fast as answers come.
        links: what a click has to lead to.
        is_sign_in: what a begun sign-in has to lead to.
    """

    outcome: Outcome
    port: int
    people: Sequence[Person]
    greedy: Person
    links: FreshLinks
    is_sign_in: Callable[[Answer], bool]
    began: float = 0.0
    sign_ins: int = 0

    def __post_init__(self) -> None:
        self._adversarial = adversarial_requests(self.port)

    async def run(self) -> None:
        """Attack until the time is over, everybody has clicked, all is sent, the sign-ins are begun, all is answered."""
        self.began = time.monotonic()
        rate = ADVERSARIAL_PER_SECOND / CLICKS_PER_SECOND * self.outcome.rate
        await asyncio.gather(
            *(self._begin_sign_ins() for _ in range(BROWSERS_THAT_BEGIN)),
            self._be_greedy(),
            _steadily(self.outcome.rate, itertools.cycle(self.people), self._click, self._goes_on),
            _steadily(rate, itertools.cycle(self._adversarial), self._send, self._goes_on),
        )
        self.outcome.ended = time.monotonic()

    def _goes_on(self) -> bool:
        lasted = time.monotonic() - self.began
        is_over = (
            self.sign_ins >= SIGN_INS
            and len(self.outcome.clicks) == len(self.people)
            and self.outcome.adversarial.total() >= len(self._adversarial)
        )
        return lasted < SECONDS or (not is_over and lasted < LATEST_SECONDS)

    async def _click(self, person: Person) -> None:
        self.outcome.clicks[person.user_id] += 1
        if fault := await _click(self.port, person, self.links):
            self.outcome.faults[fault] += 1

    async def _send(self, adversarial: bytes) -> None:
        self.outcome.adversarial[_told(await _asked(self.port, adversarial))] += 1

    async def _begin_sign_ins(self) -> None:
        with Browser(self.port) as browser:
            while self.sign_ins < SIGN_INS and self._goes_on():
                self.sign_ins += 1
                answer = await browser.ask(request(self.port, f"/login?next={COURSE}"))
                begun = isinstance(answer, Answer) and self.is_sign_in(answer)
                self.outcome.sign_ins["302" if begun else f"{_told(answer)} instead"] += 1

    async def _be_greedy(self) -> None:
        greedy = self.outcome.greedy
        with Browser(self.port) as browser:
            while self._goes_on():
                answer = await browser.ask(request(self.port, f"{COURSE}?{greedy.total()}", self.greedy.cookie))
                waits = isinstance(answer, Answer) and _is_waiting_page(answer)
                greedy["wait" if waits else _told(answer)] += 1


async def _steadily(rate: float, things: Iterator, do: Callable, goes_on: Callable[[], bool]) -> None:
    """Do something with one thing after another at a steady rate, whether or not what came before is done."""
    began = time.monotonic()
    under_way = set()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        if not goes_on():
            break
        task = asyncio.create_task(do(next(things)))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)


async def _click(port: int, person: Person, links: FreshLinks) -> str:
    """Click, and do as waiting pages say; return what is wrong, empty where it led to a link."""
    end = time.monotonic() + PATIENCE_SECONDS
    path = COURSE
    while True:
        answer = await _asked(port, request(port, path, person.cookie))
        if not isinstance(answer, Answer):
            return answer
        if not _is_waiting_page(answer):
            return links(answer)
        pause, path = again(answer, path)
        if time.monotonic() + pause > end:
            return "still waiting"
        await asyncio.sleep(pause)


async def _asked(port: int, message: bytes) -> Answer | str:
    """Return the answer, on a connection of its own; a text says why there is none."""
    with Browser(port) as browser:
        return await browser.ask(message)


class Browser:
    """A client that keeps a connection for the next request.

    Args:
        port: the gateway's.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def ask(self, message: bytes) -> Answer | str:
        """Return the answer to a request; a text says why there is none."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None or not self._connection.usable:
                    self._connection = await connect(HOST, self._port)
                return await self._connection.ask(message)
        except (Broken, TimeoutError) as error:
            self.close()
            return f"no answer: {str(error) or type(error).__name__}"

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_waiting_page(answer: Answer) -> bool:
    return answer.status == HTTPStatus.SERVICE_UNAVAILABLE and bool(answer.header("Refresh"))


def _told(answer: Answer | str) -> str:
    return str(answer.status) if isinstance(answer, Answer) else re.sub(r"\d+", "n", answer)
