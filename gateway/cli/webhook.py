"""``talentlms-gateway webhook``: webhooks as shops send them."""

import sys
import time
from typing import BinaryIO

import click

from gateway.cli.steps import settings_in_force
from gateway.storefronts.dialects import DIALECTS


@click.group()
def webhook() -> None:
    """Webhooks of storefronts."""


@webhook.command()
@click.option("--source", required=True, type=click.Choice(list(DIALECTS)), help="Which kind of shop sends it.")
@click.option("--storefront", help="The storefront whose secret signs; needed where several are of that kind.")
@click.option("--topic", default="", help="For shopify and woocommerce; default: orders/paid and order.updated.")
@click.option("--event-id", default="", help="For shopify and standard; default: made of the file.")
@click.argument("file", type=click.File("rb"))
def sign(source: str, storefront: str | None, topic: str, event_id: str, file: BinaryIO) -> None:
    """Print the headers with which a shop would send FILE, for `curl --header @-`; offline. Exit 1 without a secret."""
    of_kind = [entry for entry in settings_in_force().storefronts if entry.kind == source]
    found = [entry for entry in of_kind if storefront in (None, entry.name)]
    if len(found) != 1:
        names = ", ".join(entry.name for entry in of_kind)
        sys.exit(f"Name one of the storefronts of this kind: {names}." if names else f"No storefront is {source!r}.")
    if not found[0].webhook_secrets:
        sys.exit(f"The storefront {found[0].name} has no webhook_secrets.")
    headers = DIALECTS[source].sign(
        file.read(), found[0].webhook_secrets[0], time.time(), topic=topic, event_id=event_id
    )
    for name, value in headers.items():
        click.echo(f"{name}: {value}")
