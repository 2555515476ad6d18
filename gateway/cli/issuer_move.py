"""``talentlms-gateway people move-issuer``: from one identity provider to another."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from gateway.cli.output import json_option, write_json, write_table
from gateway.cli.steps import changing, issuer_named, provider_named, told
from gateway.flows.issuer_move import IssuerMove, Step
from gateway.services import Services
from schemas.order import is_customer


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--dry-run/--apply", default=True, help="Say what would be done, the default; or do it.")
@json_option
def move_issuer(old: str, new: str, *, dry_run: bool, as_json: bool) -> None:
    """Keep the accounts of everybody of the provider OLD for the provider NEW; exit 1 if nobody is known at OLD.

    Who signs in at NEW with the verified address of such an account gets it. OLD is a name or an issuer byte for byte,
    NEW the name or the issuer of a provider in the settings. Sessions of those who are moved end. Repeat it where it
    was interrupted.
    """

    def move(services: Services) -> list[dict[str, Any]]:
        entry = provider_named(services, new)
        if entry is None:
            sys.exit(f"No identity provider of the settings is {new!r}.")
        issuer = issuer_named(services, old)
        if issuer == entry.issuer or is_customer(issuer):
            sys.exit("OLD and NEW have to be two identity providers.")
        work = services.issuer_move(issuer, entry.issuer, services.trusts[entry.name])
        is_resumed = not dry_run and work.finish() > 0
        steps = [_moved(work, step, dry_run=dry_run) for step in work.steps()]
        if not (steps or is_resumed):
            sys.exit(f"Nobody has signed in at {issuer!r}.")
        return steps

    steps = told(move) if dry_run else changing(move)
    if as_json:
        write_json({"dry_run": dry_run, "people": steps})
    else:
        _write_moves(steps, dry_run=dry_run)


def _moved(work: IssuerMove, step: Step, *, dry_run: bool) -> dict[str, Any]:
    """Move one person, unless something is in the way or nothing is to be done; return what is told of it."""
    link, obstacle = step.link, step.obstacle
    is_moved = not obstacle and not dry_run and work.apply(link)
    if not (obstacle or dry_run or is_moved):
        obstacle = "the link has changed meanwhile"
    told_of = {"person": link.person, "subject": link.subject, "user_id": link.user_id, "email": link.email}
    return {**told_of, "obstacle": obstacle, "is_moved": is_moved}


def _write_moves(steps: Sequence[Mapping[str, Any]], *, dry_run: bool) -> None:
    done = "would be moved" if dry_run else "moved"
    if steps:
        head = ("PERSON", "SUBJECT", "USER", "E-MAIL", "WHAT")
        rows = [
            (one["person"], one["subject"], str(one["user_id"]), one["email"], one["obstacle"] or done) for one in steps
        ]
        write_table([head, *rows])
    staying = sum(bool(one["obstacle"]) for one in steps)
    click.echo(f"{len(steps) - staying} {done}, {staying} stay")
    if dry_run:
        click.echo("nothing was changed: --apply does it")
