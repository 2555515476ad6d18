"""One fetch at a time of what a provider publishes, for all workers; nobody waits long for another's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gateway import context
from gateway.errors import ProviderUnavailable, SignInNotTrusted

FAULT_SECONDS = 60
"""How long it is remembered that a document could not be had."""
WAIT_SECONDS = 2.0
"""For so long after a fetch began others wait for it; after that they are told at once that it takes too long."""
RETRY_AFTER_SECONDS = 5
_LOOK_SECONDS = 0.1

Purpose = Literal["sign-in", "logout", "hand-off"]
"""What a document is wanted for: a flood of made-up tokens for one takes nothing from the others."""


class Document(Protocol):
    """A copy of what a provider published; see ``gateway.store.provider_documents``."""

    content: dict[str, Any]
    fetched_at: float

    @property
    def age(self) -> float:
        """Seconds since it was fetched."""
        ...


@dataclass(frozen=True)
class Allowance:
    """How often a document may be fetched; a token bucket per document.

    Attributes:
        name: of the bucket.
        seconds: after which one more fetch is allowed; 0 for no limit.
        most: fetches that are allowed at once.
    """

    name: str
    seconds: int
    most: int = 1


class SharedFetch:
    """The fetches of one process, and through the store those of all workers.

    Args:
        documents: last good copies; a ``gateway.store.provider_documents.ProviderDocuments``.
    """

    def __init__(self, documents: Any) -> None:
        self._documents = documents

    def document(
        self,
        url: str,
        fetch: Callable[[], Document],
        is_wanted: Callable[[Document], bool],
        allowance: Allowance,
        purpose: Purpose,
    ) -> Document | None:
        """Return a document that another worker fetched meanwhile or that is fetched now.

        Args:
            url: which document.
            fetch: fetches and keeps it.
            is_wanted: whether a copy will do.
            allowance: what a fetch is taken from.
            purpose: what it is wanted for.

        Returns:
            ``None`` where no copy will do and the allowance is used up.

        Raises:
            ProviderUnavailable: it cannot be fetched; or another's fetch failed, takes too long, or has too many
                waiting for it, and ``retry_after`` says when to come back.
            SignInNotTrusted: what was fetched is not what it should be.
        """
        end = time.monotonic() + context.remaining(WAIT_SECONDS)
        has_waited = False
        while True:
            if (newest := self._found(url, is_wanted)) is not None:
                return newest
            if has_waited and self._documents.failed_lately(url):
                raise _too_busy(f"{url}: another attempt to fetch it has just failed")
            with self._documents.fetching(url, allowance.name, allowance.seconds, allowance.most) as attempt:
                if attempt.is_ours:
                    if (newest := self._found(url, is_wanted)) is None:
                        return self._fetched(url, fetch)
                    self._documents.give_back(url, allowance.name, allowance.seconds, attempt)
                    return newest
            if not attempt.is_anothers:
                return None
            self._wait(url, purpose, end)
            has_waited = True

    def _found(self, url: str, is_wanted: Callable[[Document], bool]) -> Document | None:
        copy: Document | None = self._documents.find(url)
        return copy if copy is not None and is_wanted(copy) else None

    def _fetched(self, url: str, fetch: Callable[[], Document]) -> Document:
        try:
            return fetch()
        except (ProviderUnavailable, SignInNotTrusted):
            self._documents.failed(url, FAULT_SECONDS)
            raise

    def _wait(self, url: str, purpose: Purpose, end: float) -> None:
        """Wait until nobody is fetching a document, be it that the store has lost the note of it."""
        with self._documents.place_to_wait(purpose) as may_wait:
            while (seconds := self._documents.under_way(url)) is not None:
                if not may_wait:
                    raise _too_busy(f"{url}: it is being fetched, and too many wait for it")
                if seconds >= WAIT_SECONDS or time.monotonic() >= end:
                    raise _too_busy(f"{url}: its fetch has been under way for {seconds:.0f} seconds")
                time.sleep(_LOOK_SECONDS)


def _too_busy(note: str) -> ProviderUnavailable:
    return ProviderUnavailable(note, retry_after=RETRY_AFTER_SECONDS)
