"""``talentlms-gateway``: what an operator asks on the command line."""

import sys

import click

from gateway import context, log
from gateway.cli.audit import audit
from gateway.cli.mapping import mapping
from gateway.cli.order_import import import_orders
from gateway.cli.orders import orders
from gateway.cli.reconcile import reconcile
from gateway.cli.steps import settings_in_force, told, with_store
from gateway.cli.webhook import webhook
from gateway.cli.worker import worker
from gateway.config import RegisteredAddresses, describe, risks
from gateway.database.upgrade import upgrade, versions
from gateway.oidc.tokens import one_name
from gateway.services import Services


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
def account_links() -> None:
    """Which TalentLMS account is whose."""


@account_links.command()
@click.option("--issuer", required=True, help="The former provider's issuer, byte for byte.")
def forget_all(issuer: str) -> None:
    """Forget the accounts of everybody who signed in at a former provider; exit 1 if there are none."""

    def forget_issuer(services: Services) -> int:
        number = services.account_links.forget_issuer(issuer)
        if number:
            log.audit("account_link", outcome="success", step="unlinked", linked_issuer=issuer, accounts=number)
        return number

    forgotten = told(forget_issuer)
    if not forgotten:
        sys.exit(f"No link removed: nobody has signed in at {issuer!r}.")
    click.echo(f"{forgotten} account{'' if forgotten == 1 else 's'} forgotten")


@account_links.command()
@click.option("--user-id", required=True, type=int, help="TalentLMS's id of the account.")
def forget(user_id: int) -> None:
    """Forget whose an account is, and end the sessions that lead there; exit 1 if it is nobody's.

    The next person who signs in looks for theirs anew.
    """

    def forget_account(services: Services) -> bool:
        owner = services.account_links.owner_of(user_id)
        forgotten = services.account_links.forget_account(user_id)
        if forgotten:
            person = owner.person if owner else None
            log.audit("account_link", outcome="success", step="unlinked", person=person, user_id=user_id)
        services.sessions.end_all_of_user(str(user_id))
        return forgotten

    if not with_store(forget_account):
        sys.exit(f"No link removed: account {user_id} is nobody's.")
    click.echo(f"account {user_id} is nobody's now")


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
    found = told(lambda services: versions(services.database.plain))
    if not found.are_up_to_date:
        sys.exit(
            f"The tables are at {found.current or 'nothing'}, and this version of the gateway needs {found.newest}."
        )
    click.echo(f"the tables are at {found.current}")


orders.add_command(import_orders)
main.add_command(mapping)
main.add_command(audit)
main.add_command(orders)
main.add_command(reconcile)
main.add_command(webhook)
main.add_command(worker)
