"""The operator's page: what ``overview`` gathers, as HTML of bounded length without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gateway.flows.dead_letters import SENTENCES
from gateway.flows.doctor import Row
from gateway.operator.charts import HEIGHT, path, series
from gateway.operator.overview import MINUTES, Overview
from gateway.operator.recorder import CALL, CALLS_LEFT, CLICK, SIGN_IN
from gateway.store.activity import Failure, Figures

BUDGET_HEIGHT = 60
FAILURES = 20
CALLS = 8
PROCESSES = 6
FINDINGS = 24
FINDINGS_CHARACTERS = 1800
"""How much text of the doctor's findings is shown, the gravest first."""
PROVIDERS = 4
TEXT = 96
"""How many characters of a text are shown."""
REFRESH_SECONDS = 60

OUTCOMES: Mapping[str, str] = {
    "reached": "reached TalentLMS",
    "sign_in": "sent to sign in",
    "page": "shown a page",
    "waiting": "told to wait",
    "refused": "refused",
    "failed": "failed",
}
SIGN_INS: Mapping[str, str] = {"success": "signed in", "refused": "refused"}
PROVIDER_STATES: Mapping[str, tuple[str, str]] = {
    "fresh": ("ok", "answers; what it publishes is up to date"),
    "stale": ("warning", "did not answer lately; a last good copy serves"),
    "unknown": ("unknown", "not asked yet, for nobody has signed in there"),
    "unavailable": ("fault", "does not answer, and there is no copy: nobody can sign in there"),
}
_ORDER = {"fault": 0, "warning": 1, "unknown": 2, "ok": 3}
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_templates = Environment(
    loader=PackageLoader("gateway.operator"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class About:
    """What does not change.

    Attributes:
        public_url: the gateway's own address.
        version: of the gateway.
        calls_per_hour: the limit of the settings; 0 for none.
        providers: the names of the identity providers that there are.
    """

    public_url: str
    version: str
    calls_per_hour: int
    providers: Sequence[str]


def page(about: About, found: Overview, form_token: str, *, retried: int | None, refreshes: bool) -> bytes:
    """Return the page, in UTF-8.

    Args:
        about: what does not change.
        found: how it stands.
        form_token: what its buttons send along.
        retried: how much was tried again by the button that led here; ``None`` for none.
        refreshes: whether it is loaded again by itself.
    """
    template = _templates.get_template("page.html")
    text = template.render(
        about=about,
        found=found,
        style=_STYLE,
        form_token=form_token,
        retried=retried,
        refreshes=refreshes,
        refresh_seconds=REFRESH_SECONDS,
        height=HEIGHT,
        budget_height=BUDGET_HEIGHT,
        minutes=MINUTES,
        sentence=lambda code: SENTENCES.get(code, "TalentLMS does not accept this."),
        provider_states=PROVIDER_STATES,
        shown_providers=PROVIDERS,
        clock=clock,
        age=age,
        short=short,
        **(_of_redis(about, found) if found.redis is not None else {}),
    )
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()).encode()


def _of_redis(about: About, found: Overview) -> Mapping[str, Any]:
    assert found.redis is not None  # noqa: S101 - for the type checker
    lately = found.redis.lately
    diagnosis = found.redis.diagnosis
    return {
        "budget": _budget(about.calls_per_hour, found.redis.calls_left, lately.minutes),
        "clicks": [(name, says, _series(lately.minutes, f"{CLICK}:{name}")) for name, says in OUTCOMES.items()],
        "sign_ins": [(name, says, _series(lately.minutes, f"{SIGN_IN}:{name}")) for name, says in SIGN_INS.items()],
        "calls": _calls(lately.minutes[-60:]),
        "shown_calls": CALLS,
        "failures": _failures(lately.faults, lately.refusals),
        "processes": lately.processes,
        "shown_processes": PROCESSES,
        "stopped": sum(process.is_breaker_open for process in lately.processes),
        "diagnosis": None if diagnosis is None else _diagnosis(diagnosis),
    }


def _series(minutes: Sequence[Figures], name: str) -> Any:
    return series([figures.get(name, 0) for figures in minutes])


def _budget(limit: int, left: int | None, minutes: Sequence[Figures]) -> Mapping[str, Any] | None:
    """Return the budget of the hour, and how much of it was left minute by minute; ``None`` without a limit."""
    if left is None:
        return None
    known = [*(figures.get(CALLS_LEFT) for figures in minutes[:-1]), left]
    told = [figure for figure in known if figure is not None]
    top = max(limit, *told)
    part = round(100 * left / top) if top else 0
    least = min(told)
    return {
        "limit": top,
        "left": left,
        "part": part,
        "path": path(known, top, BUDGET_HEIGHT),
        "least": least,
        "known": len(told),
    }


def _calls(minutes: Sequence[Figures]) -> Sequence[tuple[str, str, int]]:
    """Return operation, outcome and number of calls, the most frequent first; of each operation all together."""
    numbers: dict[tuple[str, str], int] = {}
    for figures in minutes:
        for name, number in figures.items():
            kind, _, rest = name.partition(":")
            if kind == CALL:
                operation, _, outcome = rest.partition(":")
                numbers[operation, outcome] = numbers.get((operation, outcome), 0) + number
    return [(*which, number) for which, number in sorted(numbers.items(), key=lambda one: (-one[1], one[0]))]


def _failures(faults: Sequence[Failure], refusals: Sequence[Failure]) -> Sequence[Failure]:
    """Return the newest; of faults and refusals half each, unless there are fewer of one."""
    half = FAILURES // 2
    faults, refusals = faults[: max(half, FAILURES - len(refusals))], refusals[: max(half, FAILURES - len(faults))]
    return sorted([*faults, *refusals], key=lambda failure: failure.at, reverse=True)


def _diagnosis(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a diagnosis found, what is to be done first; of each state as it came."""
    rows = sorted(_rows(told), key=lambda row: _ORDER[row.state])
    lengths = accumulate(sum(len(short(text)) for text in astuple(row)) for row in rows)
    shown = [row for row, length in zip(rows, lengths, strict=True) if length <= FINDINGS_CHARACTERS][:FINDINGS]
    by_state = {state: len([*group]) for state, group in groupby(row.state for row in rows)}
    return {
        "at": int(told.get("at", 0)),
        "rows": shown,
        "more": len(rows) - len(shown),
        "numbers": by_state,
    }


def _rows(told: Mapping[str, Any]) -> Sequence[Row]:
    """Return the rows of a diagnosis; none of what another version wrote differently."""
    try:
        rows = [Row(**row) for row in told["rows"]]
    except (KeyError, TypeError):
        return []
    return [row for row in rows if row.state in _ORDER]


def clock(seconds: int) -> str:
    """Return a time as people read it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def age(seconds: int) -> str:
    """Return how long that is, in two units at most, such as ``3 h 12 min``."""
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    seconds = max(0, seconds)
    for place, (length, name) in enumerate(units):
        if seconds >= length:
            rest = f" {seconds % length // units[place + 1][0]} {units[place + 1][1]}" if length > 1 else ""
            return f"{seconds // length} {name}" + ("" if rest.startswith(" 0 ") else rest)
    return "0 s"


def short(text: object, at_most: int = TEXT) -> str:
    """Return a text of so many characters at most."""
    whole = str(text)
    return whole if len(whole) <= at_most else whole[: at_most - 1] + "…"
