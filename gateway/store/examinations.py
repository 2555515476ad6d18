"""When the doctor last spent calls at a start: many processes may start, and start again and again."""

from gateway.store.connection import Store
from gateway.store.keys import tagged


class Examinations:
    """Those of one TalentLMS domain.

    Args:
        store: Redis.
        domain: the domain's host.
    """

    def __init__(self, store: Store, domain: str) -> None:
        self._store = store
        self._key = tagged(f"doctor-asked:{domain}")

    def may_ask(self, seconds: int) -> bool:
        """Take it upon oneself to ask; ``False`` where somebody has done so within so many seconds.

        Raises:
            StoreUnavailable: then nobody may.
        """
        return self._store.ask("SET", self._key, "1", "NX", "EX", seconds) is not None
