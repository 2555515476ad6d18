"""``talentlms-gateway scim``: identity providers that push people."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from gateway.cli.output import json_option, text_of, time_text, write_json, write_table
from gateway.cli.steps import told
from gateway.database.directory_report import PersonReport
from gateway.services import Services

_SHOWN = 50


@click.group()
def scim() -> None:
    """Identity providers that push people by SCIM."""


@scim.command()
@click.argument("provider")
def resume(provider: str) -> None:
    """Let PROVIDER deactivate people again, who was stopped because of their number; exit 1 if it was not."""

    def resumed(services: Services) -> bool:
        _check(services, provider)
        return services.directory_store.connections.resume(provider)

    if not told(resumed):
        sys.exit(f"Nothing to do: {provider} was not stopped.")
    click.echo(f"{provider} may deactivate people again; they are counted from now on")


@scim.command()
@json_option
def status(*, as_json: bool) -> None:
    """Show how many people each provider has pushed, and for how many TalentLMS still has to follow, or cannot."""
    found = told(lambda services: services.directory_report.connections())
    if as_json:
        write_json([asdict(one) | {"stopped_at": time_text(one.stopped_at)} for one in found])
    elif not found:
        click.echo("Nobody has pushed anything.")
    else:
        head = ("PROVIDER", "PEOPLE", "ACTIVE", "GROUPS", "DUE", "FAILED", "STOPPED SINCE")
        rows = [
            (one.provider, one.people, one.active, one.groups, one.due, one.failed, time_text(one.stopped_at))
            for one in found
        ]
        write_table([head, *(map(text_of, row) for row in rows)])


@scim.command()
@click.argument("who")
@json_option
def show(who: str, *, as_json: bool) -> None:
    """Show WHO, everybody who is meant, and how it stands with their accounts; exit 1 for nobody.

    WHO is a userName or an e-mail address, an externalId, an id of the directory or a person's key.
    """
    found = told(lambda services: services.directory_report.named(who, _SHOWN))
    if not found:
        sys.exit(f"Nobody whom a provider pushed is known by {who!r}.")
    _write(found, as_json=as_json)


@scim.command()
@click.argument("provider")
@click.option("--limit", default=_SHOWN, type=click.IntRange(1, 10_000), help="So many at most; default 50.")
@json_option
def failed(provider: str, limit: int, *, as_json: bool) -> None:
    """List people of PROVIDER whose accounts could not be brought in step with the directory, and why."""

    def listed(services: Services) -> Sequence[PersonReport]:
        _check(services, provider)
        return services.directory_report.failed(provider, limit)

    found = told(listed)
    if found or as_json:
        _write(found, as_json=as_json)
    else:
        click.echo("nobody")


@scim.command()
@click.argument("provider")
def retry(provider: str) -> None:
    """Try again for everybody of PROVIDER for whom it failed, such as once the plan has more seats."""

    def again(services: Services) -> int:
        _check(services, provider)
        return services.retries.people(provider, "command")

    click.echo(f"people that are tried again: {told(again)}")


def _check(services: Services, provider: str) -> None:
    names = [entry.name for entry in services.settings.identity_providers]
    if provider not in names:
        sys.exit(f"No identity provider is called {provider!r}. There are: {', '.join(names) or 'none'}.")


def _write(found: Sequence[PersonReport], *, as_json: bool) -> None:
    if as_json:
        write_json([asdict(one) for one in found])
        return
    for number, one in enumerate(found):
        if number:
            click.echo()
        for name, value in asdict(one).items():
            click.echo(f"{name}: {text_of(value)}")
