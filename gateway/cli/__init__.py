"""``talentlms-gateway``: what an operator asks on the command line."""

import atexit
import gc
import sys

import click

from gateway import context
from gateway.cli.account_links import account_links
from gateway.cli.audit import audit
from gateway.cli.backup import backup
from gateway.cli.config import config
from gateway.cli.doctor import doctor
from gateway.cli.issuer_move import move_issuer
from gateway.cli.mapping import mapping
from gateway.cli.order_import import import_orders
from gateway.cli.orders import orders
from gateway.cli.people import people
from gateway.cli.reconcile import reconcile
from gateway.cli.scim import scim
from gateway.cli.steps import settings_in_force, told, with_store
from gateway.cli.trace import trace
from gateway.cli.webhook import webhook
from gateway.cli.worker import worker
from gateway.config import RegisteredAddresses, describe, risks
from gateway.database.upgrade import newer_tables, upgrade, versions
from gateway.oidc.tokens import one_name
from gateway.services import Services

atexit.register(gc.freeze)  # a command that ends need not look for garbage


@click.group()
@click.version_option(package_name="talentlms-gateway")
def main() -> None:
    """Look after a TalentLMS gateway. Settings come from the environment, as for the gateway itself."""
    context.begin()


@main.command()
def check() -> None:
    """Read the settings, offline: name all faults at once, or what to register; exit 0 or 1."""
    settings = settings_in_force()
    click.echo(describe(settings))
    for provider in settings.identity_providers:
        click.echo(f"\nRegister at {provider.issuer}, the identity provider {provider.name}:")
        click.echo(RegisteredAddresses.of(settings.public_url, provider.name))
    for shop in settings.storefronts:
        if shop.webhook_secrets:
            click.echo(f"\nSend the webhooks of the storefront {shop.name} ({shop.kind}) to:")
            click.echo(f"  {settings.public_url}/webhooks/{shop.name}")
    click.echo()
    for risk in risks(settings):
        click.echo(f"warning: {risk}")
    click.echo("OK: the settings can be used.")


@main.group()
def sessions() -> None:
    """Sessions of people."""


@sessions.command()
@click.option("--user", required=True, help="E-mail address, user name, subject, TalentLMS login or TalentLMS id.")
def end(user: str) -> None:
    """End every session of a person; exit 1 if they have none."""
    ended = with_store(lambda services: services.sessions.end_all_of_user(user))
    if not ended:
        sys.exit("No session ended: nobody of that name is signed in.")
    click.echo(f"{ended} session{'' if ended == 1 else 's'} ended")


@main.group()
def providers() -> None:
    """Identity providers."""


@providers.command()
@click.argument("name", required=False)
def refresh(name: str | None) -> None:
    """Forget metadata and keys of the provider NAME, or of all; the next sign-in fetches them."""

    def forget_published(services: Services) -> dict[str, bool]:
        entries = [entry for entry in services.settings.identity_providers if name in (None, entry.name)]
        if not entries:
            names = ", ".join(entry.name for entry in services.settings.identity_providers)
            sys.exit(f"No identity provider is called {name!r}. There are: {names}.")
        for entry in entries:
            algorithms = {str(one_name(each)) for each in entry.algorithms}
            services.signing_algorithms.forget(entry.issuer, entry.client_id, algorithms)
        return {entry.name: services.directories[entry.name].forget() for entry in entries}

    for each, was_there in with_store(forget_published).items():
        done = "forgot metadata and keys" if was_there else "knew neither metadata nor keys"
        click.echo(f"{each}: {done}; the next sign-in fetches them")


@main.group()
def database() -> None:
    """The database, which holds what lasts."""


@database.command("upgrade")
def upgrade_tables() -> None:
    """Bring the tables up to date; the gateway does it by itself when it starts. Exit 1 if it cannot be done."""
    before = told(lambda services: upgrade(services.database.plain))
    done = f"are at {before.newest} already" if before.are_up_to_date else f"were brought to {before.newest}"
    click.echo(f"the tables {done}")


@database.command("current")
def current_tables() -> None:
    """Say how far the tables are; exit 1 if they are not up to date."""
    found, newer = told(lambda services: (versions(services.database.plain), newer_tables(services.database)))
    if newer:
        sys.exit(f"GATEWAY_DATABASE_URL: {newer}")
    if not found.are_up_to_date:
        sys.exit(
            f"The tables are at {found.current or 'nothing'}, and this version of the gateway needs {found.newest}."
        )
    click.echo(f"the tables are at {found.current}")


database.add_command(backup)
orders.add_command(import_orders)
people.add_command(move_issuer)
main.add_command(account_links)
main.add_command(mapping)
main.add_command(audit)
main.add_command(config)
main.add_command(doctor)
main.add_command(orders)
main.add_command(people)
main.add_command(reconcile)
main.add_command(scim)
main.add_command(trace)
main.add_command(webhook)
main.add_command(worker)
