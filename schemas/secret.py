"""A value that must never be printed, logged or put into an error."""

import hmac
from typing import Any


class Secret:
    """A string that shows itself only to those who ask for it by name.

    ``repr``, ``str``, ``format`` and therefore every log line and traceback show ``Secret(…)``. Comparison takes
    the same time wherever the first difference stands. It refuses to be pickled, so it cannot slip into a queue.

    Args:
        value: the secret text.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} is not to be stored or sent on")
