"""The one way out to TalentLMS: a permit of the budget, a connection, an answer, and what is learned from it.

Each rule has a file of its own: ``budget`` (may we call now?), ``breaker`` (is TalentLMS there at all?),
``gateway.in_flight`` (are too many calls hanging?), ``retry_budget`` (may it be sent again?), ``gateway.outbound``
(HTTP).
"""

import base64
import re
import time
from http import HTTPStatus

from gateway import context, log
from gateway.errors import Misunderstood, NotFound, TalentLMSError, Throttled, Unauthorized, Unavailable, Unwritable
from gateway.in_flight import InFlight
from gateway.outbound.client import HttpClient, Request, Response
from gateway.outbound.errors import BadAnswer, NotConnected, OutboundError
from gateway.talentlms.breaker import Breaker
from gateway.talentlms.budget import Budget
from gateway.talentlms.endpoint import FREE, Answer
from gateway.talentlms.refusals import refusal
from gateway.talentlms.retry_budget import RetryBudget
from schemas.secret import Secret

READ_SECONDS = 10.0
"""How long a call takes at most, its connection included."""
BODY_BYTES = 8 * 1024 * 1024
"""The largest answer that is read; ``users`` without pages is the largest there is."""
LONGEST_SECONDS = READ_SECONDS + 2
"""How long a permit can be in use at most: the call, and a moment before it."""

AT_ONCE = 1500
"""Calls of a process under way. The budget's limits end far below it; without them it leaves a worker's other
connections, a quarter of the 2,000 in ``gunicorn.conf.py``, to pages, sign-ins and health checks."""

_UP_TO_A_DAY = re.compile(r"[0-9]{1,5}")
_TARGET = re.compile(r"[!-~]+")


class HttpTransport:
    """Carries calls to one TalentLMS domain. One object serves all threads or greenlets of a process.

    Args:
        url: the domain's origin, ``https://acme.talentlms.com``; plain http only for loopback (checked in
            ``config``).
        api_key: sent as the user name of HTTP Basic, with an empty password.
        client: the way out.
        budget: what every call that counts needs a permit of; ``None``: no limit.
    """

    def __init__(self, url: str, api_key: Secret, client: HttpClient, budget: Budget | None = None) -> None:
        self._api = f"{url}/api/v1/"
        self._headers = _headers(api_key)
        self._client = client
        self._budget = budget
        self._breaker = Breaker()
        self._in_flight = InFlight(AT_ONCE, _hanging)
        self._retry_budget = RetryBudget()

    def send(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Answer:
        """Carry one call; see ``endpoint.Transport``.

        A safe one is repeated once: when no whole answer came, or when TalentLMS is unavailable and says for how long.

        Raises:
            Queued: the budget gives the call a later time.
            Throttled, Unavailable, Unauthorized: also for what the last calls met, while the breaker is open.
        """
        request, free = self._request(verb, path, body, safe=safe), path == FREE
        try:
            answer = self._attempt(request, free=free)
        except (Unavailable, Misunderstood) as error:
            if not (safe and error.retry_after is None and self._retry_budget.pause()):
                raise
            return self._repeated(request, free=free)
        if safe and answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.retry_after is not None:
            return self._repeated(request, free=free) if self._retry_budget.pause(answer.retry_after) else answer
        return answer

    def _repeated(self, request: Request, *, free: bool) -> Answer:
        context.note_repeat()
        return self._attempt(request, free=free)

    def _attempt(self, request: Request, *, free: bool) -> Answer:
        self._breaker.enter()
        try:
            answer = self._exchanged(request) if free else self._permitted(request)
        except OutboundError as error:
            failure = Misunderstood(str(error)) if isinstance(error, BadAnswer) else Unavailable(str(error))
            failure.is_unsent = isinstance(error, NotConnected)
            if error.reason == "timed out" and not context.remaining(1):
                self._breaker.left()  # it is the browser that waits no longer, after whatever took its time before
            else:
                self._breaker.failed(failure)
            raise failure from None
        except BaseException:
            self._breaker.left()
            raise
        self._learn(answer)
        return answer

    def _permitted(self, request: Request) -> Answer:
        permit = self._budget.permit() if self._budget else None
        made = False
        try:
            with self._in_flight.one():
                made = True
                return self._exchanged(request)
        finally:
            if self._budget and permit:
                self._budget.ended(permit, made=made)

    def _exchanged(self, request: Request) -> Answer:
        outcome, began = "no-answer", time.monotonic()
        try:
            response = self._client.send(request, context.remaining(READ_SECONDS), BODY_BYTES)
            answer = Answer(response.status, response.body, _retry_after(response), response.headers)
            error = _refusal(answer)
            outcome = error.code if error else "ok"
        finally:
            operation = request.operation
            seconds = time.monotonic() - began
            context.note_call(seconds)
            facts = {"operation": operation, "outcome": outcome, "seconds": seconds}
            log.tell("talentlms.call", facts)
        return answer

    def _learn(self, answer: Answer) -> None:
        """Tell the breaker, the budget and the retry budget what an answer means for the calls after it."""
        error = _refusal(answer)
        if isinstance(error, Unavailable | Unauthorized):
            self._breaker.failed(error)
            return
        self._breaker.succeeded()
        self._retry_budget.save()
        if isinstance(error, Throttled) and self._budget:
            self._budget.throttled(error.retry_after or 0)

    def _request(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Request:
        if not _TARGET.fullmatch(path):
            raise Unwritable("a path of printable ASCII characters is wanted")
        form = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        return Request(verb, self._api + path, self._headers | form, body, safe, path.partition("/")[0])


def _headers(api_key: Secret) -> dict[str, str]:
    """Return the headers that every request carries."""
    credentials = base64.b64encode(f"{api_key.reveal()}:".encode()).decode()
    return {
        "Authorization": f"Basic {credentials}",
        "User-Agent": "talentlms-gateway",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }


def _refusal(answer: Answer) -> TalentLMSError | None:
    """Return what an answer says of calls as such, whichever operation it was; ``None`` where it is well."""
    if answer.status == HTTPStatus.OK:
        return None
    return refusal(answer.status, answer.body, NotFound, answer.retry_after)


def _hanging(note: str) -> Unavailable:
    return Unavailable(note, retry_after=2)


def _retry_after(response: Response) -> int | None:
    """Return a ``Retry-After`` given in seconds, up to a day; a date or nonsense counts as not given."""
    header = response.headers.get("retry-after", "")
    return int(header) if _UP_TO_A_DAY.fullmatch(header) else None
