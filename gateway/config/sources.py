"""Where settings come from: the environment, and the tables of one TOML file."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from gateway.config.faults import Fault, Invalid, Problem, did_you_mean
from gateway.config.fields import Setting, VariableText, type_name
from gateway.config.files import read_secret
from gateway.config.schema import Group, settings_of

PREFIXES = ("GATEWAY_", "TALENTLMS_", "OIDC_")
# Kubernetes and Docker announce a service called "gateway" or "talentlms-gateway" by such variables.
SERVICE_NAMES = re.compile(r".+_(SERVICE_(HOST|PORT(_.+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://.*")


@dataclass(frozen=True)
class Source:
    """Names with their values.

    Attributes:
        values: the values by name.
        names_are: which of a setting's names counts here, ``variable`` or ``key``.
        prefix: what stands before the names in a fault.
        folder: where relative paths of secret files begin.
    """

    values: Mapping[str, Any]
    names_are: str
    prefix: str = ""
    folder: Path = Path()

    @property
    def twin(self) -> str:
        """Return what is added to a secret's name for the path of the file that holds it."""
        return "_FILE" if self.names_are == "variable" else "_file"

    def names(self, setting: Setting) -> list[str]:
        """Return what a setting is called here, and its twin's name; nothing for one that cannot be given here."""
        name = setting.metadata[self.names_are]
        if not name:
            return []
        return [name, name + self.twin] if setting.metadata["secret"] else [name]

    def known(self, *groups: type[Group]) -> list[str]:
        """Return every name that may be given here."""
        return [name for group in groups for setting in settings_of(group).values() for name in self.names(setting)]

    def given(self, group: type[Group]) -> dict[str, Any]:
        """Return what is given of a group, by field: the values as they are, or an error in place of one."""
        names = {field: self.names(setting) for field, setting in settings_of(group).items()}
        found = {field: self._given(*there) for field, there in names.items() if there}
        return {field: value for field, value in found.items() if value is not None}

    def _given(self, name: str, twin: str | None = None) -> Any:
        if twin is None or twin not in self.values:
            return self.values.get(name)
        if name in self.values:
            return Invalid(f"is set, and so is {twin}", "remove one of the two")
        try:
            return read_secret(self.folder, self.values[twin])
        except ValidationError as error:
            return ValidationError({self.twin: error.messages})

    def unknown(self, known: list[str], reserved: Iterable[str] = ()) -> Iterator[Fault]:
        """Walk the faults of all names that are not among the known ones."""
        for name in sorted(set(self.values) - set(known)):
            problem = Problem("is unknown", did_you_mean(name, known))
            if name in reserved:
                problem = Problem("is reserved, not built yet", "remove it")
            yield problem.fault(self.prefix + name)


def environment(environ: Mapping[str, str]) -> Source:
    """Return the variables whose names are ours; all others are left alone."""
    ours = {name: VariableText(text) for name, text in environ.items() if name.startswith(PREFIXES)}
    return Source({name: text for name, text in ours.items() if not announces_service(name, text)}, "variable")


def announces_service(name: str, text: str) -> bool:
    """Tell whether a variable was set by Kubernetes or Docker for a service that is called like ours."""
    return bool(SERVICE_NAMES.fullmatch(name) or (name.endswith("_PORT") and SERVICE_ADDRESS.match(text)))


def parse(text: str) -> dict[str, Any]:
    """Return the content of a TOML text; a mistake in it is told with line and column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"the file is not TOML: {error}", "correct that line") from None
    except (ValueError, RecursionError):
        raise Invalid("the file is not TOML", "it holds a number too long or lists nested too deeply") from None


class File:
    """The tables of the TOML file.

    Args:
        content: what the file holds.
        folder: where relative paths in it begin: the file's own folder.

    Attributes:
        malformed: the faults of what is no table, or no list of tables, although it should be; by name.
        top, talentlms, slugs: the names at the top of the file, and two of its tables.
        providers: the tables of its list.
    """

    def __init__(self, content: Mapping[str, Any], folder: Path) -> None:
        self.malformed = {name: Problem(*what).fault(name) for name, what in malformed(content)}
        tables = {name: value for name, value in content.items() if name not in self.malformed}
        self.top = Source(content, "key")
        self.talentlms = Source(tables.get("talentlms", {}), "key", "talentlms.", folder)
        self.slugs = Source(tables.get("slugs", {}), "key", "slugs.", folder)
        self.providers = [
            Source(table, "key", f"identity_providers[{index}].", folder)
            for index, table in enumerate(tables.get("identity_providers", ()))
        ]


def malformed(content: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Walk the names of what should be a table, or a list of tables; with what is wrong and its remedy."""
    for name in ("talentlms", "slugs"):
        if not isinstance(content.get(name, {}), dict):
            yield name, (f"is {type_name(content[name])}", f"write a table: [{name}]")
    name, listed = "identity_providers", content.get("identity_providers", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        yield name, ("is not a list of tables", f"head each with [[{name}]]")
