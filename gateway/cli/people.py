"""``talentlms-gateway people``: whose TalentLMS account is whose."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from gateway.cli.output import json_option, text_of, time_text, write_json, write_table
from gateway.cli.steps import changing, issuer_named, provider_named, told
from gateway.database.account_links import Listed
from gateway.database.audit_trail import Whose
from gateway.flows.people import likeness
from gateway.flows.person import Person
from gateway.services import Services
from schemas.identity import Identity
from schemas.order import Customer, storefront_issuer

_limit = click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="So many at most; default 50.")
_SHOWN = 100
_HEAD = ("PERSON", "PROVIDER", "SUBJECT", "USER", "LOGIN", "E-MAIL", "LINKED", "STATE")


@click.group()
def people() -> None:
    """Whose TalentLMS account is whose."""


@people.command("list")
@click.argument("who", default="")
@click.option("--provider", default="", help="Of this identity provider alone: its name, or an issuer byte for byte.")
@click.option("--after", default="", metavar="PERSON", help="The page after this person's key.")
@_limit
@json_option
def list_people(who: str, provider: str, after: str, limit: int, *, as_json: bool) -> None:
    """List people and their accounts, by the people's keys; TalentLMS is not asked.

    WHO is an e-mail address, a login, a subject, a person's key or TalentLMS's id; left out, all are listed.
    """

    def page(services: Services) -> list[dict[str, Any]]:
        issuer = issuer_named(services, provider) if provider else ""
        found = services.account_links.listed(who, issuer=issuer, after=after, at_most=limit + 1)
        return [_data(services, one) for one in found]

    found = told(page)
    more, found = len(found) > limit, found[:limit]
    following = found[-1]["person"] if more else None
    if as_json:
        write_json({"people": found, "next": following})
    elif not found:
        click.echo("nobody")
    else:
        _write_people(found)
        if following:
            click.echo(f"\nThere are more: --after {following}")


@people.command()
@click.argument("who")
@json_option
def show(who: str, *, as_json: bool) -> None:
    """Show WHO, everybody who is meant; exit 1 for nobody. TalentLMS is not asked.

    WHO is an e-mail address, a login, a subject, a person's key, TalentLMS's id, or an error page's reference code:
    then it is the person who saw it, and who has the account that it is about.
    """
    found = told(lambda services: [_data(services, one) for one in _shown(services, who)])
    if not found:
        sys.exit(f"Nobody is known by {who!r}.")
    if as_json:
        write_json(found)
        return
    for number, one in enumerate(found):
        if number:
            click.echo()
        for name, value in one.items():
            click.echo(f"{name}: {text_of(value)}")


@people.command()
@click.option("--provider", required=True, help="The name of the identity provider, or of the storefront.")
@click.option("--subject", required=True, help="The subject there; of a storefront the customer id.")
@click.option("--account", required=True, help="TalentLMS's id, e-mail address or login of the account.")
@click.option("--replace", is_flag=True, help="End other links of the person and of the account, and their sessions.")
def link(provider: str, subject: str, account: str, *, replace: bool) -> None:
    """Connect a person with a TalentLMS account, whatever is told of addresses; exit 1 if it may not be.

    Never with an administrator's account, and with one that another person has, or in place of another account of this
    person, only by --replace: then sessions end, and the account gets a new password that only the gateway knows.
    """

    def connect(services: Services) -> tuple[str, int]:
        person = _person(services, provider, subject)
        done = services.people.link(person, account, replaces=replace)
        return done.person, done.user_id

    key, user_id = changing(connect)
    click.echo(f"account {user_id} is person {key}'s")


@people.command()
@click.argument("who")
def unlink(who: str) -> None:
    """End the link of WHO, as `show` finds them, and their sessions; exit 1 unless that is exactly one person.

    The next person who signs in looks for theirs anew.
    """

    def end(services: Services) -> Listed:
        found = _found(services, who)
        if len(found) > 1:
            keys = ", ".join(one.link.person for one in found)
            sys.exit(f"No link removed: {who!r} is {len(found)} people. Name one by its key: {keys}")
        if not found:
            sys.exit(f"No link removed: nobody is known by {who!r}.")
        services.people.unlink(found[0].link)
        return found[0]

    ended = changing(end)
    click.echo(f"account {ended.link.user_id} is nobody's now")


@people.command()
@click.argument("who")
def forget(who: str) -> None:
    """Erase WHO, as `show` finds them, from everything but orders; exit 1 unless that is exactly one person.

    WHO may also be the key of somebody who is linked with no account any more. It ends the link and the sessions, and
    takes the person out of the audit trail. TalentLMS itself is asked for nothing but to empty the custom field of
    link_custom_field; where it cannot be reached for that, nobody is erased. `orders forget` is for orders.
    """

    def erase(services: Services) -> int:
        keys = [one.link.person for one in _found(services, who)]
        if len(keys) > 1:
            sys.exit(f"Nobody was erased: {who!r} is {len(keys)} people. Name one by its key: {', '.join(keys)}")
        return services.erasure.person(keys[0] if keys else who)

    number = changing(erase)
    if not number:
        sys.exit(f"Nobody was erased: nobody is known by {who!r}.")
    click.echo("erased")


@people.command()
@click.option("--after", default="", metavar="NAME", help="The page after this address or user name.")
@_limit
@json_option
def merge_report(after: str, limit: int, *, as_json: bool) -> None:
    """List people who look like the same one: by one address, or one's user name is another's address.

    Nothing is changed, and TalentLMS is not asked. Only a person can say who is who.
    """

    def report(services: Services) -> list[dict[str, Any]]:
        return [
            {
                "name": group.name,
                "known_at": likeness(group.people),
                "people": [_data(services, one) for one in group.people],
            }
            for group in services.account_links.look_alikes(after=after, at_most=limit + 1)
        ]

    groups = told(report)
    more, groups = len(groups) > limit, groups[:limit]
    following = groups[-1]["name"] if more else None
    if as_json:
        write_json({"groups": groups, "next": following})
    elif not groups:
        click.echo("nobody looks like somebody else")
    else:
        for group in groups:
            click.echo(f"{group['name']} ({group['known_at']}):")
            _write_people(group["people"])
            click.echo()
        if following:
            click.echo(f"There are more: --after {following}")


# --- what is named ------------------------------------------------------------------------------------------------


def _found(services: Services, who: str) -> Sequence[Listed]:
    return services.account_links.listed(who, at_most=_SHOWN) if who else ()


def _shown(services: Services, who: str) -> Sequence[Listed]:
    """Return whom a name means; of a reference code the person of that request, and who has the account it is about."""
    found = {one.link.person: one for one in _found(services, who)}
    reference = services.audit_search.whose(who).reference
    entries = services.audit_trail.listed(Whose(reference=reference), at_most=_SHOWN) if reference else ()
    for entry in entries:
        for one in (*_found(services, entry.person), *_found(services, str(entry.user_id or ""))):
            if one.link.person == entry.person or one.link.user_id == entry.user_id:
                found[one.link.person] = one
    persons = sorted({entry.person for entry in entries} - {"", *found})
    for person in persons:
        click.echo(f"person {person} is linked with no account: talentlms-gateway audit --person {person}", err=True)
    return list(found.values())


def _person(services: Services, provider: str, subject: str) -> Person:
    if provider in services.shop_trusts:
        return Person(Customer("", id=subject).identity(provider), services.shop_trusts[provider])
    entry = provider_named(services, provider)
    if entry is None:
        names = ", ".join([*services.trusts, *services.shop_trusts]) or "none"
        sys.exit(f"No identity provider and no storefront is called {provider!r}. There are: {names}.")
    return Person(Identity(entry.issuer, subject, entry.name), services.trusts[entry.name])


# --- what is told -------------------------------------------------------------------------------------------------


def _data(services: Services, one: Listed) -> dict[str, Any]:
    """Return what is told of somebody; neither digests nor keys of passwords."""
    link = one.link
    issuer, subject = link.former_identity
    names = {entry.issuer: entry.name for entry in services.settings.identity_providers}
    names |= {storefront_issuer(name): name for name in services.storefronts}
    return {
        "person": link.person,
        "provider": names.get(issuer, ""),
        "issuer": issuer,
        "subject": subject,
        "user_id": link.user_id,
        "login": link.login,
        "email": link.email,
        "linked_at": time_text(one.linked_at),
        "has_managed_password": bool(link.password_key),
        "is_pending": link.pending,
        "retry_at": time_text(link.retry_at),
        "expected_at": link.expected_at or None,
    }


def _write_people(found: Sequence[Mapping[str, Any]]) -> None:
    write_table([_HEAD, *map(_row, found)])


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    state = f"expected at {one['expected_at']}" if one["expected_at"] else "pending" if one["is_pending"] else "linked"
    names = (one["person"], one["provider"] or one["issuer"], one["subject"], str(one["user_id"]), one["login"])
    return (*names, one["email"], one["linked_at"] or "", state)
