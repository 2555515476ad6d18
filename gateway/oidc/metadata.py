"""What a provider publishes about itself: metadata and keys, with a lifetime (OpenID Connect Discovery 1.0)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import Key

from gateway import log
from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.hosts import is_loopback
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

_NO_LIMIT = Allowance("first", 0)
_RENEWALS: dict[Purpose, Allowance] = {
    "sign-in": Allowance("sign-in", REFRESH_SECONDS, REFRESHES_AT_ONCE),
    "logout": Allowance("logout", REFRESH_SECONDS, REFRESHES_AT_ONCE),
}


@dataclass(frozen=True)
class Metadata:
    """A provider's metadata, as far as a relying party needs it (Discovery 1.0, 3).

    Attributes:
        issuer: equal to the configured one, byte for byte.
        authorization_endpoint: where the browser goes.
        token_endpoint: where the code is redeemed.
        jwks_uri: where the keys are.
        userinfo_endpoint: or empty.
        end_session_endpoint: or empty.
        pushed_authorization_request_endpoint: or empty (RFC 9126).
        demands_pushed_requests: whether every authorization request has to be pushed (RFC 9126, 5).
        answers_with_issuer: whether every authorization response carries ``iss`` (RFC 9207).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    pushed_authorization_request_endpoint: str = ""
    answers_with_issuer: bool = False
    demands_pushed_requests: bool = False


class ProviderDirectory:
    """Metadata and keys of one provider.

    Args:
        issuer: as configured.
        documents: last good copies; a ``gateway.store.provider_documents.ProviderDocuments``.
        adapter: the way out.
        query: what the address of the metadata has behind its question mark; empty for nothing. The issuer that the
            metadata name is the configured one in any case.
    """

    def __init__(self, issuer: str, documents: Any, adapter: ProviderAdapter, query: str = "") -> None:
        self._issuer = issuer
        self._metadata_url = f"{issuer.rstrip('/')}/.well-known/openid-configuration" + (f"?{query}" if query else "")
        self._documents = documents
        self._fetches = SharedFetch(documents)
        self._session = session(adapter)

    def metadata(self, purpose: Purpose = "sign-in") -> Metadata:
        """Return the provider's metadata.

        Args:
            purpose: what it is wanted for.

        Raises:
            ProviderUnavailable: it cannot be fetched, or not soon enough, and there is no copy that is young enough.
            SignInNotTrusted: it names another issuer, or an endpoint that is not https.
        """
        copy = self._copy(self._metadata_url, lambda found: _metadata(self._issuer, found), purpose)
        return _metadata(self._issuer, copy.content)

    def keys(self) -> list[Key]:
        """Return the keys of the provider's key set that can be used.

        Raises:
            ProviderUnavailable: as ``metadata``.
            SignInNotTrusted: as ``metadata``, or it is no key set.
        """
        copy = self._copy(self.metadata().jwks_uri, entries_of, "sign-in")
        return list(usable(entries_of(copy.content)))

    def candidates(self, kid: str | None = None, *, purpose: Purpose = "sign-in") -> Iterator[Key]:
        """Yield the keys that may have signed a token: those that have its ``kid``, then those that have none.

        A caller that asks on after the last one, because none verifies the signature, has the key set fetched anew and
        gets those that are new in it: ``REFRESHES_AT_ONCE`` times, then once in ``REFRESH_SECONDS``, for each purpose.

        Args:
            kid: the key that the token names; ``None`` for a token without: then all keys.
            purpose: what kind of token it is.

        Raises:
            ProviderUnavailable: as ``metadata``, or the key set cannot be fetched anew now.
            SignInNotTrusted: as ``keys``.
        """
        url = self.metadata(purpose).jwks_uri
        copy = self._copy(url, entries_of, purpose)
        tried = entries_of(copy.content)
        yield from usable(named(tried, kid))
        newer = self._newer(url, copy, purpose)
        if newer is not None:
            yield from usable(named(without(entries_of(newer.content), tried), kid))

    def forget(self) -> bool:
        """Forget metadata and keys, so that the next use fetches them; return whether there were any."""
        copy: Document | None = self._documents.find(self._metadata_url)
        keys_url = copy.content.get("jwks_uri") if copy is not None else None
        had_keys = isinstance(keys_url, str) and self._documents.forget(keys_url)
        return self._documents.forget(self._metadata_url) or had_keys

    def state(self) -> str:
        """Return what is cached, without asking the provider.

        Returns:
            ``fresh``; ``stale`` for a last good copy; ``unknown`` before the first sign-in; ``unavailable`` where
            there is no copy and the last attempt to get one failed.
        """
        copy: Document | None = self._documents.find(self._metadata_url)
        if copy is not None:
            return "fresh" if copy.age < LIFETIME_SECONDS else "stale"
        return "unavailable" if self._documents.failed_lately(self._metadata_url) else "unknown"

    def _copy(self, url: str, check: Callable[[dict[str, Any]], object], purpose: Purpose) -> Document:
        copy: Document | None = self._documents.find(url)
        if copy is None or not _is_usable(copy):
            return self._first(url, check, purpose)
        if copy.age < LIFETIME_SECONDS:
            return copy
        with self._documents.fetching(url, "lifetime", RETRY_SECONDS) as attempt:
            return self._fetched_or(copy, url, check) if attempt.is_ours else copy

    def _first(self, url: str, check: Callable[[dict[str, Any]], object], purpose: Purpose) -> Document:
        document = self._fetches.document(url, lambda: self._fetch(url, check), _is_usable, _NO_LIMIT, purpose)
        if document is None:
            raise ProviderUnavailable(f"{url}: may not be fetched")
        return document

    def _fetched_or(self, copy: Document, url: str, check: Callable[[dict[str, Any]], object]) -> Document:
        try:
            return self._fetch(url, check)
        except (ProviderUnavailable, SignInNotTrusted) as error:
            self._documents.failed(url, FAULT_SECONDS)
            log.event("provider.stale_copy_used", issuer=self._issuer, age=int(copy.age), why=error.note)
            return copy

    def _newer(self, url: str, tried: Document, purpose: Purpose) -> Document | None:
        """Return the key set fetched anew, or as another worker has fetched it meanwhile."""

        def fetch() -> Document:
            try:
                return self._fetch(url, entries_of)
            except (ProviderUnavailable, SignInNotTrusted) as error:
                log.event("provider.keys_not_renewed", issuer=self._issuer, why=error.note)
                raise

        def is_another(found: Document) -> bool:
            return found.fetched_at != tried.fetched_at

        return self._fetches.document(url, fetch, is_another, _RENEWALS[purpose], purpose)

    def _fetch(self, url: str, check: Callable[[dict[str, Any]], object]) -> Document:
        document_name = "metadata" if url == self._metadata_url else "keys"
        try:
            response = self._session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        except Failure as error:
            raise failed(document_name, url, error) from None
        if response.status_code != HTTPStatus.OK:
            raise ProviderUnavailable(f"{document_name} at {url}: status {response.status_code}")
        content = json_object(response.content)
        if content is None:
            raise ProviderUnavailable(f"{document_name} at {url}: not a JSON object")
        check(content)
        document: Document = self._documents.put(url, content)
        return document


def _metadata(issuer: str, content: dict[str, Any]) -> Metadata:
    if content.get("issuer") != issuer:
        raise SignInNotTrusted(f"the metadata names issuer {str(content.get('issuer'))[:200]!r}, not {issuer!r}")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_endpoint(content, "authorization_endpoint", required=True),
        token_endpoint=_endpoint(content, "token_endpoint", required=True),
        jwks_uri=_endpoint(content, "jwks_uri", required=True),
        userinfo_endpoint=_endpoint(content, "userinfo_endpoint"),
        end_session_endpoint=_endpoint(content, "end_session_endpoint"),
        pushed_authorization_request_endpoint=_endpoint(content, "pushed_authorization_request_endpoint"),
        answers_with_issuer=content.get("authorization_response_iss_parameter_supported") is True,
        demands_pushed_requests=content.get("require_pushed_authorization_requests") is True,
    )


def _endpoint(content: dict[str, Any], name: str, *, required: bool = False) -> str:
    url = content.get(name)
    if url is None and not required:
        return ""
    if isinstance(url, str) and _is_address(url):
        return url
    raise SignInNotTrusted(f"the metadata's {name} is missing or not an https address")


def _is_address(url: str) -> bool:
    """Return whether it is an https address that a browser and we understand in the same way; http on loopback."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return safe and bool(parts.hostname) and url.isascii() and url.isprintable() and not set(url) & set('@\\# "<>')


def _is_usable(copy: Document) -> bool:
    return copy.age < STALE_SECONDS
