"""What is remembered of a server that does not answer, so that a crowd is told so at once."""

import time
from typing import Any

from sqlalchemy import Engine, event

from gateway.errors import DatabaseUnavailable

AWAY_SECONDS = 2.0
"""For how long everybody is told that it did not answer, after somebody has waited for it without an answer."""
PROBE_SECONDS = 3.0
"""For how long they are told so while the next one finds out: as long as a connection may take."""
_SLOW_SECONDS = 1.0


class Outage:
    """Whether connections to a server have lately come to nothing, and slowly: a refusal holds up nobody.

    Args:
        engine: whose connections are watched as they come about.
    """

    def __init__(self, engine: Engine) -> None:
        self._until = 0.0
        event.listen(engine, "do_connect", self._connect)

    def check(self) -> None:
        """Check it before anybody waits for a connection, or for somebody who does.

        Raises:
            DatabaseUnavailable: it did not answer a moment ago.
        """
        if time.monotonic() < self._until:
            raise DatabaseUnavailable("it did not answer a moment ago", retry_after=5)

    def _connect(self, dialect: Any, _: Any, arguments: Any, options: Any) -> Any:
        self.check()
        began = time.monotonic()
        if self._until:
            self._until = began + PROBE_SECONDS
        try:
            connection = dialect.connect(*arguments, **options)
        except BaseException:
            ended = time.monotonic()
            self._until = ended + AWAY_SECONDS if ended - began >= _SLOW_SECONDS else 0.0
            raise
        self._until = 0.0
        return connection
