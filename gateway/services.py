"""Every flow, made once from the settings: for Flask, the worker and the command line, the same ones."""

import threading
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from urllib.parse import urlsplit

from gateway.config import IdentityProviderSettings
from gateway.flows import failed_codes
from gateway.flows.audit_search import AuditSearch
from gateway.flows.bought_seats import BoughtSeats
from gateway.flows.catalog import Catalog
from gateway.flows.customer_accounts import CustomerAccounts
from gateway.flows.directory import SCIM_PATH, Directory
from gateway.flows.directory_groups import GroupDirectory
from gateway.flows.doctor import Check, Doctor
from gateway.flows.doctor_database import DatabaseCheck
from gateway.flows.doctor_provider import ProviderCheck, prefix_of
from gateway.flows.doctor_store import StoreCheck
from gateway.flows.doctor_talentlms import START_SECONDS, TalentLMSCheck
from gateway.flows.erasure import Erasure
from gateway.flows.failed_codes import FailedCodes
from gateway.flows.fulfilment import Fulfilment
from gateway.flows.handover import Handovers, Shop
from gateway.flows.issuer_move import IssuerMove
from gateway.flows.named_targets import named_by
from gateway.flows.order_import import OrderImport
from gateway.flows.order_intake import OrderIntake
from gateway.flows.people import People
from gateway.flows.product_targets import ProductTargets
from gateway.flows.reconciliation import Reconciliation
from gateway.flows.redemption import Redemption
from gateway.flows.refunded_courses import RefundedCourses
from gateway.flows.retries import Retries
from gateway.flows.seat_giving import SeatGiving
from gateway.flows.seats import Seats
from gateway.flows.settlement import Settlement
from gateway.flows.told_orders import ToldOrders
from gateway.flows.trust import Trust
from gateway.learner_flows import LearnerFlows
from gateway.oidc.probe import ProviderProbe
from gateway.readiness import Readiness
from gateway.store.catalog_copies import CatalogCopies
from gateway.store.diagnoses import Diagnoses
from gateway.store.examinations import Examinations
from gateway.storefronts import listings
from gateway.storefronts.dialects import DIALECTS
from schemas.product import Product


class Services(LearnerFlows):
    """What the gateway is made of: its adapters, and the flows that use them; each is made when it is first asked for.

    Args:
        settings: the settings in force.
    """

    @cached_property
    def readiness(self) -> Readiness:
        """Whether clicks can be served."""
        return Readiness(self.store, self.database, self.directories)

    @cached_property
    def audit_search(self) -> AuditSearch:
        """People in the audit trail."""
        return AuditSearch(self.account_links, self.order_listing, self.storefronts)

    @cached_property
    def people(self) -> People:
        """Links that an operator makes and ends."""
        sessions = self.sessions
        return People(
            self.talentlms.users,
            self.account_links,
            self.accounts,
            self.link_field,
            self.locks,
            sessions.end_of_person,
            sessions.end_all_of_user,
        )

    @cached_property
    def erasure(self) -> Erasure:
        """People who are to be forgotten."""
        sessions = self.sessions
        return Erasure(
            self.account_links,
            self.link_field,
            self.erased_people,
            self.audit_trail,
            sessions.end_of_person,
            sessions.end_all_of_user,
        )

    def issuer_move(self, old: str, new: str, trust: Trust) -> IssuerMove:
        """Return a move from one identity provider to another."""
        return IssuerMove(self.account_links, self.sessions.end_of_person, old, new, trust)

    @cached_property
    def handovers(self) -> Handovers:
        """Customers whom storefronts send."""
        return Handovers(
            {
                shop.name: Shop(
                    self.shop_trusts[shop.name],
                    set(shop.products.values()),
                    partial(self.launched_enrolments.begin, shop.name),
                )
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

    @cached_property
    def order_told(self) -> threading.Event:
        """What is set once an order was told of in this process; its worker waits for it."""
        return threading.Event()

    @cached_property
    def order_intake(self) -> OrderIntake:
        """Webhooks."""
        return OrderIntake(self.storefronts, DIALECTS, self.orders, self.order_told.set)

    @cached_property
    def order_import(self) -> OrderImport:
        """Listings of shops."""
        return OrderImport(listings.told, self.imported_orders)

    @cached_property
    def fulfilment(self) -> Fulfilment:
        """What orders lead to."""
        types = self.settings.talentlms.learner_types
        return Fulfilment(
            self.storefronts,
            ToldOrders(self.orders, self.shop_api),
            self.entitlements,
            Seats(self.redeem_codes),
            CustomerAccounts(self.talentlms, self.account_links, self.accounts, types),
            ProductTargets(self.talentlms),
            self.membership_changes,
            self.persistent_faults,
        )

    @cached_property
    def settlement(self) -> Settlement:
        """Refunds that wait for a person."""
        return Settlement(self.order_queue, self.entitlements, self.fulfilment.fulfil)

    @cached_property
    def retries(self) -> Retries:
        """What waits for a person, and is tried again."""
        return Retries(self.order_queue, self.holdings.assignments.people, self.order_told.set)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        """What orders have given, compared with TalentLMS."""
        return Reconciliation(self.talentlms, self.reconciled_entitlements, self.holdings)

    @cached_property
    def products(self) -> Mapping[str, Mapping[str, Product]]:
        """What each storefront sells, by its name and the SKU."""
        return {shop.name: shop.products for shop in self.settings.storefronts}

    @cached_property
    def redemption(self) -> Redemption:
        """Redeem codes in the hands of those who are given them."""
        attempts = self.attempts(failed_codes.WINDOW_SECONDS)
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

    @cached_property
    def catalog(self) -> Catalog:
        """What is on offer."""
        return Catalog(self.talentlms, CatalogCopies(self.store, urlsplit(self.settings.talentlms.url).netloc))

    @cached_property
    def directory(self) -> Directory:
        """People whom identity providers push."""
        issuers = {entry.name: entry.issuer for entry in self.settings.identity_providers}
        base = self.own_address(SCIM_PATH)
        store = self.directory_store
        return Directory(store.users, store.connections, issuers, self.sessions.end_of_person, base)

    @cached_property
    def group_directory(self) -> GroupDirectory:
        """Their groups."""
        return GroupDirectory(self.directory_store.groups, self.own_address(SCIM_PATH))

    @cached_property
    def diagnoses(self) -> Diagnoses:
        """What a diagnosis last found, whichever process asked for it."""
        return Diagnoses(self.store, urlsplit(self.settings.talentlms.url).netloc)

    @cached_property
    def doctor(self) -> Doctor:
        """Whether what the settings name is there and works, whenever somebody asks."""
        return self._doctor(lambda: True)

    @cached_property
    def doctor_at_start(self) -> Doctor:
        """The same at a start; ``last`` is what was found. Starts that follow each other spend calls but once."""
        asked = Examinations(self.store, urlsplit(self.settings.talentlms.url).netloc)
        return self._doctor(lambda: asked.may_ask(START_SECONDS))

    def _doctor(self, may_spend: Callable[[], bool]) -> Doctor:
        settings = self.settings
        checks: dict[str, Check] = {
            f"provider {entry.name}": self._provider_check(entry) for entry in settings.identity_providers
        }
        checks["talentlms"] = TalentLMSCheck(
            settings.talentlms, self.talentlms_transport, tuple(named_by(settings)), may_spend
        )
        checks["redis"] = StoreCheck(self.store if settings.redis_url else None)
        checks["database"] = DatabaseCheck(self.database.plain)
        return Doctor(checks, keep=self.diagnoses.keep)

    def _provider_check(self, entry: IdentityProviderSettings) -> ProviderCheck:
        us = self.registrations[entry.name]
        probe = ProviderProbe(us, self.provider_adapter, self.http)
        return ProviderCheck(entry, prefix_of(self.settings.identity_providers, entry), probe, us.redirect_uri)
