"""The report, in Markdown."""

from collections.abc import Mapping, Sequence

from bench.findings import Findings, Goal, Table

_HEAD = """# Benchmark

`make bench` measures the gateway beside its peers in one run on loopback and writes this page; it needs two cores that
nobody else uses, and some 20 minutes. `make bench BENCH_ARGS="--only cpu,memory"` runs some scenarios and writes
nothing, `--quick` runs them with small counts, to see that they work, `--help` names them all. Figures depend on the
machine; ratios within one run are what to look at.

![CPU per click of the gateway and its peers](images/benchmark.svg)
"""


_GOALS = """TalentLMS grants 40 calls a second to all instances of a gateway together, and a worker carries many times
that. So the worker is gunicorn's own gevent class and the HTTP client is urllib3, which others maintain, in place of a
worker and a client of the gateway's own, which cost less CPU. The goals changed with them:

- CPU per click is compared with that of an empty Flask on the same worker class, and with that of the script by hand
  there; without TLS the script is shown beside it, and has no goal.
- A thousand clicks in a second are to be served in 1.5 times the least possible time. Three thousand, for which
  TalentLMS would take more than a minute, are shown beside an empty Flask, and have no goal.
- Memory counts with the database's libraries aboard, and has to stop growing.
- How throughput grows with the threads of a worker is not measured any more: it has none.
- No limit of the benchmark's own binds but in the scenarios that measure one.
- Besides the redirect a click now writes a line that says what became of it, and is kept for `talentlms-gateway trace`.
  One that waits or is refused is so cheap that both are a good part of it; its goal is from before they were there.
"""


def report(findings: Sequence[Findings], facts: Mapping[str, str], when: str) -> str:
    """Return the page.

    Args:
        findings: of all scenarios.
        facts: about the machine.
        when: when it was measured, and how long that took.
    """
    goals = [goal for one in findings for goal in one.goals]
    parts = [
        _HEAD,
        "## Goals\n",
        _GOALS,
        table(("", "goal", "measured", "held"), [_line(goal) for goal in goals]),
        *(section(one) for each in findings for one in each.tables),
        "## Machine\n",
        table(("", ""), [[name, value] for name, value in {"measured": when, **facts}.items()]),
        _PEERS,
    ]
    return "\n".join(parts)


_PEERS = """## Who is measured

- **gateway**: `gunicorn app:app` with everything on: session in Redis, budget, audit trail, checks of every link.
- **script by hand**: Flask with a signed-cookie session that calls `requests.get` for each click and checks nothing
  (`bench/apps/handwritten.py`), on the same server with the same configuration. It loads the usual certificate
  authorities, and one more.
- **empty Flask**: one route that answers a fixed 302 (`bench/apps/empty.py`), on the same server likewise.
- **Apache, mod_auth_openidc**: a fixed 302 for signed-in people; it asks no TalentLMS.
- **nginx**: a fixed 302 for everybody; the floor.

Every answer's status and `Location` are checked; the gateway's and the script's links have to be new each time.
"""


def section(one: Table) -> str:
    """Return one table with its heading and its note."""
    return "\n".join((f"## {one.title}\n", table(one.columns, one.rows), f"{one.note}\n"))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first column is text, figures stand on the right."""
    rule = ["---", *("---:" for _ in columns[1:])]
    return "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in (columns, rule, *rows)) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _line(goal: Goal) -> list[str]:
    return [goal.what, goal.wanted, goal.measured, "yes" if goal.held else "**no**"]
