"""The settings that stand in the TOML file."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.config.faults import Faults, Refused
from gateway.config.files import read_text
from gateway.config.kinds import type_name
from gateway.config.setting import Setting
from gateway.config.settings import RESERVED_TABLES
from gateway.config.source import Source

TABLES = ("identity_providers", "talentlms", "slugs")


class Table(Source):
    """One table of the file."""

    twin = "_file"

    def name_of(self, setting: Setting) -> str | None:
        """Return the setting's key."""
        return setting.key

    def parse(self, setting: Setting, raw: Any) -> Any:
        """Return what a value of the file says."""
        return setting.kind.from_toml(raw)

    def read(self, group: type, **how: Any) -> dict[str, Any]:
        """Read a group as every source does, and note every key that no setting of the group has."""
        self.refuse_unknown(self._given, self.known(group))
        return super().read(group, **how)


class File:
    """The tables of the file.

    Args:
        content: the tables by name; None if the file could not be read.
        faults: where everything that is wrong goes.
        folder: where relative paths in the file begin: the file's own folder.

    Attributes:
        names_providers: whether identity providers may stand in it, also when it could not be read.
    """

    def __init__(self, content: Mapping[str, Any] | None, faults: Faults, folder: Path) -> None:
        self.names_providers = content is None or "identity_providers" in content
        self._content = content or {}
        self._faults = faults
        self._folder = folder

    def table(self, name: str) -> Table:
        """Return the table of this name, an empty one if the file has none."""
        content = self._content.get(name, {})
        if not isinstance(content, dict):
            self._faults.add(name, Refused.because(f"is {type_name(content)}", f"write a table: [{name}]"))
            content = {}
        return Table(content, self._faults, f"{name}.", self._folder)

    def tables(self, name: str) -> Iterator[Table]:
        """Walk the tables of a list."""
        listed = self._content.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            self._faults.add(name, Refused.because("is not a list of tables", f"head each with [[{name}]]"))
            return
        for index, content in enumerate(listed):
            yield Table(content, self._faults, f"{name}[{index}].", self._folder)

    def refuse_unknown_tables(self) -> None:
        """Note every name at the top of the file that is not one of ours."""
        Table(self._content, self._faults).refuse_unknown(self._content, TABLES, RESERVED_TABLES)


def open_file(path: Path | None, faults: Faults) -> File:
    """Read the file, or stand for an empty one; what is wrong with it as a whole is one fault of GATEWAY_CONFIG."""
    if path is None:
        return File({}, faults, Path())
    try:
        return File(parse(read_text(path)), faults, path.parent)
    except Refused as refused:
        faults.add("GATEWAY_CONFIG", refused)
        return File(None, faults, path.parent)


def parse(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; a mistake in it is told with line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused.because(f"the file is not TOML: {error}", "correct that line") from None
    except (ValueError, RecursionError):
        remedy = "it holds a number too long or lists nested too deeply"
        raise Refused.because("the file is not TOML", remedy) from None
