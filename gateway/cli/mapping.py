"""``talentlms-gateway mapping``: what the mapping makes of claims, tried out."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, BinaryIO

import click

from gateway.cli.output import time_text, write_json
from gateway.cli.steps import settings_in_force, told
from gateway.config import IdentityProviderSettings
from gateway.errors import SignInNotTrusted
from gateway.flows.assignment_story import AssignmentStories, AssignmentStory, stands
from gateway.flows.named_targets import Comparison, NamedTargets, named_by_mapping
from gateway.mapping.outcome import Grant, Outcome
from gateway.oidc.claims import identity_from, together
from gateway.services import Services

_AT_SIGN_UP = "told with the sign-up alone, TalentLMS's API changes no account's type"


@click.group()
def mapping() -> None:
    """From claims to what TalentLMS is told and given."""


@mapping.command("test")
@click.option("--claims", required=True, type=click.File("rb"), help="A JSON object: the claims of an ID token.")
@click.option("--provider", help="Which provider sends them; needed where there are several.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def try_out(claims: BinaryIO, provider: str | None, *, as_json: bool) -> None:
    """Show which rules hold for claims, what TalentLMS would be told and given, and what it does not know of that.

    It changes nothing. TalentLMS is asked for its lists of what the mapping names, a call each at most; where it cannot
    be asked, that is said, and the rest all the same. Exit 0 also where the person would be refused; 1 where the
    mapping names something that TalentLMS does not have, or where the claims cannot be read.
    """
    services = Services(settings_in_force())
    entry = _provider(services.settings.identity_providers, provider)
    told = {"iss": entry.issuer, "sub": "nobody", **_claims(claims)}
    try:
        identity = identity_from(together(told, {}), services.registrations[entry.name])
    except SignInNotTrusted as error:
        sys.exit(f"The provider's preset refuses such claims: {error.note}.")
    outcome = services.claim_mapping.outcome(identity, told)
    named = NamedTargets(services.talentlms).compared(named_by_mapping(services.settings))
    if as_json:
        write_json({"provider": entry.name, **asdict(outcome), **asdict(named)})
    else:
        click.echo("\n".join((*_lines(entry, outcome), *_compared(named))))
    sys.exit(1 if named.unknown else 0)


@mapping.command()
@click.option("--user", required=True, help="E-mail address, user name, subject, TalentLMS id or key of a person.")
@click.option("--json", "as_json", is_flag=True, help="For a program.")
def explain(user: str, *, as_json: bool) -> None:
    """Show what rules have given somebody, why, and what is left to be done; changes nothing. Exit 1 for nobody."""
    stories = told(lambda services: _stories(services, user))
    if not stories:
        sys.exit("No rule of the mapping has ever given anything to such a person.")
    if as_json:
        write_json([asdict(story) for story in stories])
    else:
        click.echo("\n\n".join("\n".join(_told_of(story)) for story in stories))


def _stories(services: Services, user: str) -> Sequence[AssignmentStory]:
    rules = services.settings.mapping.rules
    return AssignmentStories(services.holdings.assignments, services.account_links, rules).of(user)


def _told_of(story: AssignmentStory) -> Iterator[str]:
    person, link = story.person, story.link
    account = f"user {link.user_id}, {link.email or link.login}" if link else "no account yet"
    yield f"person    {person.person}, {person.provider}; {account}"
    yield f"changed   {time_text(person.told_at)}; {person.state}" + (f", {person.error}" if person.error else "")
    yield from (f"rule      {name}: {why}" for name, why in sorted(person.rules.items()))
    if story.user_type:
        yield f"user_type {story.user_type.name}: {_AT_SIGN_UP}, by rule {story.user_type.rule}"
    for one in story.assignments:
        role, note = (
            f" as {one.role}" if one.role else "",
            f" ({one.note or one.error})" if one.note or one.error else "",
        )
        yield f"{one.kind:<9} {one.name}{role}: {stands(one)}{note}, by rule {one.rule}; on_lost = {one.on_lost}"


def _provider(entries: tuple[IdentityProviderSettings, ...], wanted: str | None) -> IdentityProviderSettings:
    found = [entry for entry in entries if wanted in (None, entry.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(entry.name for entry in entries)
    sys.exit(
        f"Name one of the identity providers with --provider: {names}." if names else "There is no identity provider."
    )


def _claims(file: BinaryIO) -> dict[str, Any]:
    try:
        claims = json.loads(file.read())
    except (ValueError, RecursionError):
        sys.exit("The file holds no JSON: write the claims of an ID token, decoded.")
    if not isinstance(claims, dict):
        sys.exit("The file holds no JSON object: write the claims of an ID token, decoded.")
    return claims


def _lines(entry: IdentityProviderSettings, outcome: Outcome) -> Iterator[str]:
    yield f"provider  {entry.name} ({entry.preset})"
    yield f"sign-in   {_sign_in(outcome)}"
    yield from (f"rule      {held.rule}: {held.why}" for held in outcome.rules)
    yield from (f"field     {one.field} = {one.value!r}, from {one.claim}, {one.update}" for one in outcome.fields)
    yield from (f"give      {_given(grant)}" for grant in outcome.grants)
    yield from (f"fault     {fault}" for fault in outcome.faults)


def _compared(named: Comparison) -> Iterator[str]:
    yield from (f"unknown   {fault}" for fault in named.unknown)
    yield from (f"unasked   {what}" for what in named.unasked)


def _sign_in(outcome: Outcome) -> str:
    left_out = f"; the provider left {outcome.missing_groups} out" if outcome.missing_groups else ""
    return ("refused, no rule holds" if outcome.denied else "let in") + left_out


def _given(grant: Grant) -> str:
    role = f" as {grant.role}" if grant.role else ""
    return f"{grant.kind} {grant.target}{role}, by rule {grant.rule}; on_lost = {grant.on_lost}"
