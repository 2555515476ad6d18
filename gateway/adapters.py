"""Every adapter, made once from the settings: what is remembered, TalentLMS, identity providers, storefronts."""

from collections.abc import Mapping
from functools import cached_property, partial
from urllib.parse import urlsplit

from gateway.config import HandoffSettings, IdentityProviderSettings, RegisteredAddresses
from gateway.config.storefronts import StorefrontSettings
from gateway.oidc.client_authentication import ClientAuthentication, by_private_key, by_secret
from gateway.oidc.graph import MemberGroups
from gateway.oidc.logout import Logout
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.presets import PRESETS
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.published import PublishedDocuments, PublishedKeys
from gateway.oidc.registration import Registration
from gateway.oidc.relying_party import RelyingParty
from gateway.oidc.tokens import signed_claims
from gateway.outbound import proxies
from gateway.outbound.client import HttpClient
from gateway.records import Records
from gateway.store.budget import SharedBudget
from gateway.storefronts.handoff import KIND, HandoffTokens, Signer, shared_key
from gateway.storefronts.shop_api import STRIPE_URL, ShopAccess, ShopApi
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.dry_run import WithheldChanges
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.secret import Secret


class Adapters(Records):
    """Whatever reaches beyond the process; each is made when it is first asked for, and nobody is connected to by that.

    Args:
        settings: the settings in force.
    """

    # --- TalentLMS ------------------------------------------------------------------------------------------------

    @cached_property
    def http(self) -> HttpClient:
        """The way out to everybody."""
        return HttpClient(self.settings.ca_file, proxies.from_environment())

    @cached_property
    def budget(self) -> Budget:
        """How many calls TalentLMS grants."""
        lms = self.settings.talentlms
        limits = (lms.calls_per_5_seconds, lms.calls_per_hour, LONGEST_SECONDS, lms.calls_per_person)
        return Budget(SharedBudget(self.store, urlsplit(lms.url).netloc, *limits))

    @cached_property
    def talentlms_transport(self) -> HttpTransport:
        """The way to TalentLMS."""
        lms = self.settings.talentlms
        return HttpTransport(lms.url, lms.api_key, self.http, self.budget)

    @cached_property
    def talentlms(self) -> TalentLMS:
        """TalentLMS, of which a dry-run changes nothing; the budget follows what it says of its limits."""
        redirect = self.settings.talentlms.userlogin_redirect
        withheld = WithheldChanges(self.recorded_changes.is_new) if self.settings.mapping.mode == "dry-run" else None
        talentlms = TalentLMS(
            self.talentlms_transport, userlogin_redirect=redirect, date_format="ask", before_change=withheld
        )
        self.budget.limits_from(talentlms.site.rate_limit)
        return talentlms

    # --- identity providers ---------------------------------------------------------------------------------------

    @cached_property
    def provider_adapter(self) -> ProviderAdapter:
        """The way to the identity providers."""
        return ProviderAdapter(self.http)

    @cached_property
    def directories(self) -> Mapping[str, ProviderDirectory]:
        """What each provider publishes, by its name."""
        return {
            entry.name: ProviderDirectory(
                entry.issuer,
                self.provider_documents,
                self.provider_adapter,
                PRESETS[entry.preset].metadata_query(entry.client_id),
            )
            for entry in self.settings.identity_providers
        }

    @cached_property
    def registrations(self) -> Mapping[str, Registration]:
        """What we are registered as at each provider, by its name."""
        url = self.settings.public_url
        return {entry.name: _registration(url, entry) for entry in self.settings.identity_providers}

    @cached_property
    def relying_parties(self) -> Mapping[str, RelyingParty]:
        """The sign-in at each provider, by its name."""
        return {
            name: RelyingParty(us, self.directories[name], self.provider_adapter, self.signing_algorithms)
            for name, us in self.registrations.items()
        }

    @cached_property
    def member_groups(self) -> Mapping[str, MemberGroups]:
        """Groups that ID tokens leave out, of each provider of which they are fetched, by its name."""
        return {
            entry.name: MemberGroups(
                self.registrations[entry.name],
                self.directories[entry.name],
                self.provider_adapter,
                entry.graph,
                security_only=entry.fetch_groups == "security",
            )
            for entry in self.settings.identity_providers
            if entry.fetch_groups != "never"
        }

    @cached_property
    def logouts(self) -> Mapping[str, Logout]:
        """The end at each provider, by its name."""
        return {
            name: Logout(us, self.directories[name], self.signing_algorithms) for name, us in self.registrations.items()
        }

    # --- storefronts ----------------------------------------------------------------------------------------------

    @cached_property
    def storefronts(self) -> Mapping[str, StorefrontSettings]:
        """The storefronts, by name."""
        return {shop.name: shop for shop in self.settings.storefronts}

    @cached_property
    def handoff_tokens(self) -> HandoffTokens:
        """Tokens by which storefronts hand customers over."""
        shops = self.settings.storefronts
        signers = {shop.name: self._signer(shop.name, shop.handoff) for shop in shops if shop.handoff is not None}
        return HandoffTokens(signers, self.settings.public_url)

    def _signer(self, name: str, handoff: HandoffSettings) -> Signer:
        if handoff.key is not None:
            return Signer(handoff.algorithm, shared_key(handoff.key))
        documents = PublishedDocuments(name, self.provider_documents, self.provider_adapter)
        keys = PublishedKeys(documents, handoff.jwks_url or "").candidates
        return Signer(handoff.algorithm, partial(signed_claims, keys=keys, algorithms=(handoff.algorithm,), kind=KIND))

    @cached_property
    def shop_api(self) -> ShopApi:
        """The storefronts' own APIs, where a key opens them."""
        shops = {
            entry.name: ShopAccess(entry.kind, entry.shop_url or STRIPE_URL, entry.shop_api_key)
            for entry in self.settings.storefronts
            if entry.shop_api_key is not None
        }
        return ShopApi(self.http, shops)

    def own_address(self, place: str) -> str:
        """Return a place as a full address: an own path with our public address before it."""
        return self.settings.public_url + place if place.startswith("/") else place


def _registration(public_url: str, entry: IdentityProviderSettings) -> Registration:
    registered = RegisteredAddresses.of(public_url, entry.name)
    return Registration(
        name=entry.name,
        issuer=entry.issuer,
        client_id=entry.client_id,
        authenticate=_authentication(entry),
        redirect_uri=registered.redirect,
        signed_out_uri=registered.signed_out,
        scopes=entry.scopes,
        algorithms=entry.algorithms,
        userinfo=entry.userinfo,
        preset=PRESETS[entry.preset],
        acr_values=entry.acr_values,
        max_age=entry.max_age,
        trusted_audiences=entry.trusted_audiences,
        pushed=entry.pushed_authorization,
    )


def _authentication(entry: IdentityProviderSettings) -> ClientAuthentication:
    if entry.private_key is not None:
        return by_private_key(entry.private_key)
    return by_secret(entry.client_secret or Secret(""), entry.client_authentication)
