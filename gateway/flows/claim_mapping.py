"""What the mapping makes of a person who signs in: who they are to TalentLMS, or that they may not come in."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway import log
from gateway.errors import GroupsLeftOut, NoRuleHolds, SignInError
from gateway.flows.trust import Trust
from gateway.mapping.claims import Claims
from gateway.mapping.groups import GroupClaims
from gateway.mapping.mapper import Mapper
from gateway.mapping.outcome import Outcome
from schemas.identity import Identity

FetchedGroups = Callable[[str], list[str]]
"""From the part of a person's identity key that stands beside the issuer to their groups; raises a ``SignInError``."""

_NOBODY: Mapping[str, FetchedGroups] = MappingProxyType({})
_REMEDY = "have the provider send only the groups assigned to the application, or app roles, or set fetch_groups"


class ClaimMapping:
    """The mapping at a sign-in.

    Args:
        mapper: what claims become.
        groups: where each provider sends groups, by its name.
        trusts: what each provider is trusted with, by its name.
        note: takes note of what the rules give a person, before anybody is refused.
        join: adds what the directory that the provider pushes tells of a person, or refuses whom it has deactivated.
        fetched: by the provider's name, where its people's groups are fetched if it leaves them out.
    """

    def __init__(
        self,
        mapper: Mapper,
        groups: Mapping[str, GroupClaims],
        trusts: Mapping[str, Trust],
        note: Callable[[Identity, Outcome], None] = lambda *_: None,
        join: Callable[[Identity, Claims], tuple[Identity, Claims]] = lambda *told: told,
        *,
        fetched: Mapping[str, FetchedGroups] = _NOBODY,
    ) -> None:
        self._fetched = fetched
        self._note = note
        self._join = join
        self._mapper = mapper
        self._groups = groups
        self._trusts = trusts

    def outcome(self, identity: Identity, claims: Claims) -> Outcome:
        """Return what a person's claims become; nothing is written down."""
        vouched = self._trusts[identity.provider].vouches_for_email(identity)
        return self._mapper.outcome(claims, self._groups[identity.provider], identity.email if vouched else "")

    def mapped(self, identity: Identity, claims: Claims) -> Identity:
        """Return the person with what the mapping makes of their claims, and write down which rules hold.

        Raises:
            NoRuleHolds: only those may come in for whom a rule holds, and none does.
            GroupsLeftOut: so it is, and the provider left the groups out.
            PersonDeactivated: the directory says that the person may not come in.
            DatabaseUnavailable: nobody can take note of what the rules give, or knows what the directory says.
        """
        identity, claims = self._join(identity, claims)
        if self._mapper.is_empty:
            return identity
        outcome, fault = self._with_fetched_groups(identity, claims)
        log.audit(
            "mapping",
            outcome="refused" if outcome.denied else "success" if outcome.rules or outcome.fields else "nothing",
            provider=identity.provider,
            person=identity.key,
            rules=", ".join(held.rule for held in outcome.rules) or None,
            faults="; ".join(outcome.faults) or None,
            missing_groups=outcome.missing_groups or None,
            note=fault or None,
        )
        self._note(identity, outcome)
        if outcome.denied and outcome.missing_groups:
            why = f" and cannot be fetched: {fault}" if fault else f": {_REMEDY}"
            raise GroupsLeftOut(f"{outcome.missing_groups} was left out of the claims{why}")
        if outcome.denied:
            raise NoRuleHolds("no rule of the mapping holds; see talentlms-gateway mapping test")
        return self._mapper.applied(identity, outcome)

    def _with_fetched_groups(self, identity: Identity, claims: Claims) -> tuple[Outcome, str]:
        """Return what the claims become, with groups that were left out if they can be fetched, and why they cannot."""
        outcome = self.outcome(identity, claims)
        fetch = self._fetched.get(identity.provider)
        if not outcome.missing_groups or fetch is None:
            return outcome, ""
        try:
            groups = fetch(identity.subject)
        except SignInError as error:
            return outcome, error.note
        return self.outcome(identity, {**claims, outcome.missing_groups: groups}), ""
