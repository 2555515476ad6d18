"""What the settings name in TalentLMS, compared with what there is: by TalentLMS's lists, one call for each kind.

TalentLMS's API lists no user types, so that those which it does not come with cannot be compared.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway import context
from gateway.admission import Lane, QueueEntry
from gateway.config import Settings
from gateway.config.faults import CLOSE, Fault, shown
from gateway.errors import GatewayError, InvalidRequest, Misunderstood, NotFound
from gateway.talentlms.client import TalentLMS
from schemas.product import Product
from schemas.reply import custom_field_number
from schemas.user_type import BUILT_IN

NamedKind = Literal["course", "category", "group", "branch", "custom_field", "user_type"]

PATIENCE_SECONDS = 5.0
"""How long a call is held until its time comes."""
_OF_ONE_LIST = (Misunderstood, InvalidRequest, NotFound)
"""Errors that say nothing of other lists."""

_WORDS: Mapping[NamedKind, tuple[str, str]] = {
    "course": ("course with this id", "courses"),
    "category": ("category with this id", "categories"),
    "group": ("group with this key", "groups"),
    "branch": ("branch of this name", "branches"),
    "custom_field": ("such custom user field", "custom user fields"),
    "user_type": ("such user type", "user types"),
}


@dataclass(frozen=True)
class NamedTarget:
    """Something of TalentLMS's that a setting names.

    Attributes:
        setting: the setting's dotted key, such as ``mapping.rules[0].assign.courses``.
        kind: what is named.
        name: how: the id of a course or category, a group's key, the name of a branch, of a user type, or
            ``custom_field_3``.
        type: of a custom field, the type that it has to be of; empty for any.
    """

    setting: str
    kind: NamedKind
    name: str
    type: str = ""


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Attributes:
        unknown: what is named and not there, by setting, with what to do; in the settings' order.
        unasked: what could not be compared, and why.
    """

    unknown: tuple[Fault, ...]
    unasked: tuple[str, ...]


def named_by_mapping(settings: Settings) -> Iterator[NamedTarget]:
    """Walk what the mapping names, and the custom field of the account link."""
    for index, rule in enumerate(settings.mapping.rules):
        table, assign = f"mapping.rules[{index}].assign.", rule.assign
        yield from (NamedTarget(f"{table}courses", "course", str(one.course)) for one in assign.courses)
        yield from (NamedTarget(f"{table}groups", "group", key) for key in assign.groups)
        if assign.branch:
            yield NamedTarget(f"{table}branch", "branch", assign.branch)
        if assign.user_type:
            yield NamedTarget(f"{table}user_type", "user_type", assign.user_type)
    for field in settings.mapping.fields:
        if custom_field_number(field):
            yield NamedTarget(f"mapping.fields.{field}", "custom_field", field)
    if number := settings.talentlms.link_custom_field:
        yield NamedTarget("talentlms.link_custom_field", "custom_field", f"custom_field_{number}", "text")


def named_by(settings: Settings) -> Iterator[NamedTarget]:
    """Walk all that the settings name."""
    yield from named_by_mapping(settings)
    for name in sorted(settings.talentlms.learner_types):
        yield NamedTarget("talentlms.learner_types", "user_type", name)
    if settings.talentlms.self_enrol_courses != "all":
        for course in sorted(settings.talentlms.self_enrol_courses):
            yield NamedTarget("talentlms.self_enrol_courses", "course", str(course))
    for slug, course in settings.slugs.courses.items():
        yield NamedTarget(f"slugs.courses.{slug}", "course", str(course))
    for slug, category in settings.slugs.categories.items():
        yield NamedTarget(f"slugs.categories.{slug}", "category", str(category))
    for index, shop in enumerate(settings.storefronts):
        for sku, product in shop.products.items():
            yield _sold(f"storefronts[{index}].products.{sku}", product)


def _sold(setting: str, product: Product) -> NamedTarget:
    return NamedTarget(setting, product.kind, product.key or str(product.id))


@dataclass(frozen=True)
class _Known:
    """Something that TalentLMS has: what it is called beside the name that settings have for it, and its type."""

    called: str = ""
    type: str = ""


_List = Mapping[str, _Known]


class NamedTargets:
    """The comparison.

    Args:
        lms: TalentLMS.
    """

    def __init__(self, lms: TalentLMS) -> None:
        self._lists: Mapping[NamedKind, Callable[[], _List]] = {
            "course": lambda: {str(one.course_id): _Known(one.name) for one in lms.courses.all()},
            "category": lambda: {str(one.category_id): _Known(one.name) for one in lms.categories.all()},
            "group": lambda: {one.key: _Known(one.name) for one in lms.groups.all() if one.key},
            "branch": lambda: {one.name: _Known() for one in lms.branches.all()},
            "custom_field": lambda: {one.key: _Known(one.name, one.type) for one in lms.users.custom_fields()},
        }

    def compared(self, named: Iterable[NamedTarget]) -> Comparison:
        """Compare what is named: a call for each kind that is, and no more once TalentLMS cannot be asked.

        Args:
            named: such as ``named_by`` walks.
        """
        context.queue_as(QueueEntry(Lane.BACKGROUND, patience=PATIENCE_SECONDS))
        targets = list(dict.fromkeys(named))
        known, unasked = self._known([kind for kind in self._lists if any(one.kind == kind for one in targets)])
        faults = ((one, _says(one, known[one.kind])) for one in targets if one.kind in known)
        unknown = tuple(Fault(one.setting, says) for one, says in faults if says)
        return Comparison(unknown, (*unasked, *_of_own_types(targets)))

    def _known(self, kinds: Sequence[NamedKind]) -> tuple[Mapping[NamedKind, _List], list[str]]:
        found: dict[NamedKind, _List] = {}
        unasked = []
        for place, kind in enumerate(kinds):
            try:
                found[kind] = self._lists[kind]()
            except GatewayError as error:
                is_of_all = not isinstance(error, _OF_ONE_LIST)
                left = kinds[place:] if is_of_all else [kind]
                unasked.append(f"{', '.join(_WORDS[one][1] for one in left)}: {error.code}: {error.note}")
                if is_of_all:
                    break
        return found, unasked


def _says(one: NamedTarget, there: _List) -> str:
    """Return what is wrong with what is named, and what to do; empty for nothing."""
    if one.name not in there:
        return f"{shown(one.name)}: TalentLMS has no {_WORDS[one.kind][0]}; {_remedy(one, there)}"
    has = there[one.name].type
    if one.type and has and has != one.type:
        return f"{shown(one.name)} is a field of type {has}; name one of type {one.type}"
    return ""


def _remedy(one: NamedTarget, there: _List) -> str:
    """Return what to do; ids are all alike, so that none of them is taken for a slip of another."""
    if not there:
        return f"it has no {_WORDS[one.kind][1]} at all"
    if one.kind == "custom_field":
        return "it has " + ", ".join(f"{name} ({field.called})" for name, field in there.items())
    if one.kind in ("course", "category"):
        return "look the id up in its address in TalentLMS"
    spoken = {known.called.casefold(): name for name, known in there.items() if known.called}
    spoken |= {name.casefold(): name for name in there}
    near = difflib.get_close_matches(one.name.casefold(), spoken, n=1, cutoff=CLOSE)
    return f"did you mean {spoken[near[0]]}?" if near else "look it up in TalentLMS"


def _of_own_types(targets: Iterable[NamedTarget]) -> Iterator[str]:
    names = {one.name: None for one in targets if one.kind == "user_type" and one.name not in BUILT_IN}
    if names:
        listed = ", ".join(shown(name) for name in names)
        yield f"user types: TalentLMS's API does not list them; see under User types there whether it has {listed}"
