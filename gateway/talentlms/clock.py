"""TalentLMS's clock, compared with ours by its last answer."""

import time

from gateway.outbound.clock import seconds_ahead
from gateway.talentlms.endpoint import Answer, Transport


class ClockedTransport:
    """A transport that looks at the clock of whoever answers.

    Args:
        transport: the way out.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.ahead: float | None = None
        """How many seconds its clock is ahead of ours; ``None`` before an answer, and where that does not say."""

    def send(self, verb: str, path: str, body: bytes | None, *, safe: bool) -> Answer:
        """Carry one call; see ``endpoint.Transport``."""
        asked_at = time.time()
        answer = self._transport.send(verb, path, body, safe=safe)
        self.ahead = seconds_ahead(answer.headers, asked_at, time.time())
        return answer
