"""``talentlms-gateway orders``: what became of orders, and what to do about those that wait for a person."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from gateway.cli.output import json_option, text_of, time_text, write_json, write_table
from gateway.cli.steps import changing, told
from gateway.database.order_listing import STATES, ListedOrder
from gateway.flows.settlement import Busy, Decision
from gateway.services import Services

_storefront = click.argument("storefront")
_order = click.argument("order")
_DECISIONS: Mapping[bool, Decision] = {True: "keep", False: "unenroll"}


@click.group()
def orders() -> None:
    """Orders of storefronts."""


@orders.command("list")
@click.option("--storefront", default="", help="Of this storefront alone.")
@click.option("--state", type=click.Choice(STATES), help="In this state alone; dead and review wait for a person.")
@click.option("--email", default="", help="Of the customer with this e-mail address alone.")
@click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="So many at most; default 50.")
@json_option
def list_orders(storefront: str, state: str | None, email: str, limit: int, *, as_json: bool) -> None:
    """List orders, the newest first, and how it stands with each."""
    found = told(
        lambda services: services.order_listing.listed(
            storefront=storefront, state=state or "", email=email, at_most=limit
        )
    )
    if as_json:
        write_json([_order_data(one) for one in found])
    elif not found:
        click.echo("no such order")
    else:
        head = ("STOREFRONT", "ORDER", "RECEIVED", "PAYMENT", "STATE", "NEXT TRY", "CUSTOMER", "WHY")
        write_table([head, *(_row(one) for one in found)])


@orders.command()
@_storefront
@_order
@json_option
def show(storefront: str, order: str, *, as_json: bool) -> None:
    """Show what was told of ORDER of STOREFRONT, what it entitles to, and which calls it led to."""
    data = told(lambda services: _story(services, storefront, order))
    if data is None:
        sys.exit(f"No order {order!r} of {storefront!r} was told of.")
    if as_json:
        write_json(data)
        return
    for name, value in data.items():
        if isinstance(value, list):
            click.echo(f"\n{name}:" if value else f"\n{name}: none")
            write_table([tuple(value[0]), *(tuple(map(text_of, row.values())) for row in value)] if value else [])
        else:
            click.echo(f"{name}: {text_of(value)}")


@orders.command()
@click.option("--storefront", default="", help="Of this storefront alone.")
@click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="So many at most; default 50.")
@json_option
def unmatched(storefront: str, limit: int, *, as_json: bool) -> None:
    """List the refunds and disputes whose order nobody told of, the newest first."""
    found = told(lambda services: services.order_listing.unmatched(storefront=storefront, at_most=limit))
    if as_json:
        write_json([_with_times(asdict(one)) for one in found])
    elif not found:
        click.echo("no such refund")
    else:
        head = ("STOREFRONT", "REFUND", "OF", "RECEIVED", "GIVEN BACK")
        rows = [
            (
                one.storefront,
                one.id,
                one.payment,
                time_text(one.received_at) or "",
                "all of it" if one.is_whole else "a part",
            )
            for one in found
        ]
        write_table([head, *rows])
        click.echo("\nNo order has these ids, and nothing was taken back. Look the payment up at the shop, and end the")
        click.echo("enrolment in TalentLMS by hand. A refund may also be here before its order is.")


@orders.command()
@_storefront
@click.argument("order", required=False)
@click.option("--dead", is_flag=True, help="All orders of the storefront that wait for a person because of a fault.")
def retry(storefront: str, order: str | None, *, dead: bool) -> None:
    """Look at ORDER of STOREFRONT again at once, or at all of its dead ones; exit 1 where there is none."""
    if bool(order) == dead:
        sys.exit("Name an order, or say --dead.")

    def again(services: Services) -> int:
        if order:
            return services.retries.order(storefront, order, "command")
        return services.retries.dead_orders(storefront, "command")

    number = told(again)
    if not number:
        sys.exit("No order is tried again: there is none.")
    click.echo(f"{number} order{'' if number == 1 else 's'} will be looked at in a moment")


@orders.command()
@_storefront
@_order
@click.option("--keep/--unenroll", "keeps", default=None, help="Leave what the order gave; or take it back.")
def settle(storefront: str, order: str, *, keeps: bool | None) -> None:
    """Decide what a refund does that waits for a person (`review`); exit 1 where none does.

    --unenroll takes back what on_refund = "unenroll" would: not what somebody has completed, or has by another order.
    """
    if keeps is None:
        sys.exit("Say --keep or --unenroll.")
    try:
        settled = changing(lambda services: services.settlement.settle(storefront, order, _DECISIONS[keeps]))
    except Busy:
        sys.exit("The order is just being looked at. Repeat it in a moment.")
    if not settled.number:
        sys.exit(f"Nothing was settled: nothing of order {order!r} of {storefront!r} waits because of a refund.")
    click.echo(f"{settled.number} settled; the order is {settled.result.state}")


@orders.command()
@click.argument("email")
def forget(email: str) -> None:
    """Erase the person with the address EMAIL from all orders; exit 1 where no order has it.

    What was sold, and to which TalentLMS account, stays on record without a name. TalentLMS itself is asked for nothing
    but to empty the custom field of link_custom_field; where it cannot be reached for that, nobody is erased.
    """
    number = told(lambda services: services.erasure.orders(email))
    if not number:
        sys.exit("Nobody was erased: no order has this address.")
    click.echo(f"erased from {number} order{'' if number == 1 else 's'}")


def _story(services: Services, storefront: str, order: str) -> dict[str, Any] | None:
    story = services.order_listing.story(storefront, order)
    if story is None:
        return None
    entitlements = [asdict(one) for one in services.entitlements.of_order(storefront, order)]
    for one in entitlements:
        del one["storefront"], one["order_id"]
    seats = services.redeem_codes.of_order(storefront, order)
    return {
        **_order_data(story.order),
        "events": [_with_times(row) for row in story.events],
        "lines": [dict(row) for row in story.lines],
        "refunds": [_with_times(row) for row in story.refunds],
        "entitlements": [_with_times(row) for row in entitlements],
        "codes": [
            {"line_id": one.line_id, "seat": one.seat, "is_void": one.is_void, "is_redeemed": one.is_redeemed}
            for one in seats
        ],
        "calls": [_with_times(asdict(one)) for one in services.entitlements.calls_of(storefront, order)],
    }


def _order_data(order: ListedOrder) -> dict[str, Any]:
    return _with_times(asdict(order))


def _with_times(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its times as ISO 8601 has them; ``None`` for those that are none."""
    return {name: time_text(value) if name.endswith("_at") else value for name, value in row.items()}


def _row(order: ListedOrder) -> tuple[str, ...]:
    due, why = time_text(order.due_at) or "-", f"{order.error}: {order.note}" if order.error else ""
    payment = f"{order.status} (test)" if order.is_test else order.status
    received = time_text(order.received_at) or ""
    return order.storefront, order.id, received, payment, order.state, due, order.email, why
