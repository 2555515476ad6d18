"""The settings of the mapping, from claims to what TalentLMS is told and given; `settings` says how one is added."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args

from marshmallow import ValidationError

from gateway.config.assignments import Assignments, assignments
from gateway.config.faults import Fault, shown, unknown
from gateway.config.fields import Choice, Scalar, Several, Switch, Table, Text, is_table
from gateway.config.group import Group
from gateway.config.rules import domain, plain
from gateway.expressions import BadExpression, Expression

CLAIM_LENGTH = 200
CUSTOM_FIELDS = tuple(f"custom_field_{number}" for number in range(1, 21))
OF_THE_IDENTITY = ("username", "email", "first_name", "last_name", "language")
"""What is read from the standard claims where no other claim is named."""
AT_SIGN_UP_ALONE = ("username", "language")
"""What TalentLMS takes with a sign-up and never again, or what must not change under a person."""
FIELDS = (*OF_THE_IDENTITY, "timezone", "bio", "restrict_email", "deactivation_date", *CUSTOM_FIELDS)

Default = Literal["learner", "deny"]
Mode = Literal["apply", "dry-run"]
Update = Literal["on_create", "on_login", "never"]
OnLost = Literal["keep", "remove"]


@dataclass(frozen=True, kw_only=True)
class FieldSettings:
    """Where a field of TalentLMS's comes from, and when it is told; without a claim, from the standard claims."""

    claim: str | None = None
    fallback: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    update: Update | None = None

    @property
    def claims(self) -> tuple[str, ...]:
        """The claims to look at, the first that is there counts."""
        return (self.claim, *self.fallback) if self.claim else ()

    def update_of(self, name: str) -> Update:
        """Return when TalentLMS is told, for the field of a name."""
        return self.update or ("on_create" if name in AT_SIGN_UP_ALONE else "on_login")


@dataclass(frozen=True, kw_only=True)
class ConditionSettings:
    """When a rule holds: one of the conditions; ``claim`` and ``equals`` are one together."""

    group: str | None = None
    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    claim: str | None = None
    equals: str | int | None = None
    email_domain: str | None = None
    jmespath: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class RuleSettings:
    """One rule of the mapping."""

    name: str
    on_lost: OnLost = "keep"
    stop: bool = False
    when: ConditionSettings
    assign: Assignments = field(default_factory=Assignments)


@dataclass(frozen=True, kw_only=True)
class MappingSettings:
    """What claims become."""

    default: Default = "learner"
    mode: Mode = "apply"
    fields: Mapping[str, FieldSettings] = field(default_factory=lambda: MappingProxyType({}))
    rules: tuple[RuleSettings, ...] = ()


def claim_name(text: str) -> str:
    """Return the name of a claim."""
    if len(plain(text)) > CLAIM_LENGTH:
        raise ValidationError(f"is longer than a claim's name; write up to {CLAIM_LENGTH} characters")
    return text


def expression(text: str) -> Expression:
    """Return a condition in JMESPath, compiled."""
    try:
        return Expression(plain(text))
    except BadExpression as error:
        raise ValidationError(f"is not a condition in JMESPath ({error}); correct it") from None


CLAIM, GROUP = Text(claim_name, "claim"), Text(plain, "group")


class FieldSchema(Group):
    """An entry of the table ``mapping.fields``."""

    becomes = FieldSettings

    def __init__(self, name: str = "", **names: Any) -> None:
        """Take the field's name, and what `Group` takes."""
        self.field_name = name
        super().__init__(**names)

    claim = Text(
        claim_name,
        "claim",
        "The claim that holds the value: its exact name, or with dots the way to a nested one.",
        unset=f"the standard claims; every field but {', '.join(f'`{one}`' for one in OF_THE_IDENTITY)} needs it",
    )
    fallback = Several(CLAIM, "The claims to look at, in this order, where `claim` is absent or empty.", into=tuple)
    values = Table(
        Text(plain, "value of the claim"),
        Text(plain, "what TalentLMS is told"),
        "A table of values. What is not in it is not told. `true` and `false` stand for booleans.",
    )
    update = Choice(
        get_args(Update),
        "When TalentLMS is told: with the sign-up alone, with the sign-up and whenever the claim changes, or never. "
        "`username` and `language` are never changed after the sign-up.",
    )
    update.unset = "`on_login`; for `username` and `language` `on_create`"

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Walk what does not go together in one field."""
        if "claim" in values and values["claim"] is None:
            if self.field_name and self.field_name not in OF_THE_IDENTITY and values.get("update") != "never":
                yield "claim", "is missing; name the claim that holds the value"
            for name in ("fallback", "values"):
                if values.get(name):
                    yield name, "has no claim to stand beside; name the first claim as claim"
        if self.field_name in AT_SIGN_UP_ALONE and values.get("update") == "on_login":
            yield "update", '"on_login" cannot be had for this field, which is told with the sign-up; write on_create'


class ConditionSchema(Group):
    """The table ``when`` of a rule."""

    becomes = ConditionSettings

    group = Text(plain, "group", "A group that the person is in, spelt exactly as the provider sends it.")
    any_of = Several(GROUP, "Groups of which the person is in one at least.", empty="name a group", into=tuple)
    all_of = Several(GROUP, "Groups all of which the person is in.", empty="name a group", into=tuple)
    claim = Text(claim_name, "claim", "A claim that is, or has in its list, exactly what `equals` says.")
    equals = Scalar(lambda value: value, "text, whole number, `true` or `false`", "What `claim` has to be.")
    email_domain = Text(
        domain, "domain", "The domain of the person's e-mail address, which has to count as verified and trusted."
    )
    jmespath = Text(
        expression,
        "JMESPath",
        "A condition over all claims, for what nothing else can say. It has to be `true`; an error counts as false.",
    )

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Tell of no condition, of several, and of half a one."""
        if len(values) < len(self.settings):
            return
        given = [name for name, value in values.items() if value not in (None, ())]
        kinds = [name for name in given if name != "equals"]
        if len(kinds) != 1:
            all_ = ", ".join(name for name in self.settings if name != "equals")
            yield kinds[-1] if kinds else "group", f"is not the only condition; write exactly one of {all_}"
        elif (kinds == ["claim"]) is not ("equals" in given):
            yield "equals", "belongs to claim; write both, or neither"


class RuleSchema(Group):
    """An entry of the list ``mapping.rules``, without its tables ``when`` and ``assign``."""

    becomes = RuleSettings

    def __init__(self, *, taken: tuple[str, ...] = (), **names: Any) -> None:
        """Take what `Group` takes, and the names of what is listed before."""
        self.taken = taken
        super().__init__(**names)

    name = Text(plain, "text", "What the rule is called where it is told which one gave something.")
    on_lost = Choice(get_args(OnLost), "What becomes of what the rule gave, once it does not hold any more.")
    stop = Switch("Whether no later rule is looked at where this one holds.")

    def contradictions(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Tell of a name that two rules have."""
        if values.get("name") in self.taken:
            yield "name", f"{shown(values['name'])} is the name of another rule, too; give each its own"


class MappingSchema(Group):
    """The table ``mapping`` of the file, without ``fields`` and ``rules``."""

    becomes = MappingSettings

    default = Choice(
        get_args(Default),
        "What happens to somebody for whom no rule holds: they come in as any learner, or they are refused.",
    )
    mode = Choice(
        get_args(Mode),
        "Whether TalentLMS is changed. With `dry-run` the whole gateway, orders and SCIM included, changes nothing "
        "there, and the audit trail has each change that it would make.",
    )


def mapping(given: Mapping[str, Any], learners: Mapping[str, Any], faults: list[Fault]) -> MappingSettings:
    """Return the mapping, without what is wrong in it.

    Args:
        given: the table ``mapping`` of the file.
        learners: the values of `TalentLMSTable`, which say what user types may be given, and which field is taken.
        faults: what is wrong is added here.
    """
    own = {name: value for name, value in given.items() if name not in {"fields", "rules"}}
    values = MappingSchema(table="mapping.").read(own, faults)
    if values.get("default") == "deny" and given.get("rules", []) == []:
        faults.append(
            Fault("mapping.default", '"deny" without any rule keeps everybody out; write a rule that lets people in')
        )
    fields, link_field = _fields(given, faults), f"custom_field_{learners.get('link_custom_field')}"
    if link_field in fields:
        faults.append(Fault(f"mapping.fields.{link_field}", "is talentlms.link_custom_field; choose another for one"))
    return MappingSettings(**values, fields=fields, rules=_rules(given, learners, faults))


def _fields(given: Mapping[str, Any], faults: list[Fault]) -> Mapping[str, FieldSettings]:
    tables = given.get("fields", {})
    found: dict[str, FieldSettings] = {}
    if not is_table(tables, "mapping.fields", faults):
        return found
    faults += unknown(tables, list(FIELDS), "mapping.fields.")
    for name in (name for name in tables if name in FIELDS):
        before = len(faults)
        if is_table(tables[name], f"mapping.fields.{name}", faults):
            values = FieldSchema(name, table=f"mapping.fields.{name}.").read(tables[name], faults)
            if len(faults) == before:
                found[name] = FieldSettings(**values)
    return MappingProxyType(found)


def _rules(given: Mapping[str, Any], learners: Mapping[str, Any], faults: list[Fault]) -> tuple[RuleSettings, ...]:
    tables = given.get("rules", [])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        faults.append(Fault("mapping.rules", "is not a list of tables; head each with [[mapping.rules]]"))
        return ()
    found: list[RuleSettings] = []
    names: tuple[str, ...] = ()
    for index, one in enumerate(tables):
        table, before = f"mapping.rules[{index}].", len(faults)
        own = {name: value for name, value in one.items() if name not in {"when", "assign"}}
        values = RuleSchema(table=table, taken=names).read(own, faults)
        names += (values.get("name", ""),)
        when = _condition(one, table, faults)
        assign = assignments(one.get("assign", {}), f"{table}assign", learners, faults)
        if len(faults) == before:
            found.append(RuleSettings(**values, when=ConditionSettings(**when), assign=assign))
    return tuple(found)


def _condition(rule: Mapping[str, Any], table: str, faults: list[Fault]) -> dict[str, Any]:
    if "when" not in rule:
        faults.append(Fault(f"{table}when", 'is missing; say when the rule holds, such as when = { group = "Sales" }'))
        return {}
    if not is_table(rule["when"], f"{table}when", faults):
        return {}
    return ConditionSchema(table=f"{table}when.").read(rule["when"], faults)
