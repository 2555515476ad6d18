"""What commands print: for programs JSON, for people a table."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def time_text(seconds: int | None) -> str | None:
    """Return epoch seconds as ISO 8601 has them, such as ``2026-11-23T09:05:00Z``; ``None`` for none."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None


def write_json(data: object) -> None:
    """Print something as JSON."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def write_table(rows: Sequence[Iterable[str]]) -> None:
    """Print rows of cells, the heading first; columns stand below each other."""
    cells = [[_printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _printable(text: str) -> str:
    """Return a text without what steers a terminal: shops, and strangers at their checkouts, have written it."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def text_of(value: object) -> str:
    """Return a value of a record as people read it, without what steers a terminal."""
    if value in (None, ""):
        return "-"
    return ("yes" if value else "no") if isinstance(value, bool) else _printable(str(value))
