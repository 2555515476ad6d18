"""Claims → ``Outcome`` → ``Identity``: what the settings of the mapping make of what a provider tells."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway.config.mapping import CUSTOM_FIELDS, FieldSettings, MappingSettings
from gateway.mapping.claims import Claims, claim_at, same_text
from gateway.mapping.groups import GroupClaims, groups_of, with_lists
from gateway.mapping.outcome import Grant, MappedField, Outcome
from gateway.mapping.readings import Unreadable, read, text_of
from gateway.mapping.rules import Facts, grants_of, held
from schemas.identity import Identity
from schemas.mapped import Detail, Mapped

_IDENTITYS = {"username": "username", "first_name": "given_name", "last_name": "family_name", "language": "language"}
"""The fields that an identity has of itself, and what they are called there."""
_USUAL = FieldSettings()
_BOX = {"true": "on", "false": "off"}
_KEPT = ("first_name", "last_name", "email")


class Mapper:
    """The mapping.

    Args:
        settings: the fields and rules.
    """

    def __init__(self, settings: MappingSettings) -> None:
        self._settings = settings

    @property
    def is_empty(self) -> bool:
        """Whether nothing is mapped, and everybody comes in."""
        return self._settings == MappingSettings()

    def outcome(self, claims: Claims, where: GroupClaims, own_email: str) -> Outcome:
        """Return what claims become.

        Args:
            claims: as the provider told them, already validated.
            where: where this provider sends groups.
            own_email: the address that is known to be the person's own; empty for none.
        """
        groups = groups_of(claims, where)
        facts = Facts(claims, with_lists(claims, where), groups, own_email)
        holding, undecided = held(self._settings.rules, facts)
        fields, unread = self._fields(claims)
        return Outcome(
            fields=fields,
            grants=_one_user_type([grant for rule, _ in holding for grant in grants_of(rule)]),
            rules=tuple(why for _, why in holding),
            denied=self._settings.default == "deny" and not holding,
            missing_groups=groups.missing,
            faults=(*groups.faults, *undecided, *unread),
        )

    def applied(self, identity: Identity, outcome: Outcome) -> Identity:
        """Return the identity with what its claims become."""
        own: dict[str, Any] = {_IDENTITYS[one.field]: one.value for one in outcome.fields if one.field in _IDENTITYS}
        given = {one.field: one.value for one in outcome.fields}
        if "email" in given:
            identity = _with_address(identity, given["email"])
        details = (
            Detail(one.field, one.value, one.update == "on_login")
            for one in outcome.fields
            if one.field not in _IDENTITYS and one.field != "email"
        )
        kept = (name for name in _KEPT if self._is_kept(name, given))
        user_type = next((grant.target for grant in outcome.grants if grant.kind == "user_type"), "")
        return replace(identity, **own, mapped=Mapped(tuple(details), tuple(kept), user_type))

    def _is_kept(self, name: str, given: Collection[str]) -> bool:
        """Return whether a login tells nothing of a name or address: by its ``update``, or its claim is not there."""
        settings = self._settings.fields.get(name, _USUAL)
        return settings.update_of(name) != "on_login" or (bool(settings.claims) and name not in given)

    def _fields(self, claims: Claims) -> tuple[tuple[MappedField, ...], list[str]]:
        found, faults = [], []
        for name, settings in self._settings.fields.items():
            try:
                mapped = _field(name, settings, claims)
            except Unreadable as error:
                faults.append(f"{name}: {error}")
                continue
            found += [mapped] if mapped else []
        return tuple(found), faults


def _field(name: str, settings: FieldSettings, claims: Claims) -> MappedField | None:
    """Return what a field is told; nothing where no claim is there, or nobody is to be told.

    Raises:
        Unreadable: the claim does not hold what the field takes; it is named.
    """
    update = settings.update_of(name)
    if update == "never":
        return None
    for claim in settings.claims:
        try:
            told = claim_at(claims, claim)
            text = text_of(told).strip()
            if text:
                is_box = isinstance(told, bool) and name in CUSTOM_FIELDS  # a checkbox takes on and off
                becomes = _translated(text, settings.values or (_BOX if is_box else {}))
                return MappedField(name, read(name, becomes), claim, update)
        except Unreadable as error:
            raise Unreadable(f"{claim} {error}") from None
    return None


def _translated(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    found = {same_text(told): becomes for told, becomes in values.items()}.get(same_text(text))
    if found is None:
        raise Unreadable("holds a value that is not in the table of values")
    return found


def _one_user_type(grants: list[Grant]) -> tuple[Grant, ...]:
    """Return the grants with the first user type alone: an account has one."""

    def walked() -> Iterator[Grant]:
        has_type = False
        for grant in grants:
            if grant.kind != "user_type" or not has_type:
                yield grant
            has_type = has_type or grant.kind == "user_type"

    return tuple(walked())


def _with_address(identity: Identity, address: str) -> Identity:
    """Return the identity with another address; who vouches for the one in ``email`` vouches for no other."""
    if address == identity.email:
        return identity
    return replace(identity, email=address, email_verified=None, email_doubt="mapped")
