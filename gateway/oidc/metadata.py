"""What a provider publishes about itself: metadata and keys, with a lifetime (OpenID Connect Discovery 1.0)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from joserfc.jwk import Key

from gateway.errors import SignInNotTrusted
from gateway.hosts import is_loopback
from gateway.oidc.key_set import entries_of, usable
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.published import LIFETIME_SECONDS, PublishedDocuments
from gateway.oidc.shared_fetch import Document, Purpose


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
        self._metadata_url = metadata_url(issuer, query)
        self._documents = documents
        self._published = PublishedDocuments(issuer, documents, adapter)

    def metadata(self, purpose: Purpose = "sign-in") -> Metadata:
        """Return the provider's metadata.

        Args:
            purpose: what it is wanted for.

        Raises:
            ProviderUnavailable: it cannot be fetched, or not soon enough, and there is no copy that is young enough.
            SignInNotTrusted: it names another issuer, or an endpoint that is not https.
        """
        copy = self._published.copy("metadata", self._metadata_url, partial(metadata_of, self._issuer), purpose)
        return metadata_of(self._issuer, copy.content)

    def keys(self) -> list[Key]:
        """Return the keys of the provider's key set that can be used.

        Raises:
            ProviderUnavailable: as ``metadata``.
            SignInNotTrusted: as ``metadata``, or it is no key set.
        """
        copy = self._published.copy("keys", self.metadata().jwks_uri, entries_of, "sign-in")
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
        yield from self._published.candidates(self.metadata(purpose).jwks_uri, kid, purpose)

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


def metadata_url(issuer: str, query: str = "") -> str:
    """Return where a provider's metadata is (Discovery 1.0, 4.1).

    Args:
        issuer: as configured.
        query: as ``ProviderDirectory`` has it.
    """
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration" + (f"?{query}" if query else "")


def metadata_of(issuer: str, content: dict[str, Any]) -> Metadata:
    """Return what a document says.

    Args:
        issuer: as configured.
        content: of the document.

    Raises:
        SignInNotTrusted: it names another issuer, or an endpoint that is not https, or lacks one.
    """
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
