"""The root of the tree."""


class GatewayError(Exception):
    """The gateway met a fault of its own, if it is none of the classes below.

    ``code`` is the error's stable name: in the log, in the audit trail, in a problem's ``type``.

    Args:
        note: for the operator; what exactly was wrong. Never shown to the visitor, never a secret.
        retry_after: seconds after which trying again makes sense, if known.
    """

    code = "internal-error"
    is_unsent = False
    """Whether it is certain that the call which met this was never sent."""

    def __init__(self, note: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(note or self.code)
        self.note = note
        self.retry_after = retry_after
