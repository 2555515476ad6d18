"""What a provider publishes about itself: metadata and keys, with a lifetime (OpenID Connect Discovery 1.0)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from gateway import deadline, log
from gateway.errors import ProviderUnavailable, SignInNotTrusted
from gateway.oidc.outbound import BoundedAdapter, bounded, failed, json_object

LIFETIME_SECONDS = 3600
"""How long a copy is used without asking again."""
STALE_SECONDS = 24 * 3600
"""How old a last good copy may be while the provider is away."""
REFRESH_SECONDS = 60
"""How often, at most, an unknown ``kid`` makes us fetch the keys anew; per issuer, across all workers."""
FAULT_SECONDS = 60
"""How long ``state`` speaks of a document that could not be had, and how often, at most, a page asks for one."""
RETRY_SECONDS = 10
"""How often, at most, a stale copy is tried to be renewed while the provider is away."""

_ANOTHER_WORKERS_FETCH_SECONDS = 7.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Document(Protocol):
    """A copy of what a provider published; see ``gateway.store.provider_documents``."""

    content: dict[str, Any]
    fetched_at: float

    @property
    def age(self) -> float:
        """Seconds since it was fetched."""
        ...


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
    """

    def __init__(self, issuer: str, documents: Any, adapter: BoundedAdapter) -> None:
        self._issuer = issuer
        self._metadata_url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        self._documents = documents
        self._session = bounded(requests.Session(), adapter)

    def metadata(self) -> Metadata:
        """Return the provider's metadata.

        Raises:
            ProviderUnavailable: it cannot be fetched, and there is no copy that is young enough.
            SignInNotTrusted: it names another issuer, or an endpoint that is not https.
        """
        copy = self._copy(self._metadata_url, lambda found: _metadata(self._issuer, found))
        return _metadata(self._issuer, copy.content)

    def metadata_at_hand(self) -> Metadata | None:
        """Return the metadata for a page, which does not wait for a copy to be renewed; ``None`` for none.

        The provider is asked where there is no copy at all, at most once per ``FAULT_SECONDS`` across all workers.
        """
        copy: Document | None = self._documents.find(self._metadata_url)
        if copy is not None:
            return _metadata(self._issuer, copy.content)
        if not self._documents.may_fetch(self._metadata_url, "page", FAULT_SECONDS):
            return None
        try:
            return self.metadata()
        except (ProviderUnavailable, SignInNotTrusted) as error:
            log.event("sign_out.provider_unavailable", issuer=self._issuer, why=error.note)
            return None

    def keys(self, kid: str | None = None, *, allowance: str = "kid") -> list[Key]:
        """Return the provider's signing keys.

        Args:
            kid: the key that a token names; where it is unknown, the keys are fetched anew, at most once per
                ``REFRESH_SECONDS`` and allowance.
            allowance: which allowance such a fetch is taken from.

        Raises:
            ProviderUnavailable: as ``metadata``.
        """
        url = self.metadata().jwks_uri
        copy = self._copy(url, _keys)
        if kid is not None and kid not in _kids(copy.content):
            copy = self._newer(url, copy, allowance)
        return _keys(copy.content)

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

    def _copy(self, url: str, check: Callable[[dict[str, Any]], object]) -> Document:
        copy: Document | None = self._documents.find(url)
        if copy is not None and copy.age < LIFETIME_SECONDS:
            return copy
        usable = copy is not None and copy.age < STALE_SECONDS
        if usable and copy is not None and not self._documents.may_fetch(url, "lifetime", RETRY_SECONDS):
            return copy
        try:
            return self._fetch(url, check)
        except (ProviderUnavailable, SignInNotTrusted) as error:
            self._documents.failed(url, FAULT_SECONDS)
            if not usable or copy is None:
                raise
            log.event("provider.stale_copy_used", issuer=self._issuer, age=int(copy.age), why=error.note)
            return copy

    def _newer(self, url: str, known: Document, allowance: str) -> Document:
        """Fetch the keys anew, or take what another worker is fetching in this moment."""
        with self._documents.fetching(url, allowance, REFRESH_SECONDS) as ours:
            if ours:
                return self._fetched_or(known, url)
        self._wait_for_another_worker(url)
        newest: Document = self._documents.find(url) or known
        return newest

    def _fetched_or(self, known: Document, url: str) -> Document:
        try:
            return self._fetch(url, _keys)
        except (ProviderUnavailable, SignInNotTrusted) as error:
            log.event("provider.keys_not_renewed", issuer=self._issuer, why=error.note)
            return known

    def _wait_for_another_worker(self, url: str) -> None:
        end = time.monotonic() + deadline.remaining(_ANOTHER_WORKERS_FETCH_SECONDS)
        while self._documents.is_being_fetched(url) and time.monotonic() < end:
            time.sleep(0.05)

    def _fetch(self, url: str, check: Callable[[dict[str, Any]], object]) -> Document:
        document_name = "metadata" if url == self._metadata_url else "keys"
        try:
            response = self._session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        except requests.RequestException as error:
            raise failed(document_name, url, error) from None
        if response.status_code != requests.codes.ok:
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
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return safe and bool(parts.hostname) and url.isascii() and url.isprintable() and not set(url) & set('@\\# "<>')


def _keys(content: dict[str, Any]) -> list[Key]:
    """Return the keys of a JWK set that we can use; keys of other kinds are passed over (RFC 7517, 5)."""
    entries = content.get("keys")
    if not isinstance(entries, list):
        raise SignInNotTrusted("the key set holds no list of keys")
    return [key for entry in entries if (key := _key(entry)) is not None]


def _key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or entry.get("kty") == "oct":
        return None
    try:
        return KeySet.import_key_set({"keys": [entry]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _kids(content: dict[str, Any]) -> set[str]:
    kids = (entry.get("kid") for entry in content.get("keys", []) if isinstance(entry, dict))
    return {kid for kid in kids if isinstance(kid, str)}
