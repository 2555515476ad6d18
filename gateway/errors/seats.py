"""Redeem codes of seats."""

from gateway.errors.request import VisitorError


class CodeUnknown(VisitorError):
    """There is no such redeem code, or what was typed is none."""

    code = "redeem-code-unknown"


class CodeUsed(VisitorError):
    """Somebody else has used the redeem code."""

    code = "redeem-code-used"


class CodeRefunded(VisitorError):
    """The seat of the redeem code was given back to the shop."""

    code = "redeem-code-refunded"


class SeatNotReady(VisitorError):
    """The seat is theirs who redeemed it, and what it opens could not be given yet."""

    code = "seat-not-ready"
