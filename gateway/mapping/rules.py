"""Which rules hold, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.config.mapping import ConditionSettings, RuleSettings
from gateway.expressions import BadExpression
from gateway.mapping.claims import Claims, claim_at, is_equal, same_text
from gateway.mapping.groups import Groups
from gateway.mapping.outcome import Grant, HeldRule


@dataclass(frozen=True)
class Facts:
    """What rules are held against.

    Attributes:
        claims: as they were told.
        listed: the same for expressions, lone groups as lists.
        groups: the person's.
        own_email: the address that is known to be the person's own; empty for none.
    """

    claims: Claims
    listed: dict[str, Any]
    groups: Groups
    own_email: str


class Undecided(Exception):
    """A condition that cannot be evaluated, which counts as false; says why."""


def held(rules: tuple[RuleSettings, ...], facts: Facts) -> tuple[list[tuple[RuleSettings, HeldRule]], list[str]]:
    """Return the rules that hold, up to the first with ``stop``, and what could not be evaluated."""
    found: list[tuple[RuleSettings, HeldRule]] = []
    faults: list[str] = []
    for rule in rules:
        try:
            why = _why(rule.when, facts)
        except Undecided as undecided:
            faults.append(f"rule {rule.name}: {undecided}")
            continue
        if why:
            found.append((rule, HeldRule(rule.name, why)))
            if rule.stop:
                break
    return found, faults


def grants_of(rule: RuleSettings) -> Iterator[Grant]:
    """Walk what a rule gives."""
    assign = rule.assign
    for course in assign.courses:
        yield Grant("course", str(course.course), rule.name, rule.on_lost, course.role)
    for key in assign.groups:
        yield Grant("group", key, rule.name, rule.on_lost)
    if assign.branch:
        yield Grant("branch", assign.branch, rule.name, rule.on_lost)
    if assign.user_type:
        yield Grant("user_type", assign.user_type, rule.name, rule.on_lost)


def _why(when: ConditionSettings, facts: Facts) -> str:
    """Return why a condition holds; empty where it does not."""
    if when.claim is not None and when.equals is not None:
        told = claim_at(facts.claims, when.claim)
        values = told if isinstance(told, list) else [told]
        return f"{when.claim} is {when.equals!r}" if any(is_equal(one, when.equals) for one in values) else ""
    if when.email_domain is not None:
        domain = facts.own_email.rpartition("@")[2]
        return f"the e-mail address is of {domain}" if domain == when.email_domain else ""
    if when.jmespath is not None:
        return _why_of_expression(when, facts)
    return _why_of_groups(when, facts)


def _why_of_groups(when: ConditionSettings, facts: Facts) -> str:
    has = facts.groups.claims
    wanted = [same_text(group) for group in (when.all_of or when.any_of or (when.group or "",))]
    found = [group for group in wanted if group in has]
    if not found or (when.all_of and len(found) < len(wanted)):
        return ""
    return ", ".join(f"group {group!r} from {has[group]}" for group in found)


def _why_of_expression(when: ConditionSettings, facts: Facts) -> str:
    """Return why an expression holds; none does where groups are missing: it could hold because one is not there."""
    if when.jmespath is None:
        return ""
    if facts.groups.missing:
        raise Undecided(f"the provider left {facts.groups.missing} out, so its expression counts as false")
    try:
        return f"{when.jmespath} is true" if when.jmespath.holds(facts.listed) else ""
    except BadExpression as error:
        raise Undecided(f"its expression counts as false: {error}") from None
