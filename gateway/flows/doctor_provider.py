"""The doctor's check of one identity provider: metadata, product, keys, clock, the client, the registered address."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from gateway.config import IdentityProviderSettings
from gateway.errors import GatewayError, ProviderUnavailable, SignInNotTrusted
from gateway.flows.doctor import Row, State
from gateway.flows.doctor_clock import clock_row
from gateway.flows.provider_products import SHOWN_BY_METADATA, product_of
from gateway.flows.reaching import remedy_of, remedy_of_path
from gateway.oidc.probe import ProviderProbe, Published, Refusal

_PRIVATE_KEY_JWT = "private_key_jwt"
_AUTHENTICATION_BY_DEFAULT = ["client_secret_basic"]


class ProviderCheck:
    """Asks one provider: four requests at most, of which none signs anybody in.

    Args:
        entry: of the settings.
        prefix: what the names of its settings begin with: ``OIDC_``, or ``identity_providers[0].``.
        probe: asks it.
        redirect_uri: the address that has to be registered there.
    """

    def __init__(self, entry: IdentityProviderSettings, prefix: str, probe: ProviderProbe, redirect_uri: str) -> None:
        self._entry = entry
        self._prefix = prefix
        self._probe = probe
        self._redirect_uri = redirect_uri

    def __call__(self) -> Iterator[Row]:
        """Walk what is found."""
        try:
            published = self._probe.published()
        except (ProviderUnavailable, SignInNotTrusted) as error:
            yield self._row("metadata", "issuer", "fault", error.note, self._remedy(error))
            return
        yield self._row("metadata", "issuer", "ok", f"{self._entry.issuer} publishes what a sign-in needs")
        yield self.product(published.content)
        yield from self._offers(published)
        yield self._tried("keys", "algorithms", partial(self._keys, published))
        yield clock_row(self._what("clock"), self._named("issuer"), "the provider", published.ahead)
        yield self._tried("client", self._credential, partial(self._client, published))
        yield self._tried("redirect address", "client_id", partial(self._redirect, published))

    def _remedy(self, error: GatewayError) -> str:
        if isinstance(error, SignInNotTrusted):
            return (
                f"Where this is your provider, write {self._named('issuer')} character for character as its metadata "
                "has it, with or without a slash at its end."
            )
        if "status 4" in error.note:
            return f"Check the path in {self._named('issuer')}; docs/providers says how each product writes it."
        return remedy_of(error.note, self._named("issuer")) or "See whether the provider works."

    def product(self, metadata: Mapping[str, Any]) -> Row:
        """Return what the metadata says of the preset."""
        preset, product = self._entry.preset, product_of(self._entry.issuer, metadata)
        told = partial(self._row, "product", "preset")
        if product in ("", preset) and (product or preset not in SHOWN_BY_METADATA):
            return told("ok", f"the preset {preset} is used")
        named = self._named("preset")
        if not product:
            finding = f"the preset is {preset}, and nothing in the metadata is this product's own"
            return told("warning", finding, f"Set {named} to the product that the provider is, or to generic.")
        finding = f"the provider is {product}, and the preset is {preset}"
        return told("warning" if preset == "generic" else "fault", finding, f"Set {named} to {product}.")

    def _offers(self, published: Published) -> Iterator[Row]:
        """Walk what is asked for and not offered; lists that the provider does not publish offer everything."""
        content, entry = published.content, self._entry
        for field, member, wanted in (
            ("scopes", "scopes_supported", entry.scopes),
            ("acr_values", "acr_values_supported", entry.acr_values),
        ):
            offered = content.get(member)
            missing = [name for name in wanted if isinstance(offered, list) and name not in offered]
            if missing:
                finding = f"the provider does not offer {', '.join(missing)}"
                remedy = f"Have it offered there, or remove it from {self._named(field)}."
                yield self._row(field.replace("_", " "), field, "warning", finding, remedy)
        if published.metadata.demands_pushed_requests and not published.metadata.pushed_authorization_request_endpoint:
            finding = "it demands pushed requests, and publishes no endpoint for them"
            yield self._row(
                "pushed requests", "issuer", "fault", finding, "Have the provider's administrator mend that."
            )

    def _keys(self, published: Published) -> Row:
        algorithms, told = self._entry.algorithms, partial(self._row, "keys", "algorithms")
        signed_by = published.content.get("id_token_signing_alg_values_supported")
        if isinstance(signed_by, list) and not set(signed_by) & set(algorithms):
            offered = ", ".join(str(name)[:20] for name in signed_by[:5]) or "none"
            remedy = f"Have the provider sign ID tokens by one of {', '.join(algorithms)}; a shared secret will not do."
            return told("fault", f"it signs ID tokens by {offered}, and {', '.join(algorithms)} are accepted", remedy)
        number = len(self._probe.keys(published))
        if not number:
            remedy = "Have the provider sign by a key for one of them; RSA keys need 2,048 bits."
            return told("fault", f"none of its keys is one for {', '.join(algorithms)}", remedy)
        return told("ok", f"{number} that can sign by {', '.join(algorithms)}")

    @property
    def _credential(self) -> str:
        return "private_key" if self._entry.client_authentication == _PRIVATE_KEY_JWT else "client_secret"

    def _client(self, published: Published) -> Row:
        refusal, told = self._probe.redemption(published), partial(self._row, "client", self._credential)
        said = ": ".join(filter(None, (f"status {refusal.status}", refusal.error, refusal.description)))
        if refusal.error == "invalid_grant":
            return told("ok", "the token endpoint objects to a made-up code alone, not to the client")
        if refusal.error == "invalid_client" or refusal.status == HTTPStatus.UNAUTHORIZED:
            return told("fault", f"the token endpoint does not accept the client: {said}", self._of_client(published))
        if refusal.error in ("unauthorized_client", "unsupported_grant_type"):
            remedy = f"Check {self._named('client_id')}, and allow this client the authorization code flow there."
            return self._row("client", "client_id", "fault", f"the token endpoint refuses the client: {said}", remedy)
        return self._otherwise(refusal, said)

    def _otherwise(self, refusal: Refusal, said: str) -> Row:
        told = partial(self._row, "client", self._credential)
        if refusal.status == HTTPStatus.OK:
            remedy = f"Check {self._named('issuer')}: what answers there is no token endpoint of a provider."
            return self._row("client", "issuer", "fault", "a made-up code was accepted", remedy)
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return told("fault", f"the token endpoint fails: {said}", "See whether the provider works.")
        return told("unknown", f"the token endpoint does not say whether it accepts the client: {said}")

    def _of_client(self, published: Published) -> str:
        ours, settings = self._entry.client_authentication, self._named
        takes = published.content.get("token_endpoint_auth_methods_supported", _AUTHENTICATION_BY_DEFAULT)
        if isinstance(takes, list) and ours not in takes:
            listed = ", ".join(str(name)[:40] for name in takes[:5])
            return (
                f"It takes {listed}: set {settings('client_authentication')} to one of those, or have it take {ours}."
            )
        if ours == _PRIVATE_KEY_JWT:
            return f"Register the public half of {settings('private_key')} there, for {settings('client_id')}."
        return remedy_of_path(self._entry.client_secret, settings("client_secret")) or (
            f"Copy {settings('client_secret')} anew from the provider, the value and not its id, and see whether it "
            f"has expired; check {settings('client_id')}."
        )

    def _redirect(self, published: Published) -> Row:
        told = partial(self._row, "redirect address", "client_id")
        comes_back = self._probe.comes_back(published)
        if comes_back:
            return told("ok", f"{self._redirect_uri} is registered")
        remedy = f"Register {self._redirect_uri} there, exactly; `talentlms-gateway check` prints the other addresses."
        if comes_back is None:
            return told("unknown", f"whether {self._redirect_uri} is registered shows in a sign-in alone")
        return told("fault", f"the provider sends nobody back to {self._redirect_uri}", remedy)

    def _tried(self, what: str, field: str, look: Callable[[], Row]) -> Row:
        """Return what a look finds; where nobody answers, that."""
        try:
            return look()
        except (ProviderUnavailable, SignInNotTrusted) as error:
            remedy = remedy_of(error.note, self._named("issuer")) or "See whether the provider works."
            return self._row(what, field, "fault", error.note, remedy)

    def _row(self, what: str, field: str, state: State, finding: str, remedy: str = "") -> Row:
        return Row(self._what(what), self._named(field), state, finding, remedy)

    def _what(self, what: str) -> str:
        return f"provider {self._entry.name}: {what}"

    def _named(self, field: str) -> str:
        """Return a setting's name, as whoever set it wrote it."""
        return self._prefix + (field if "[" in self._prefix else field.upper())


def prefix_of(entries: tuple[IdentityProviderSettings, ...], entry: IdentityProviderSettings) -> str:
    """Return what the names of an entry's settings begin with; the provider of the variables is called ``default``."""
    if entry.name == "default":
        return "OIDC_"
    listed = [other for other in entries if other.name != "default"]
    return f"identity_providers[{listed.index(entry)}]."
