"""What strangers can make the gateway refuse as often as they like: told in the log once a minute, with a count."""

import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from gateway.errors import GatewayError

NOTICE_SECONDS = 60

Tell: TypeAlias = Callable[[str, GatewayError, int], None]


class Refusals:
    """Counts what is refused, and tells of it once a minute per storefront and reason.

    Args:
        tell: writes into the log how often a storefront was refused something for a reason since it last did.
        clock: seconds that only grow.
    """

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._untold: dict[tuple[str, str], int] = {}
        self._next: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def count(self, storefront: str, error: GatewayError) -> None:
        """Count one more, and tell of it if that was not done lately.

        Args:
            storefront: one of the settings, or empty where it is not known: so there are only so many.
            error: why it is refused.
        """
        place = (storefront, error.code)
        with self._lock:
            number = self._untold[place] = self._untold.get(place, 0) + 1
            if self._clock() < self._next.get(place, float("-inf")):
                return
            self._next[place] = self._clock() + NOTICE_SECONDS
            del self._untold[place]
        self._tell(storefront, error, number)
