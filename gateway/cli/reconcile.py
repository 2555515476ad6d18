"""``talentlms-gateway reconcile``: what orders have given, compared with what TalentLMS says, and mended."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from gateway.cli.output import json_option, write_json, write_table
from gateway.cli.steps import storefront_named, told
from gateway.config import StorefrontSettings
from gateway.flows import reconciliation
from gateway.flows.reconciliation import Difference, Mended, Reconciliation
from gateway.services import Services

_LEFT_OUT = {"waiting": "due and a worker's", "dead": "dead letters", "review": "refunds for a person to decide"}


@click.command()
@click.option("--storefront", required=True, help="Whose orders.")
@click.option("--dry-run", is_flag=True, help="Change nothing: look up, and say what differs.")
@json_option
def reconcile(storefront: str, *, dry_run: bool, as_json: bool) -> None:
    """Compare what orders have given with TalentLMS's enrolments, print what differs, then mend it.

    Missing enrolments that were paid for are given again, those that ended are taken away; nothing that somebody else
    gave is touched. It costs a call for each account, and the worker has to run, which does the mending. Exit 1 if
    something could not be mended.
    """

    def compare(services: Services) -> int:
        shop = storefront_named(services, storefront)
        work = services.reconciliation
        accounts = work.accounts(shop)
        number = len(accounts)
        click.echo(f"looking up {number} account{_s(number)}, a call to TalentLMS each", err=True)
        found = list(work.differences(shop, accounts, _waits))
        if not as_json and found:
            write_table([("ORDER", "LINE", "PERSON", "WHAT", "DIFFERENCE", "NOTE"), *map(_row, found)])
        mended = [] if dry_run or not found else _mended(work, shop, found)
        left_out = work.left_out(shop)
        if as_json:
            outcomes = {id(one.difference): one for one in mended}
            told_of = [_data(one, outcomes.get(id(one))) for one in found]
            write_json({"dry_run": dry_run, "accounts": number, "differences": told_of, "left_out": dict(left_out)})
        else:
            _summary(number, found, mended, left_out, is_dry_run=dry_run)
        return 1 if any(not one.is_mended for one in mended) else 0

    sys.exit(told(compare))


def _mended(work: Reconciliation, shop: StorefrontSettings, found: Sequence[Difference]) -> Sequence[Mended]:
    for one in found:
        work.open_again(one)
    orders = {one.entitlement.order_id for one in found}
    click.echo(f"{len(orders)} order{_s(len(orders))} due, waiting for a worker to look at them", err=True)
    work.wait(shop, orders, reconciliation.WAIT_SECONDS)
    return list(work.mended(shop, found))


def _waits(seconds: float) -> None:
    click.echo(f"no answer of TalentLMS, or no call left for now; asking again in {seconds:.0f} s", err=True)


def _summary(
    number: int, found: Sequence[Difference], mended: Sequence[Mended], left_out: Any, *, is_dry_run: bool
) -> None:
    failed = [one for one in mended if not one.is_mended]
    if failed:
        click.echo()
        write_table([("ORDER", "LINE", "PERSON", "WHAT", "NOT MENDED BECAUSE"), *map(_failure, failed)])
    kinds = Counter(one.kind for one in found)
    done = "nothing changed" if is_dry_run else f"{len(mended) - len(failed)} mended, {len(failed)} not"
    told_of = f"{kinds['missing']} missing, {kinds['surplus']} too much: {done}" if found else "nothing differs"
    click.echo(f"{number} account{_s(number)} looked up; {told_of}")
    for state, words in _LEFT_OUT.items():
        if left_out.get(state):
            click.echo(f"left out: {left_out[state]} order{_s(left_out[state])}, {words} (orders list --state {state})")


def _row(one: Difference) -> tuple[str, ...]:
    difference = "missing" if one.kind == "missing" else "too much"
    return (*_name(one), difference, one.note)


def _failure(one: Mended) -> tuple[str, ...]:
    return (*_name(one.difference), one.note)


def _name(one: Difference) -> tuple[str, str, str, str]:
    of = one.entitlement
    line = of.line_id if of.seat == 1 else f"{of.line_id}, seat {of.seat}"
    what = f"{of.call} ({one.name})" if one.name else of.call
    return of.order_id, line, f"{one.person or '-'} (user {of.user_id})", what


def _data(one: Difference, mended: Mended | None) -> dict[str, Any]:
    of = one.entitlement
    return {
        "order": of.order_id,
        "line": of.line_id,
        "seat": of.seat,
        "person": one.person,
        "user_id": of.user_id,
        "kind": of.kind,
        "target": of.target,
        "difference": one.kind,
        "is_mended": mended.is_mended if mended else None,
        "note": (mended.note if mended else "") or one.note,
    }


def _s(number: int) -> str:
    return "" if number == 1 else "s"
