"""The latency that the gateway adds to TalentLMS's own, at half of the load that it can carry."""

from bench import figures, people, turns
from bench.contestants import gateway
from bench.findings import Findings, Table, at_most, told
from bench.load import Tally, steady
from bench.plan import Plan
from bench.stage import Stage

UPSTREAM_SECONDS = 0.05
PEOPLE = 500
MEDIAN_MS = 2.0
TAIL_MS = 10.0
_TAIL = 99
_MILLI = 1000

_NOTE = (
    "One worker on its own core, TalentLMS over TLS answering after 50 ms, clicks at a fixed rate of half of what the "
    "worker carried when asked as fast as it answers. Added is the gateway's latency less the median of the same call "
    "made to the stand-in directly, over warm connections, at the same rate, by the same load generator."
)


def run(stage: Stage, plan: Plan) -> Findings:
    """Measure."""
    signed_in = people.signed_in(stage.redis_url, PEOPLE)
    contestant = gateway.start(stage, signed_in, gateway.Shape(), cores=[stage.cores.contestants])
    stage.upstream.set()
    full = turns.one(stage, contestant, plan).tally.per_second
    stage.upstream.set(latency=UPSTREAM_SECONDS)
    clicks = int(full / 2 * plan.steady_seconds)
    direct = steady(gateway.upstream(stage, signed_in), per_second=full / 2, clicks=clicks)
    through = steady(contestant.target, per_second=full / 2, clicks=clicks)
    stage.processes.end(contestant.process)
    own = figures.median(direct.latencies) * _MILLI
    added = [seconds * _MILLI - own for seconds in through.latencies]
    wrong = told(direct.faults + through.faults)
    return Findings(
        goals=[
            at_most("latency added at half load, p50", MEDIAN_MS, figures.median(added), " ms", faults=wrong),
            at_most("latency added at half load, p99", TAIL_MS, figures.percentile(added, _TAIL), " ms", faults=wrong),
        ],
        tables=[
            Table(
                f"Latency at half load, {full / 2:,.0f} clicks/s",
                ("", "p50, ms", "p99, ms", "worst, ms"),
                [_row("TalentLMS itself", direct), _row("through the gateway", through)],
                _NOTE,
            )
        ],
    )


def _row(name: str, tally: Tally) -> list[str]:
    times = [seconds * _MILLI for seconds in tally.latencies]
    return [name, *(f"{value:.1f}" for value in (figures.median(times), figures.percentile(times, _TAIL), max(times)))]
