"""``talentlms-gateway trace``: what happened to a request, by the code that its page showed."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from gateway import context
from gateway.cli.output import json_option, text_of, time_text, write_json
from gateway.cli.steps import told
from gateway.database.audit_trail import Whose
from gateway.errors import DatabaseUnavailable, GatewayError
from gateway.flows.request_story import story, who
from gateway.services import Services
from schemas.audit_entry import AuditEntry
from schemas.request_trace import RequestTrace

_ENTRIES = 100


@click.command()
@click.argument("code")
@json_option
def trace(code: str, *, as_json: bool) -> None:
    """Tell what happened to the request with the reference CODE; exit 1 where nothing is known of it.

    CODE is what an error page shows, such as 7K2M-9QXD; small letters, a missing hyphen, and O for 0 are understood.
    What happened is kept in Redis for 7 days, of 100,000 requests at most, and in the audit trail for as long as that
    goes back.
    """
    reference = context.reference_of(code)
    if not reference:
        sys.exit(f"{text_of(code[:40])} is no reference code: it has eight letters and digits, such as 7K2M-9QXD.")

    found, entries, gaps = told(lambda services: _asked(services, reference))
    if found is None and not entries:
        sys.exit(_nothing(reference, gaps))
    if as_json:
        request = asdict(found) if found else None
        rows = [{**asdict(one), "at": time_text(one.at), "facts": dict(one.facts)} for one in entries]
        write_json({"reference": reference, "request": request, "audit": rows, "not_asked": gaps})
        return
    click.echo(f"Reference code: {reference}")
    for line in (*who(found, entries), "", *story(found, entries)):
        click.echo(text_of(line) if line else "")
    if found is not None and found.problem:
        click.echo(f'\nWhat {found.problem} means, and what to do: docs/operating.md, "Error codes".')
    for gap in gaps:
        click.echo(f"\nNot asked: {gap}", err=True)


def _asked(services: Services, reference: str) -> tuple[RequestTrace | None, Sequence[AuditEntry], list[str]]:
    """Return what is known, and of what it could not be asked: one of the two is better than none."""
    found, entries, gaps = None, [], []
    if services.settings.redis_url is None:
        gaps.append("GATEWAY_REDIS_URL is not set: what the embedded store holds lives in the gateway alone.")
    else:
        try:
            found = services.traces.find(reference)
        except GatewayError as error:
            gaps.append(f"Redis: {error.code}: {error.note}")
    try:
        entries = list(services.audit_trail.listed(Whose(reference=reference), at_most=_ENTRIES))[::-1]
    except DatabaseUnavailable as error:
        gaps.append(f"The database cannot be used: {error.note}")
    return found, entries, gaps


def _nothing(reference: str, gaps: Sequence[str]) -> str:
    advice = (
        f"Nothing is known of {reference}. Read the code once more with whoever told it. Requests are kept for 7 days, "
        "100,000 at most, so it may be too old; the log may still have it: search its lines for the code. Or it is of "
        "another gateway."
    )
    return "\n".join([advice, *(f"Not asked: {gap}" for gap in gaps)])
