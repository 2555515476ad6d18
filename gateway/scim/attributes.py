"""What an attribute, a schema and a type of resources are (RFC 7643, 2, 6 and 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["string", "boolean", "reference", "complex"]
Mutability = Literal["readWrite", "readOnly", "immutable"]


@dataclass(frozen=True)
class Attribute:
    """An attribute; its name is unique among those beside it, whatever the case of its letters.

    Attributes:
        name: as answers have it.
        kind: of its values.
        description: for ``/Schemas``.
        multi_valued: whether it has a list of values.
        sub_attributes: a complex attribute's sub-attributes.
        required: whether no resource is without it.
        case_exact: whether the case of letters tells values apart.
        mutability: whether clients may write it.
        is_unique: whether no two resources of a connection have the same value.
        canonical_values: the values that it usually has.
        reference_types: what a reference leads to.
    """

    name: str
    kind: Kind = "string"
    description: str = ""
    multi_valued: bool = False
    sub_attributes: tuple["Attribute", ...] = ()
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = "readWrite"
    is_unique: bool = False
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, "Attribute"]:
        """The sub-attributes by their names in small letters."""
        return {part.name.lower(): part for part in self.sub_attributes}

    def sub_attribute(self, name: str) -> "Attribute | None":
        """Return a sub-attribute by its name, however it is spelt."""
        return self.by_name.get(name.lower())


@dataclass(frozen=True)
class Schema:
    """A schema.

    Attributes:
        urn: its id.
        name: for people.
        description: for people.
        attributes: those that it defines.
    """

    urn: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class ResourceType:
    """A type of resources: its attributes, and each extension as one complex attribute that is named by its URN.

    Attributes:
        name: such as ``User``.
        endpoint: what its addresses begin with.
        schema: the one that it is of.
        extensions: further ones.
        stored_apart: names, in small letters, of attributes that are kept apart from the resource.
    """

    name: str
    endpoint: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    stored_apart: frozenset[str] = frozenset()

    @cached_property
    def root(self) -> Attribute:
        """A resource as one complex attribute."""
        extensions = (
            Attribute(one.urn, "complex", one.description, sub_attributes=one.attributes) for one in self.extensions
        )
        return Attribute(self.name, "complex", sub_attributes=(*self.schema.attributes, *extensions))

    def steps(self, text: str) -> tuple[Attribute, ...]:
        """Return the attributes that lead to one, the outermost first; none where there is no such attribute.

        Args:
            text: such as ``userName``, ``name.givenName`` or ``urn:…:enterprise:2.0:User:manager.value``.
        """
        lower = text.lower()
        if lower.startswith(f"{self.schema.urn.lower()}:"):
            text = text[len(self.schema.urn) + 1 :]
        for one in self.extensions:
            extension = self.root.by_name[one.urn.lower()]
            if lower == one.urn.lower():
                return (extension,)
            if lower.startswith(f"{one.urn.lower()}:"):
                inner = _walked(extension, text[len(one.urn) + 1 :])
                return (extension, *inner) if inner else ()
        return _walked(self.root, text)


def _walked(start: Attribute, text: str) -> tuple[Attribute, ...]:
    steps: list[Attribute] = []
    at: Attribute | None = start
    for name in text.split("."):
        at = at.sub_attribute(name) if at is not None else None
        if at is None:
            return ()
        steps.append(at)
    return tuple(steps)
