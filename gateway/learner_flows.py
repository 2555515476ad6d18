"""How people who learn come in, their accounts, their links and the way out: flows, made once from the settings."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from gateway.adapters import Adapters
from gateway.flows import account_refusals, failed_codes
from gateway.flows.accounts import Accounts
from gateway.flows.assigning import Assigning
from gateway.flows.audit_rows import AuditRows
from gateway.flows.checkout import Checkout
from gateway.flows.claim_mapping import ClaimMapping
from gateway.flows.destinations import Destinations
from gateway.flows.directory_people import DirectoryPeople, PushingProvider
from gateway.flows.failed_codes import FailedCodes
from gateway.flows.items import Items
from gateway.flows.launch import Launch, LaunchOptions
from gateway.flows.learners import Learners
from gateway.flows.link_field import LinkField
from gateway.flows.managed_password import ManagedPasswords
from gateway.flows.membership_changes import MembershipChanges
from gateway.flows.password_sign_in import PasswordSignIn
from gateway.flows.persistent_faults import PersistentFaults
from gateway.flows.provider_logout import ProviderLogout
from gateway.flows.provisioning import DirectoryRules, Provisioning
from gateway.flows.self_enrolment import Enrolment
from gateway.flows.sign_in import SignIn
from gateway.flows.sign_out import CONTINUE_PATH, SignOut
from gateway.flows.training import Training
from gateway.flows.trust import Trust
from gateway.mapping.groups import GroupClaims
from gateway.mapping.mapper import Mapper
from gateway.store.password_attempts import Limits, PasswordAttempts
from gateway.store.transactions import Departures, UsedStates
from gateway.store.used_tokens import UsedTokens


class LearnerFlows(Adapters):
    """Flows that know nothing of orders; each is made when it is first asked for.

    Args:
        settings: the settings in force.
    """

    @cached_property
    def audit_rows(self) -> AuditRows:
        """What of the audit trail is written into the database."""
        return AuditRows(self.audit_trail)

    @cached_property
    def destinations(self) -> Destinations:
        """Where its links may lead."""
        return Destinations(self.settings.talentlms.link_hosts, self.settings.talentlms.payment_hosts)

    @cached_property
    def trusts(self) -> Mapping[str, Trust]:
        """What each provider is trusted with, by its name."""
        return {
            entry.name: Trust(
                entry.trusted_email_domains,
                entry.trust_username,
                entry.email_verified_domains,
                preset=entry.preset,
            )
            for entry in self.settings.identity_providers
        }

    @cached_property
    def shop_trusts(self) -> Mapping[str, Trust]:
        """What each storefront is trusted with, by its name."""
        return {shop.name: Trust(is_shop=True, adopts=shop.adopt == "verified") for shop in self.settings.storefronts}

    @cached_property
    def passwords(self) -> ManagedPasswords:
        """The passwords of accounts that the gateway signed up."""
        return ManagedPasswords(self.keyring)

    @cached_property
    def link_field(self) -> LinkField:
        """Where TalentLMS keeps the links."""
        return LinkField(self.talentlms.users, self.keyring, self.settings.talentlms.link_custom_field)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts for people."""
        return Accounts(
            self.talentlms,
            self.account_links,
            self.locks,
            self.passwords,
            self.settings.talentlms.learner_types,
            self.attempts(account_refusals.REFUSAL_SECONDS),
            self.sessions.end_of_person,
            self.link_field,
        )

    @cached_property
    def persistent_faults(self) -> PersistentFaults:
        """Faults that are no outage."""
        return PersistentFaults(self.talentlms, self.order_faults)

    @cached_property
    def membership_changes(self) -> MembershipChanges:
        """Giving and taking what accounts have."""
        return MembershipChanges(self.talentlms, self.holdings, self.locks, self.launched_enrolments)

    @cached_property
    def has_assignments(self) -> bool:
        """Whether there are rules, which may give somebody something, or have done so before the settings changed."""
        return bool(self.settings.mapping.rules)

    @cached_property
    def assigning(self) -> Assigning:
        """What rules of the mapping give people."""
        return Assigning(
            self.settings.mapping.rules,
            self.holdings,
            self.membership_changes,
            self.talentlms,
            self.account_links,
            self.accounts,
            self.persistent_faults.is_outage,
        )

    @cached_property
    def has_directory(self) -> bool:
        """Whether identity providers push people."""
        return bool(self.settings.scim.tokens)

    @cached_property
    def directory_people(self) -> DirectoryPeople:
        """What directories say of people."""
        pushing = {
            entry.name: PushingProvider(entry.issuer, self.group_claims[entry.name].claim)
            for entry in self.settings.identity_providers
            if entry.name in self.settings.scim.digests
        }
        return DirectoryPeople(self.directory_store, pushing)

    @cached_property
    def group_claims(self) -> Mapping[str, GroupClaims]:
        """Where each provider's groups are, by its name; a directory's need a claim even where sign-ins have none."""
        found = {entry.name: GroupClaims.of(entry) for entry in self.settings.identity_providers}
        unnamed = [name for name, where in found.items() if name in self.settings.scim.digests and not where.claim]
        return found | {name: replace(found[name], claim="groups") for name in unnamed}

    @cached_property
    def provisioning(self) -> Provisioning:
        """Accounts of people whom directories have."""
        adopts = self.settings.scim.adopt == "trusted_domains"
        trusts = {
            entry.name: Trust(entry.trusted_email_domains, adopts=adopts) for entry in self.settings.identity_providers
        }
        deletes = self.settings.scim.on_delete == "delete"
        return Provisioning(
            self.directory_people,
            DirectoryRules(Mapper(self.settings.mapping), self.group_claims, trusts, deletes=deletes),
            self.holdings.assignments.people,
            self.assigning,
            self.accounts,
            self.talentlms.users,
            self.locks,
            self.persistent_faults.is_outage,
        )

    @cached_property
    def has_people_work(self) -> bool:
        """Whether the background has anything to do for people."""
        return self.has_assignments or self.has_directory

    @cached_property
    def learners(self) -> Learners:
        """Accounts of people who have signed in."""
        found = [self.provisioning.account_found] if self.has_people_work else []
        return Learners(self.accounts, {**self.trusts, **self.shop_trusts}, self.sessions, self.budget, *found)

    @cached_property
    def enrolment(self) -> Enrolment:
        """Enrolments in courses."""
        return Enrolment(self.talentlms)

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
        given = [self.provisioning.give_now] if self.has_people_work else []
        return Launch(self.talentlms, self.destinations, self.passwords, self.enrolment, options, *given)

    @cached_property
    def items(self) -> Items:
        """What courses and categories are called."""
        return Items(self.talentlms)

    @cached_property
    def checkout(self) -> Checkout:
        """Links to payment pages."""
        return Checkout(self.talentlms, self.destinations, self.items)

    @cached_property
    def training(self) -> Training:
        """What somebody learns."""
        return Training(self.talentlms)

    @cached_property
    def claim_mapping(self) -> ClaimMapping:
        """What the claims of a sign-in become."""
        given = Mapper(self.settings.mapping), self.group_claims, self.trusts
        fetched = {name: one.of for name, one in self.member_groups.items()}
        if not self.has_people_work:
            return ClaimMapping(*given, fetched=fetched)
        return ClaimMapping(*given, self.provisioning.note, self.directory_people.joined, fetched=fetched)

    @cached_property
    def sign_in(self) -> SignIn:
        """The sign-in at an identity provider."""
        limit = FailedCodes(self.attempts(failed_codes.WINDOW_SECONDS))
        check = [self.directory_people.check] if self.has_directory else []
        return SignIn(self.relying_parties, self.sessions, UsedStates(self.store), limit, self.claim_mapping, *check)

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
    def provider_logout(self) -> ProviderLogout:
        """Sessions that end because the provider says so."""
        return ProviderLogout(self.logouts, self.sessions, UsedTokens(self.store))

    @cached_property
    def password_sign_in(self) -> PasswordSignIn:
        """Sign-in with a TalentLMS password."""
        attempts = PasswordAttempts(self.store, Limits()) if self.settings.rate_limits else None
        after = self.own_address(self.settings.talentlms.after_logout)
        return PasswordSignIn(self.talentlms, self.destinations, self.locks, attempts, self.keyring, after)
