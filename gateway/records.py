"""Everything that is remembered, in Redis for hours or in the database for good, made once from the settings."""

from functools import cached_property

from gateway.config import Settings
from gateway.database import upgrade
from gateway.database.account_links import AccountLinks
from gateway.database.assigned_people import PersonQueue
from gateway.database.audit_trail import AuditTrail
from gateway.database.connection import Database
from gateway.database.directory_report import DirectoryReport
from gateway.database.directory_store import DirectoryStore
from gateway.database.entitlements import Entitlements
from gateway.database.erased_people import ErasedPeople
from gateway.database.holdings import Holdings
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
from gateway.oidc.published import STALE_SECONDS
from gateway.store.attempts import Attempts
from gateway.store.connection import Store, connect
from gateway.store.launches import MintedLaunches
from gateway.store.locks import Locks
from gateway.store.provider_documents import ProviderDocuments
from gateway.store.recorded_changes import RecordedChanges
from gateway.store.sessions import Sessions
from gateway.store.signing_algorithms import SigningAlgorithms
from gateway.store.trace_queue import TraceQueue
from gateway.store.traces import Traces


class Records:
    """What is remembered; each is made when it is first asked for, and nobody is connected to by that.

    Args:
        settings: the settings in force.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def keyring(self) -> Keyring:
        """The gateway's own keys."""
        return Keyring(self.settings.secret_keys)

    # --- for hours ----------------------------------------------------------------------------------------------------

    @cached_property
    def store(self) -> Store:
        """What is remembered for hours."""
        return connect(self.settings.redis_url, self.settings.ca_file)

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
    def provider_documents(self) -> ProviderDocuments:
        """What was fetched of identity providers, and of storefronts' keys."""
        return ProviderDocuments(self.store, keep=STALE_SECONDS)

    @cached_property
    def signing_algorithms(self) -> SigningAlgorithms:
        """By which algorithms providers sign."""
        return SigningAlgorithms(self.store, self.settings.session_lifetime)

    @cached_property
    def minted_launches(self) -> MintedLaunches:
        """Launches that storefronts were given."""
        return MintedLaunches(self.store, self.keyring)

    @cached_property
    def recorded_changes(self) -> RecordedChanges:
        """Which changes a dry-run has written down."""
        return RecordedChanges(self.store)

    @cached_property
    def traces(self) -> Traces:
        """What became of requests."""
        return Traces(self.store)

    @cached_property
    def trace_queue(self) -> TraceQueue:
        """What is to be written of them."""
        return TraceQueue(self.traces.write)

    def attempts(self, seconds: int) -> Attempts | None:
        """Return what counts failures in windows of so many seconds; ``None`` where nothing is limited."""
        return Attempts(self.store, seconds) if self.settings.rate_limits else None

    # --- for good -----------------------------------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        """What lasts."""
        return upgrade.opened(self.settings.database_url, self.settings.ca_file)

    @cached_property
    def directory_store(self) -> DirectoryStore:
        """People and groups that identity providers push."""
        return DirectoryStore(self.database, self.holdings.assignments.people)

    @cached_property
    def directory_report(self) -> DirectoryReport:
        """The same for an operator."""
        return DirectoryReport(self.database)

    @cached_property
    def account_links(self) -> AccountLinks:
        """Which account is whose."""
        return AccountLinks(self.database)

    @cached_property
    def audit_trail(self) -> AuditTrail:
        """What was done, and refused."""
        return AuditTrail(self.database)

    @cached_property
    def person_queue(self) -> PersonQueue:
        """People to whom something is left to do."""
        return PersonQueue(self.database)

    @cached_property
    def holdings(self) -> Holdings:
        """What gives accounts what they have."""
        return Holdings(self.database)

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
    def used_handoffs(self) -> UsedHandoffs:
        """Hand-off tokens that were used."""
        return UsedHandoffs(self.database)
