"""Every adapter, made once from the settings: what is remembered, TalentLMS, identity providers, storefronts."""

from collections.abc import Mapping
from functools import cached_property, partial
from urllib.parse import urlsplit

from gateway.config import HandoffSettings, IdentityProviderSettings, RegisteredAddresses, Settings
from gateway.config.storefronts import StorefrontSettings
from gateway.database import upgrade
from gateway.database.account_links import AccountLinks
from gateway.database.audit_trail import AuditTrail
from gateway.database.connection import Database
from gateway.database.entitlements import Entitlements
from gateway.database.erased_people import ErasedPeople
from gateway.database.imported_orders import ImportedOrders
from gateway.database.launched_enrolments import LaunchedEnrolments
from gateway.database.order_faults import OrderFaults
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.orders import Orders
from gateway.database.reconciled_entitlements import ReconciledEntitlements
from gateway.database.redeem_codes import RedeemCodes
from gateway.database.used_handoffs import UsedHandoffs
from gateway.keyring import Keyring
from gateway.oidc.client_authentication import ClientAuthentication, by_private_key, by_secret
from gateway.oidc.logout import Logout
from gateway.oidc.metadata import ProviderDirectory
from gateway.oidc.presets import PRESETS
from gateway.oidc.provider_calls import ProviderAdapter
from gateway.oidc.published import STALE_SECONDS, PublishedDocuments, PublishedKeys
from gateway.oidc.registration import Registration
from gateway.oidc.relying_party import RelyingParty
from gateway.oidc.tokens import signed_claims
from gateway.outbound import proxies
from gateway.outbound.client import HttpClient
from gateway.store.attempts import Attempts
from gateway.store.budget import SharedBudget
from gateway.store.connection import Store, connect
from gateway.store.launches import MintedLaunches
from gateway.store.locks import Locks
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.storefronts.handoff import KIND, HandoffTokens, Signer, shared_key
from gateway.storefronts.shop_api import STRIPE_URL, ShopAccess, ShopApi
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.secret import Secret


class Adapters:
    """Whatever reaches beyond the process; each is made when it is first asked for, and nobody is connected to by that.

    Args:
        settings: the settings in force.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    # --- what is remembered ---------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        """What is remembered for hours."""
        return connect(self.settings.redis_url, self.settings.ca_file)

    @cached_property
    def database(self) -> Database:
        """What lasts."""
        return upgrade.opened(self.settings.database_url, self.settings.ca_file)

    @cached_property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        settings = self.settings
        names = [provider.name for provider in settings.identity_providers]
        names += [shop.name for shop in settings.storefronts]
        return Sessions(self.store, settings.session_idle, settings.session_lifetime, names)

    @cached_property
    def locks(self) -> Locks:
        """One at a time, across all processes."""
        return Locks(self.store)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Which account is whose."""
        return AccountLinks(self.database)

    @cached_property
    def audit_trail(self) -> AuditTrail:
        """What was done, and refused."""
        return AuditTrail(self.database)

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
    def talentlms(self) -> TalentLMS:
        """TalentLMS; the budget follows what it says of its limits."""
        lms = self.settings.talentlms
        transport = HttpTransport(lms.url, lms.api_key, self.http, self.budget)
        talentlms = TalentLMS(transport, userlogin_redirect=lms.userlogin_redirect, date_format="ask")
        self.budget.limits_from(talentlms.site.rate_limit)
        return talentlms

    # --- identity providers ---------------------------------------------------------------------------------------

    @cached_property
    def provider_adapter(self) -> ProviderAdapter:
        """The way to the identity providers."""
        return ProviderAdapter(self.http)

    @cached_property
    def provider_documents(self) -> ProviderDocuments:
        """What was fetched of them, and of storefronts' keys."""
        return ProviderDocuments(self.store, keep=STALE_SECONDS)

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
    def signing_algorithms(self) -> SigningAlgorithms:
        """By which algorithms providers sign."""
        return SigningAlgorithms(self.store, self.settings.session_lifetime)

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

    @cached_property
    def used_handoffs(self) -> UsedHandoffs:
        """Those that were used."""
        return UsedHandoffs(self.database)

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

    @cached_property
    def orders(self) -> Orders:
        """What storefronts told of orders."""
        return Orders(self.database, self.erased_people)

    @cached_property
    def erased_people(self) -> ErasedPeople:
        """Who was erased from orders."""
        return ErasedPeople(self.database, self.keyring)

    @cached_property
    def imported_orders(self) -> ImportedOrders:
        """What imports tell of orders."""
        return ImportedOrders(self.database, self.erased_people)

    @cached_property
    def order_queue(self) -> OrderQueue:
        """Which orders are due."""
        return OrderQueue(self.database)

    @cached_property
    def order_faults(self) -> OrderFaults:
        """What keeps failing of orders."""
        return OrderFaults(self.database)

    @cached_property
    def order_listing(self) -> OrderListing:
        """Orders for an operator."""
        return OrderListing(self.database)

    @cached_property
    def entitlements(self) -> Entitlements:
        """Who is entitled to what."""
        return Entitlements(self.database)

    @cached_property
    def reconciled_entitlements(self) -> ReconciledEntitlements:
        """The same, to be compared."""
        return ReconciledEntitlements(self.database)

    @cached_property
    def launched_enrolments(self) -> LaunchedEnrolments:
        """Whom launches enrolled."""
        return LaunchedEnrolments(self.database)

    @cached_property
    def redeem_codes(self) -> RedeemCodes:
        """Codes of seats."""
        return RedeemCodes(self.database, self.keyring)

    @cached_property
    def minted_launches(self) -> MintedLaunches:
        """Launches that storefronts were given."""
        return MintedLaunches(self.store, self.keyring)

    # --- our own --------------------------------------------------------------------------------------------------

    @cached_property
    def keyring(self) -> Keyring:
        """The gateway's own keys."""
        return Keyring(self.settings.secret_keys)

    def own_address(self, place: str) -> str:
        """Return a place as a full address: an own path with our public address before it."""
        return self.settings.public_url + place if place.startswith("/") else place

    def attempts(self, seconds: int) -> Attempts | None:
        """Return what counts failures in windows of so many seconds; ``None`` where nothing is limited."""
        return Attempts(self.store, seconds) if self.settings.rate_limits else None


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
