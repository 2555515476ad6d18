"""How an operation of the API is declared: once, beside the function that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.talentlms.arguments import CUSTOM_FIELD, Arguments
from sandbox.talentlms.errors import InvalidArguments
from sandbox.talentlms.portal import Portal

GET = ("GET",)
POST = ("POST",)
EITHER = ("GET", "POST")


@dataclass(frozen=True)
class Operation:
    """One operation.

    Attributes:
        name: as the summary of URL patterns spells it; look-ups carry their key, ``users/email``.
        run: takes the portal and the arguments, returns the answer as JSON or raises ``ApiError``.
        methods: the HTTP methods it answers to.
        required: the arguments that must be there.
        optional: the arguments that may be there.
        empty: those among them that may be empty.
        custom_fields: whether ``custom_field_N`` is taken too.
        free: whether it counts against no limit.
    """

    name: str
    run: Callable[[Portal, Arguments], Any]
    methods: tuple[str, ...] = GET
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    custom_fields: bool = False
    free: bool = False

    def check(self, given: Arguments) -> None:
        """Refuse missing, unknown and empty arguments.

        Raises:
            InvalidArguments: one of them was found.
        """
        missing = any(name not in given for name in self.required)
        unfit = any(not self._takes(name, value) for name, value in given.values.items())
        if missing or unfit:
            raise InvalidArguments

    def _takes(self, name: str, value: str) -> bool:
        if name in self.required or name in self.optional:
            return bool(value.strip() or name in self.empty)
        return self.custom_fields and name.startswith(CUSTOM_FIELD)
