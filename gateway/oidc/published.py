"""What a provider publishes, as a copy with a lifetime that all workers share; keys of a set at a known address."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from joserfc.jwk import Key

from gateway import log
from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.oidc.key_set import entries_of, named, usable, without
from gateway.oidc.provider_calls import ProviderAdapter, failed, json_object
from gateway.oidc.shared_fetch import FAULT_SECONDS, Allowance, Document, Purpose, SharedFetch
from gateway.outbound.adapter import Failure, session

LIFETIME_SECONDS = 3600
"""How long a copy is used without asking again."""
STALE_SECONDS = 24 * 3600
"""How old a last good copy may be while the provider is away."""
REFRESH_SECONDS = 60
"""How often, in the long run, a signature that no key verifies makes us fetch the keys anew; across all workers."""
REFRESHES_AT_ONCE = 3
"""How often it does so before that holds."""
RETRY_SECONDS = 10
"""How often, at most, a stale copy is tried to be renewed while the provider is away."""

_FIRST: Mapping[Purpose, Allowance] = {
    "sign-in": Allowance("first", 0),
    "logout": Allowance("first", 0),
    "hand-off": Allowance("first-for-hand-off", RETRY_SECONDS, REFRESHES_AT_ONCE),
}
"""How often a document is fetched of which there is no copy. Anybody can make up a token that names a storefront, and
each would have a key set of no use fetched; whoever signs in has been at the provider."""

Check = Callable[[dict[str, Any]], object]
"""Raises ``SignInNotTrusted`` for a document that is not what it should be."""


class PublishedDocuments:
    """The documents of one provider, or of one storefront.

    Args:
        publisher: whose they are, for the log.
        documents: last good copies; a ``gateway.store.provider_documents.ProviderDocuments``.
        adapter: the way out.
    """

    def __init__(self, publisher: str, documents: Any, adapter: ProviderAdapter) -> None:
        self._publisher = publisher
        self._documents = documents
        self._fetches = SharedFetch(documents)
        self._session = session(adapter)

    def copy(self, name: str, url: str, check: Check, purpose: Purpose) -> Document:
        """Return a document, fetched now or lately.

        Args:
            name: what it is, for a note.
            url: where it is.
            check: what it has to be.
            purpose: what it is wanted for.

        Raises:
            ProviderUnavailable: it cannot be fetched, or not soon enough, and there is no copy that is young enough.
            SignInNotTrusted: it is not what it should be.
        """
        copy: Document | None = self._documents.find(url)
        if copy is None or not _is_usable(copy):
            return self._first(name, url, check, purpose)
        if copy.age < LIFETIME_SECONDS:
            return copy
        with self._documents.fetching(url, "lifetime", RETRY_SECONDS) as attempt:
            return self._fetched_or(copy, name, url, check) if attempt.is_ours else copy

    def candidates(self, url: str, kid: str | None, purpose: Purpose) -> Iterator[Key]:
        """Yield the keys of a key set that may have signed a token; see ``ProviderDirectory.candidates``."""
        copy = self.copy("keys", url, entries_of, purpose)
        tried = entries_of(copy.content)
        yield from usable(named(tried, kid))
        newer = self._newer(url, copy, purpose)
        if newer is not None:
            yield from usable(named(without(entries_of(newer.content), tried), kid))

    def _first(self, name: str, url: str, check: Check, purpose: Purpose) -> Document:
        fetch = partial(self._fetch, name, url, check)
        document = self._fetches.document(url, fetch, _is_usable, _FIRST[purpose], purpose)
        if document is None:
            note = f"{name} at {url}: they could not be had lately, and are not asked for again so soon"
            raise ProviderUnavailable(note, retry_after=RETRY_SECONDS)
        return document

    def _fetched_or(self, copy: Document, name: str, url: str, check: Check) -> Document:
        try:
            return self._fetch(name, url, check)
        except (ProviderUnavailable, SignInNotTrusted) as error:
            self._documents.failed(url, FAULT_SECONDS)
            log.event("provider.stale_copy_used", issuer=self._publisher, age=int(copy.age), why=error.note)
            return copy

    def _newer(self, url: str, tried: Document, purpose: Purpose) -> Document | None:
        """Return the key set fetched anew, or as another worker has fetched it meanwhile."""

        def fetch() -> Document:
            try:
                return self._fetch("keys", url, entries_of)
            except (ProviderUnavailable, SignInNotTrusted) as error:
                log.event("provider.keys_not_renewed", issuer=self._publisher, why=error.note)
                raise

        def is_another(found: Document) -> bool:
            return found.fetched_at != tried.fetched_at

        allowance = Allowance(purpose, REFRESH_SECONDS, REFRESHES_AT_ONCE)
        return self._fetches.document(url, fetch, is_another, allowance, purpose)

    def _fetch(self, name: str, url: str, check: Check) -> Document:
        try:
            response = self._session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        except Failure as error:
            raise failed(name, url, error) from None
        if response.status_code != HTTPStatus.OK:
            raise ProviderUnavailable(f"{name} at {url}: status {response.status_code}")
        content = json_object(response.content)
        if content is None:
            raise ProviderUnavailable(f"{name} at {url}: not a JSON object")
        check(content)
        document: Document = self._documents.put(url, content)
        return document


class PublishedKeys:
    """The keys of a set whose address is known, such as a storefront's, which publishes nothing else.

    Args:
        documents: where copies come from.
        url: of the key set.
    """

    def __init__(self, documents: PublishedDocuments, url: str) -> None:
        self._documents = documents
        self._url = url

    def candidates(self, kid: str | None) -> Iterator[Key]:
        """Yield the keys that may have signed a hand-off token, as ``ProviderDirectory.candidates`` does.

        Raises:
            ProviderUnavailable: the key set cannot be had now, or is of no use, which is not the token's fault.
        """
        try:
            yield from self._documents.candidates(self._url, kid, "hand-off")
            copy = self._documents.copy("keys", self._url, entries_of, "hand-off")
        except SignInNotTrusted as error:
            raise ProviderUnavailable(f"keys at {self._url}: {error.note}") from None
        if next(usable(entries_of(copy.content)), None) is None:
            raise ProviderUnavailable(f"keys at {self._url}: none of its keys can be used")


def _is_usable(copy: Document) -> bool:
    return copy.age < STALE_SECONDS
