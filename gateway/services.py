"""Every adapter and every flow, made once from the settings: for Flask and for the command line, the same ones."""

import threading
from collections.abc import Mapping
from functools import cached_property, partial
from urllib.parse import urlsplit

from gateway.config import HandoffSettings, IdentityProviderSettings, RegisteredAddresses, Settings
from gateway.config.storefronts import StorefrontSettings
from gateway.database import upgrade
from gateway.database.account_links import AccountLinks
from gateway.database.connection import Database
from gateway.database.entitlements import Entitlements
from gateway.database.order_listing import OrderListing
from gateway.database.order_queue import OrderQueue
from gateway.database.orders import Orders
from gateway.database.redeem_codes import RedeemCodes
from gateway.database.used_handoffs import UsedHandoffs
from gateway.flows import account_refusals, failed_codes
from gateway.flows.accounts import Accounts
from gateway.flows.bought_seats import BoughtSeats
from gateway.flows.catalog import Catalog
from gateway.flows.checkout import Checkout
from gateway.flows.customer_accounts import CustomerAccounts
from gateway.flows.destinations import Destinations
from gateway.flows.enrolment import Enrolment
from gateway.flows.entitling import Entitling
from gateway.flows.failed_codes import FailedCodes
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.handover import Handovers, Shop
from gateway.flows.items import Items
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.learners import Learners
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.order_intake import OrderIntake
from gateway.flows.password_sign_in import PasswordSignIn
from gateway.flows.product_targets import ProductTargets
from gateway.flows.provider_logout import ProviderLogout
from gateway.flows.redemption import Redemption
from gateway.flows.refunded_courses import RefundedCourses
from gateway.flows.seat_giving import SeatGiving
from gateway.flows.seats import Seats
from gateway.flows.sign_in import SignIn
from gateway.flows.sign_out import CONTINUE_PATH, SignOut
from gateway.flows.training import Training
from gateway.flows.trust import Trust
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
from gateway.store.catalog_copies import CatalogCopies
from gateway.store.connection import Store, connect
from gateway.store.launches import MintedLaunches
from gateway.store.locks import Locks
from gateway.store.password_attempts import Limits, PasswordAttempts
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.store.transactions import Departures, UsedStates
from gateway.store.used_tokens import UsedTokens
from gateway.storefronts.dialects import DIALECTS
from gateway.storefronts.handoff import KIND, HandoffTokens, Signer, shared_key
from gateway.storefronts.shop_api import STRIPE_URL, ShopAccess, ShopApi
from gateway.talentlms.budget import Budget
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.transport import LONGEST_SECONDS, HttpTransport
from schemas.product import Product
from schemas.secret import Secret


class Services:
    """What the gateway is made of; each is made when it is first asked for, and nobody is connected to by that.

    Args:
        settings: the settings in force.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    # --- what is remembered ------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        """What is remembered for hours."""
        return connect(self.settings.redis_url, self.settings.ca_file)

    @cached_property
    def database(self) -> Database:
        """What lasts."""
        return upgrade.opened(self.settings.database_url, self.settings.ca_file)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Which account is whose."""
        return AccountLinks(self.database)

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
    def http(self) -> HttpClient:
        """The way out to everybody."""
        return HttpClient(self.settings.ca_file, proxies.from_environment())

    # --- TalentLMS ---------------------------------------------------------------------------------------------

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
        talentlms = TalentLMS(transport, userlogin_redirect=lms.userlogin_redirect)
        self.budget.limits_from(talentlms.site.rate_limit)
        return talentlms

    @cached_property
    def destinations(self) -> Destinations:
        """Where its links may lead."""
        return Destinations(self.settings.talentlms.link_hosts, self.settings.talentlms.payment_hosts)

    # --- identity providers ------------------------------------------------------------------------------------

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

    @cached_property
    def trusts(self) -> Mapping[str, Trust]:
        """What each provider is trusted with, by its name."""
        return {
            entry.name: Trust(entry.trusted_email_domains, entry.trust_username, entry.email_verified_domains)
            for entry in self.settings.identity_providers
        }

    @cached_property
    def shop_trusts(self) -> Mapping[str, Trust]:
        """What each storefront is trusted with, by its name."""
        return {shop.name: Trust(is_shop=True, adopts=shop.adopt == "verified") for shop in self.settings.storefronts}

    # --- storefronts -------------------------------------------------------------------------------------------

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

    # --- flows -------------------------------------------------------------------------------------------------

    @cached_property
    def keyring(self) -> Keyring:
        """The gateway's own keys."""
        return Keyring(self.settings.secret_keys)

    @cached_property
    def passwords(self) -> ManagedPasswords:
        """The passwords of accounts that the gateway signed up."""
        return ManagedPasswords(self.keyring)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts for people."""
        return Accounts(
            self.talentlms,
            self.account_links,
            self.locks,
            self.passwords,
            self.settings.talentlms.learner_types,
            self._attempts(account_refusals.REFUSAL_SECONDS),
            self.sessions.end_of_person,
        )

    @cached_property
    def learners(self) -> Learners:
        """Accounts of people who have signed in."""
        return Learners(self.accounts, {**self.trusts, **self.shop_trusts}, self.sessions, self.budget)

    @cached_property
    def launch(self) -> Launch:
        """Links into TalentLMS."""
        lms = self.settings.talentlms
        options = LaunchOptions(
            login_link=lms.login_link,
            logout_redirect=self.own_address(lms.after_logout),
            completed_redirect=self.own_address(lms.after_completion or "/completed/{course}"),
            hidden_options=lms.header_hidden_options,
            self_enrol_courses=lms.self_enrol_courses,
        )
        return Launch(self.talentlms, self.destinations, self.passwords, self.enrolment, options)

    @cached_property
    def enrolment(self) -> Enrolment:
        """Enrolments in courses."""
        return Enrolment(self.talentlms)

    @cached_property
    def checkout(self) -> Checkout:
        """Links to payment pages."""
        return Checkout(self.talentlms, self.destinations, self.items)

    @cached_property
    def handovers(self) -> Handovers:
        """Customers whom storefronts send."""
        return Handovers(
            {
                shop.name: Shop(self.shop_trusts[shop.name], set(shop.products.values()))
                for shop in self.settings.storefronts
            },
            self.accounts,
            self.learners,
            self.sessions,
            self.launch,
            self.checkout,
            self.talentlms.categories,
            RefundedCourses(self.entitlements, self.account_links).includes,
        )

    # --- orders ------------------------------------------------------------------------------------------------

    @cached_property
    def storefronts(self) -> Mapping[str, StorefrontSettings]:
        """The storefronts, by name."""
        return {shop.name: shop for shop in self.settings.storefronts}

    @cached_property
    def orders(self) -> Orders:
        """What storefronts told of orders."""
        return Orders(self.database)

    @cached_property
    def order_queue(self) -> OrderQueue:
        """Which orders are due."""
        return OrderQueue(self.database)

    @cached_property
    def order_listing(self) -> OrderListing:
        """Orders for an operator."""
        return OrderListing(self.database)

    @cached_property
    def entitlements(self) -> Entitlements:
        """Who is entitled to what."""
        return Entitlements(self.database)

    @cached_property
    def redeem_codes(self) -> RedeemCodes:
        """Codes of seats."""
        return RedeemCodes(self.database, self.keyring)

    @cached_property
    def order_told(self) -> threading.Event:
        """What is set once an order was told of in this process; its worker waits for it."""
        return threading.Event()

    @cached_property
    def order_intake(self) -> OrderIntake:
        """Webhooks."""
        return OrderIntake(self.storefronts, DIALECTS, self.orders, self.order_told.set)

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
    def fulfilment(self) -> Fulfilment:
        """What orders lead to."""
        types = self.settings.talentlms.learner_types
        return Fulfilment(
            self.storefronts,
            self.orders,
            self.entitlements,
            Seats(self.redeem_codes),
            CustomerAccounts(self.talentlms, self.account_links, self.accounts, types),
            ProductTargets(self.talentlms),
            Entitling(self.talentlms, self.entitlements, self.locks),
            self.shop_api,
        )

    @cached_property
    def products(self) -> Mapping[str, Mapping[str, Product]]:
        """What each storefront sells, by its name and the SKU."""
        return {shop.name: shop.products for shop in self.settings.storefronts}

    @cached_property
    def redemption(self) -> Redemption:
        """Redeem codes in the hands of those who are given them."""
        attempts = self._attempts(failed_codes.WINDOW_SECONDS)
        return Redemption(
            self.products,
            self.redeem_codes,
            SeatGiving(self.orders, self.order_queue, self.entitlements, self.fulfilment.fulfil),
            self.learners,
            self.accounts,
            {**self.trusts, **self.shop_trusts},
            self.launch,
            FailedCodes(attempts, "redeem", failed_codes.REDEEM_CODES_PER_ADDRESS),
        )

    @cached_property
    def bought_seats(self) -> BoughtSeats:
        """Seats that customers give away."""
        return BoughtSeats(self.products, self.redeem_codes)

    # --- pages -------------------------------------------------------------------------------------------------

    @cached_property
    def minted_launches(self) -> MintedLaunches:
        """Launches that storefronts were given."""
        return MintedLaunches(self.store, self.keyring)

    @cached_property
    def items(self) -> Items:
        """What courses and categories are called."""
        return Items(self.talentlms)

    @cached_property
    def catalog(self) -> Catalog:
        """What is on offer."""
        return Catalog(self.talentlms, CatalogCopies(self.store, urlsplit(self.settings.talentlms.url).netloc))

    @cached_property
    def training(self) -> Training:
        """What somebody learns."""
        return Training(self.talentlms)

    @cached_property
    def sign_out(self) -> SignOut:
        """The way out."""
        return SignOut(
            self.sessions,
            Departures(self.store),
            self.logouts,
            self.accounts,
            self.talentlms,
            self.destinations,
            self.settings.public_url + CONTINUE_PATH,
        )

    @cached_property
    def sign_in(self) -> SignIn:
        """The sign-in at an identity provider."""
        limit = FailedCodes(self._attempts(failed_codes.WINDOW_SECONDS))
        return SignIn(self.relying_parties, self.sessions, UsedStates(self.store), limit)

    @cached_property
    def provider_logout(self) -> ProviderLogout:
        """Sessions that end because the provider says so."""
        return ProviderLogout(self.logouts, self.sessions, UsedTokens(self.store))

    @cached_property
    def password_sign_in(self) -> PasswordSignIn:
        """Sign-in with a TalentLMS password."""
        attempts = PasswordAttempts(self.store, Limits()) if self.settings.rate_limits else None
        after = self.own_address(self.settings.talentlms.after_logout)
        return PasswordSignIn(self.talentlms, self.destinations, self.locks, attempts, self.keyring, after)

    def own_address(self, place: str) -> str:
        """Return a place as a full address: an own path with our public address before it."""
        return self.settings.public_url + place if place.startswith("/") else place

    def _attempts(self, seconds: int) -> Attempts | None:
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
