"""The doctor's comparison of clocks."""

from gateway.flows.doctor import Row
from gateway.oidc.tokens import SKEW_SECONDS

NOTICED_SECONDS = 30
"""From how far apart on clocks are told of; ``SKEW_SECONDS`` apart, tokens are refused."""


def clock_row(what: str, setting: str, whose: str, ahead: float | None) -> Row:
    """Return what a comparison says.

    Args:
        what: as ``Row`` has it.
        setting: that names whose clock it is.
        whose: the other clock, for the finding.
        ahead: how many seconds it is ahead of ours; ``None`` where it is not told.
    """
    if ahead is None:
        return Row(what, setting, "unknown", f"{whose} does not say what time it is")
    if abs(ahead) < NOTICED_SECONDS:
        return Row(what, setting, "ok", f"agrees with {whose}'s within {NOTICED_SECONDS} seconds")
    apart = f"{abs(ahead):.0f} seconds {'behind' if ahead > 0 else 'ahead of'} {whose}'s"
    remedy = "Have this machine's clock set by NTP."
    if abs(ahead) < SKEW_SECONDS:
        return Row(what, setting, "warning", f"this machine's clock is {apart}", remedy)
    finding = f"this machine's clock is {apart}: from {SKEW_SECONDS} seconds on, ID tokens are refused"
    return Row(what, setting, "fault", finding, remedy)
