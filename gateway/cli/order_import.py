"""``talentlms-gateway orders import``: orders of which no webhook told."""

import sys
from collections import Counter
from typing import BinaryIO

import click

from gateway.cli.output import json_option, write_json
from gateway.cli.steps import storefront_named, told
from gateway.flows.order_import import Outcome
from gateway.services import Services
from gateway.storefronts.listings import records

_IGNORED = ("unpaid", "test", "other")


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--storefront", required=True, help="Whose orders they are.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and say what would be taken.")
@json_option
def import_orders(file: BinaryIO, storefront: str, *, dry_run: bool, as_json: bool) -> None:
    """Take orders from FILE, a listing of the shop's API in JSON or JSON Lines; `-` reads standard input.

    They are taken as if webhooks had told of them; what is known is left alone. A record that cannot be read is named,
    the others go on, and the exit code is 1. Nobody signs a listing: fetch it yourself, from the shop.
    """
    counts: Counter[str] = Counter()
    refused: list[Outcome] = []

    def take_all(services: Services) -> None:
        shop = storefront_named(services, storefront)
        for outcome in services.order_import.run(shop, records(file), rehearse=dry_run):
            counts[outcome.result] += 1
            if outcome.result == "refused":
                refused.extend([outcome] if as_json else ())
                click.echo(f"{_name(outcome)}: {outcome.reason}", err=True)

    told(take_all)
    if as_json:
        write_json(_data(counts, refused, is_dry_run=dry_run))
    else:
        click.echo(_summary(counts, is_dry_run=dry_run))
    sys.exit(1 if counts["refused"] else 0)


def _summary(counts: Counter[str], *, is_dry_run: bool) -> str:
    why = {"unpaid": "unpaid", "test": "test orders", "other": "about no order"}
    ignored = ", ".join(f"{counts[result]} {words}" for result, words in why.items() if counts[result])
    number = sum(counts[result] for result in _IGNORED)
    taken = f"{counts['taken']} {'would be taken' if is_dry_run else 'taken'}"
    told_of = f"{number} ignored ({ignored})" if number else "0 ignored"
    return f"{taken}, {counts['known']} already known, {told_of}, {counts['refused']} refused"


def _data(counts: Counter[str], refused: list[Outcome], *, is_dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": is_dry_run,
        "taken": counts["taken"],
        "known": counts["known"],
        "ignored": {result: counts[result] for result in _IGNORED},
        "refused": [{"position": one.position, "id": one.name, "reason": one.reason} for one in refused],
    }


def _name(outcome: Outcome) -> str:
    return f"record {outcome.position} ({outcome.name})" if outcome.name else f"record {outcome.position}"
