"""Where settings stand, and how a group of them is read from there."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from gateway.config.faults import Faults, Refused, did_you_mean
from gateway.config.files import read_secret
from gateway.config.setting import Declared, Setting, declared, defaults

Contradictions = Callable[[Mapping[str, Any]], Iterable[tuple[str, Refused]]]


class Source(ABC):
    """A set of names with their values: the environment, or one table of the file.

    Args:
        given: the values by name.
        faults: where everything that is wrong goes.
        prefix: what stands before the names in a fault.
        folder: where relative paths of secret files begin.

    Attributes:
        twin: what is added to a secret's name for the path of the file that holds it.
    """

    twin: ClassVar[str]

    def __init__(self, given: Mapping[str, Any], faults: Faults, prefix: str = "", folder: Path | None = None) -> None:
        self._given = given
        self._faults = faults
        self._prefix = prefix
        self._folder = folder or Path()

    @abstractmethod
    def name_of(self, setting: Setting) -> str | None:
        """Return what the setting is called here; None if it does not stand here."""

    @abstractmethod
    def parse(self, setting: Setting, raw: Any) -> Any:
        """Return the value that raw stands for.

        Raises:
            Refused: raw is not of the setting's kind.
        """

    def read(
        self,
        group: type,
        *,
        start: Mapping[str, Any] | None = None,
        check: Contradictions = lambda _: (),
    ) -> dict[str, Any]:
        """Read every setting of a group that stands here.

        Args:
            group: the dataclass that declares them.
            start: values that were read before, from elsewhere.
            check: tells which of the values do not go together.

        Returns:
            The values by field, with the defaults of those not given; without those that were refused.
        """
        values = defaults(group) | dict(start or {})
        for name, one in self._here(group):
            self._read_one(values, name, one)
        for field, refused in check(values):
            if field in values:
                self.refuse(group, field, refused)
        return values

    def _read_one(self, values: dict[str, Any], name: str, one: Declared) -> None:
        try:
            raw = self._raw(name, one.setting)
            if raw is not None:
                values[one.field] = self.parse(one.setting, raw)
            elif one.required:
                raise Refused.because("is missing", f"set it: {one.setting.summary}")
        except Refused as refused:
            values.pop(one.field, None)
            self._faults.add(self._prefix + name, refused, secret=one.setting.secret)

    def refuse(self, group: type, field: str, refused: Refused) -> None:
        """Note what is wrong with a field of a group, under the name that it has here."""
        for one in declared(group):
            if one.field == field:
                name = self.name_of(one.setting) or one.setting.key or field
                self._faults.add(self._prefix + name, refused, secret=one.setting.secret)

    def known(self, *groups: type) -> list[str]:
        """Return every name that may be given here."""
        found = [pair for group in groups for pair in self._here(group)]
        return [name for name, _ in found] + [name + self.twin for name, one in found if one.setting.secret]

    def refuse_unknown(self, names: Iterable[str], known: Iterable[str], reserved: Iterable[str] = ()) -> None:
        """Note every name that is not among the known ones."""
        for name in sorted(set(names) - set(known)):
            if name in reserved:
                self._faults.add(self._prefix + name, Refused.because("is reserved, not built yet", "remove it"))
            else:
                self._faults.add(self._prefix + name, Refused.because("is unknown", did_you_mean(name, known)))

    def _here(self, group: type) -> Iterator[tuple[str, Declared]]:
        for one in declared(group):
            name = self.name_of(one.setting)
            if name is not None:
                yield name, one

    def _raw(self, name: str, setting: Setting) -> Any:
        twin = name + self.twin
        if not setting.secret or twin not in self._given:
            return self._given.get(name)
        if name in self._given:
            raise Refused.because(f"is set, and so is {twin}", "remove one of the two")
        return read_secret(self._folder, self._given[twin], self.twin)
