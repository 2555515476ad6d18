"""By which algorithms a provider signs the ID tokens of a client, as sign-ins have shown."""

from collections.abc import Iterable

from gateway.store.connection import Store
from gateway.store.keys import tagged
from schemas.identity import person_key


class SigningAlgorithms:
    """Algorithms by issuer and client, each remembered for as long as a session may last that began with it.

    Args:
        store: where they are.
        keep: seconds after the latest sign-in that showed one.
    """

    def __init__(self, store: Store, keep: int) -> None:
        self._store = store
        self._keep = keep

    def remember(self, issuer: str, client_id: str, algorithm: str) -> None:
        """Remember that an ID token which passed every check was signed by an algorithm."""
        self._store.ask("SET", _key(issuer, client_id, algorithm), "1", "EX", self._keep)

    def remembered(self, issuer: str, client_id: str, algorithms: Iterable[str]) -> list[str]:
        """Return those of some algorithms that are remembered."""
        asked = list(algorithms)
        found = self._store.ask("MGET", *(_key(issuer, client_id, algorithm) for algorithm in asked))
        return [algorithm for algorithm, mark in zip(asked, found, strict=True) if mark is not None]

    def forget(self, issuer: str, client_id: str, algorithms: Iterable[str]) -> None:
        """Forget some algorithms, as if no sign-in had shown them."""
        self._store.ask("DEL", *(_key(issuer, client_id, algorithm) for algorithm in algorithms))


def _key(issuer: str, client_id: str, algorithm: str) -> str:
    return tagged(f"provider-algorithm:{algorithm}:{person_key(issuer, client_id)}")
