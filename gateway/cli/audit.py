"""``talentlms-gateway audit``: who did what, and a person taken out of it."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from gateway.cli.output import json_option, time_text, write_json, write_table
from gateway.cli.steps import told
from gateway.services import Services
from schemas.audit_entry import AuditEntry

_HEAD = ("TIME", "WHAT", "OUTCOME", "WHY", "PERSON", "USER", "BY", "REFERENCE", "FACTS")


def _moment(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    """Return a date or a time of ISO 8601 in epoch seconds; UTC unless it says otherwise."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise click.BadParameter("write a date or a time, such as 2026-11-23 or 2026-11-23T09:05:00Z") from None


@click.group(invoke_without_command=True)
@click.option("--person", help="Of this person: key, e-mail, user name, subject, TalentLMS id; or a reference code.")
@click.option("--since", callback=_moment, metavar="TIME", help="From then on, such as 2026-11-23T09:05:00Z; UTC.")
@click.option("--until", callback=_moment, metavar="TIME", help="Before then.")
@click.option("--outcome", type=click.Choice(["success", "refused"]), help="With this outcome alone.")
@click.option("--limit", default=50, type=click.IntRange(1, 10_000), help="So many at most; default 50.")
@json_option
@click.pass_context
def audit(
    context: click.Context,
    person: str | None,
    since: int | None,
    until: int | None,
    outcome: str | None,
    limit: int,
    *,
    as_json: bool,
) -> None:
    """List what was done and refused, the newest first."""
    if context.invoked_subcommand is not None:
        return

    def listed(services: Services) -> list[AuditEntry]:
        whose = services.audit_search.whose(person) if person else None
        return list(
            services.audit_trail.listed(whose, since=since or 0, until=until, outcome=outcome or "", at_most=limit)
        )

    found = told(listed)
    if as_json:
        write_json([{**asdict(one), "at": time_text(one.at), "facts": dict(one.facts)} for one in found])
    elif not found:
        click.echo("no such entry")
    else:
        write_table([_HEAD, *map(_row, found)])


@audit.command()
@click.argument("person")
def forget(person: str) -> None:
    """Take PERSON out of all entries; exit 1 where none is theirs.

    PERSON is a key, an e-mail address, a user name, a subject or a TalentLMS id. What was done stays on record, without
    the person, the account, the address of the browser and the explanation; that somebody was erased is an entry, too.
    """

    def erase(services: Services) -> int:
        whose = services.audit_search.whose(person)
        if whose.reference:
            sys.exit("A reference code is of one request, not of a person: name the person.")
        return services.audit_trail.erase(whose)

    number = told(erase)
    if not number:
        sys.exit("Nobody was erased: no entry is this person's.")
    click.echo(f"erased from {number} entr{'y' if number == 1 else 'ies'}")


def _row(one: AuditEntry) -> tuple[str, ...]:
    why = f"{one.reason}: {one.note}" if one.reason and one.note else one.reason or one.note
    facts = json.dumps(dict(one.facts), ensure_ascii=False) if one.facts else ""
    user_id = str(one.user_id or "")
    return time_text(one.at) or "", one.event, one.outcome, why, one.person, user_id, one.origin, one.reference, facts
