"""``talentlms-gateway orders``: what became of orders, and what to do about those that wait for a person."""

import click


@click.group()
def orders() -> None:
    """Orders of storefronts."""
