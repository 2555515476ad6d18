"""``talentlms-gateway scim``: identity providers that push people."""

import sys

import click

from gateway.cli.steps import told
from gateway.services import Services


@click.group()
def scim() -> None:
    """Identity providers that push people by SCIM."""


@scim.command()
@click.argument("provider")
def resume(provider: str) -> None:
    """Let PROVIDER deactivate people again, who was stopped because of their number; exit 1 if it was not."""

    def resumed(services: Services) -> bool:
        names = [entry.name for entry in services.settings.identity_providers]
        if provider not in names:
            sys.exit(f"No identity provider is called {provider!r}. There are: {', '.join(names) or 'none'}.")
        return services.directory_store.connections.resume(provider)

    if not told(resumed):
        sys.exit(f"Nothing to do: {provider} was not stopped.")
    click.echo(f"{provider} may deactivate people again; they are counted from now on")
