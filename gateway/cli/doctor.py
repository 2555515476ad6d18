"""``talentlms-gateway doctor``: whether what the settings name is there and works."""

import sys

import click

from gateway.cli.output import json_option, time_text, write_json, write_table
from gateway.cli.steps import settings_in_force
from gateway.flows.doctor import Report, Row
from gateway.services import Services

_SIGNS = {"ok": "✓", "warning": "!", "fault": "✗", "unknown": "?"}


@click.command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Ask providers, TalentLMS, Redis and the database whether they work; say what to do. Exit 0, or 1 for a fault.

    It changes nothing, takes ten seconds at most, and spends one call of TalentLMS's hour, and one more for each kind
    of things that the settings name (courses, categories, groups, branches, custom fields). The operator's page shows
    what it found last.
    """
    report = Services(settings_in_force()).doctor.examine()
    if as_json:
        write_json(report.as_json() | {"at": time_text(report.at)})
    else:
        write_table([("", "what", "setting", "finding"), *map(_cells, report.rows)])
        _write_remedies(report)
    sys.exit(0 if report.is_well else 1)


def _cells(row: Row) -> tuple[str, ...]:
    return _SIGNS[row.state], row.what, row.setting or "-", row.finding


def _write_remedies(report: Report) -> None:
    to_do = [row for row in report.rows if row.remedy]
    if to_do:
        click.echo("\nWhat to do:")
        write_table([(_SIGNS[row.state], row.setting or row.what, row.remedy) for row in to_do])
    numbers = [(report.count(state), state) for state in ("fault", "warning")]
    counted = ", ".join(f"{number} {state}{'' if number == 1 else 's'}" for number, state in numbers)
    click.echo(f"\n{counted}" if any(number for number, _ in numbers) else "\nAll is well.")
