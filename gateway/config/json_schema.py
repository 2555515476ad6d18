"""The JSON Schema of the TOML file, for editors that complete and check it while somebody writes.

It is made of the groups that read the file (`loading`), so it knows the same keys and the same words. What a rule of
`rules` alone can tell, such as whether a text is an https address, and what does not go together, only `check` says.
Source: JSON Schema, draft 7, which the editors' TOML extensions read.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from marshmallow.validate import Regexp

from gateway.config.assignments import AssignmentsSchema, Course, CourseRole
from gateway.config.brand import BrandTable
from gateway.config.fields import Choice, Scalar, Setting, Several, Switch, Table, Text, Whole
from gateway.config.group import Group
from gateway.config.identity_providers import IdentityProviderSchema
from gateway.config.loading import AUDIT, CATALOG, MAPPING, SLUGS, TALENTLMS_TABLE
from gateway.config.mapping import FIELDS, ConditionSchema, FieldSchema, RuleSchema
from gateway.config.scim import MOST_TOKENS, ScimTable, ScimTokenSchema
from gateway.config.storefronts import HandoffSchema, ProductSchema, StorefrontSchema
from gateway.config.talentlms import HIGHEST_ID

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect by its own name, which nothing is loaded from."""

Json = dict[str, Any]


def json_schema() -> Json:
    """Return the JSON Schema of the file that ``GATEWAY_CONFIG`` names."""
    rule = object_of(
        RuleSchema(),
        when=_one_condition(ConditionSchema()),
        assign=object_of(AssignmentsSchema()) | {"description": "What the rule gives."},
    )
    rule["required"] = [*rule["required"], "when"]
    fields = {key: {"$ref": "#/definitions/field"} for key in FIELDS}
    shop = object_of(
        StorefrontSchema(),
        handoff=object_of(HandoffSchema()) | {"description": "How it signs its hand-off tokens."},
        products={
            "type": "object",
            "description": "What its products open, by their SKU.",
            "additionalProperties": _exactly_one(ProductSchema()),
        },
    )
    tokens = _list_of(object_of(ScimTokenSchema()), f"The bearer tokens, {MOST_TOKENS} at most for each provider.")
    tables = {
        "identity_providers": _list_of(object_of(IdentityProviderSchema()), "The identity providers, one entry each."),
        "storefronts": _list_of(shop, "The shops whose customers learn in TalentLMS, one entry each."),
        "talentlms": object_of(TALENTLMS_TABLE),
        "slugs": object_of(SLUGS),
        "catalog": object_of(CATALOG),
        "audit": object_of(AUDIT),
        "brand": object_of(BrandTable()),
        "mapping": object_of(
            MAPPING,
            fields=_closed(fields) | {"description": "Which claims fill TalentLMS's fields."},
            rules=_list_of(rule, "Who may come in, and what they are given; looked at in this order."),
        ),
        "scim": object_of(ScimTable(), tokens=tokens),
    }
    title = "talentlms-gateway: the file of GATEWAY_CONFIG"
    return {"$schema": DIALECT, "title": title, **_closed(tables), "definitions": {"field": object_of(FieldSchema())}}


def object_of(group: Group, **inside: Json) -> Json:
    """Return the schema of a table: its settings, and no other keys.

    Args:
        group: the settings; of a secret both the value and its file may stand there, one of the two.
        inside: schemas of the tables and lists within it that have groups of their own.
    """
    properties: Json = {}
    required: list[str] = []
    choices: list[Json] = []
    for name, setting in group.settings.items():
        properties[name] = described(setting)
        if setting.secret:
            file = name + group.twin
            properties[file] = {"type": "string", "minLength": 1, "description": f"The path of a file: `{name}`."}
            choices.append(_one_of_two(name, file, is_required=setting.required))
        elif setting.required:
            required.append(name)
    schema = _closed(properties | inside) | {"required": required}
    return schema | ({"allOf": choices} if choices else {})


def described(setting: Setting) -> Json:
    """Return the schema of a setting with its meaning and its default."""
    schema = kind_of(setting) | {"description": _plain(setting.meaning)}
    default = setting.load_default
    if isinstance(default, tuple | frozenset):
        default = sorted(default) if isinstance(default, frozenset) else list(default)
    if not (setting.required or setting.unset) and isinstance(default, str | int | list) and default != []:
        schema["default"] = default
    return schema


def kind_of(setting: Setting) -> Json:
    """Return the schema of the values that a setting takes.

    Raises:
        TypeError: the kind of setting is not known here.
    """
    for kind, schema in _KINDS:
        if isinstance(setting, kind):
            return schema(setting)
    raise TypeError(f"no JSON Schema for {type(setting).__name__}")


def _several(setting: Several) -> Json:
    schema: Json = {"type": "array", "items": kind_of(setting.item)}
    if setting.empty:
        schema["minItems"] = 1
    return {"anyOf": [{"const": setting.word}, schema]} if setting.word else schema


def _table(setting: Table) -> Json:
    return {
        "type": "object",
        "propertyNames": kind_of(setting.key),
        "additionalProperties": kind_of(setting.item),
    }


def _course() -> Json:
    number: Json = {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}
    table = _closed({"id": number, "role": {"enum": list(get_args(CourseRole))}}) | {"required": ["id"]}
    return {"anyOf": [number, table]}


def _text(setting: Text) -> Json:
    schema: Json = {"type": "string", "minLength": 1}
    if isinstance(setting.rule, Regexp):  # the end of a text is written otherwise in ECMA-262
        schema["pattern"] = f"^(?:{str(setting.rule.regex.pattern).removesuffix(_END)})$"
    return schema


_END = r"\Z"
_KINDS: tuple[tuple[type[Setting], Callable[[Any], Json]], ...] = (
    (Choice, lambda setting: {"enum": list(setting.words)}),
    (Whole, lambda setting: {"type": "integer", "minimum": setting.minimum, "maximum": setting.maximum}),
    (Switch, lambda _: {"type": "boolean"}),
    (Several, _several),
    (Table, _table),
    (Course, lambda _: _course()),
    (Scalar, lambda _: {"type": ["string", "integer", "boolean"], "minLength": 1}),
    (Text, _text),
)


def _one_condition(group: ConditionSchema) -> Json:
    """Return the schema of a table with exactly one condition, of which ``claim`` and ``equals`` are one together."""
    schema = _exactly_one(group, but=("equals",))
    schema["dependencies"] = {"claim": ["equals"], "equals": ["claim"]}
    return schema | {"description": "When the rule holds: exactly one condition."}


def _exactly_one(group: Group, but: tuple[str, ...] = ()) -> Json:
    schema = object_of(group)
    return schema | {"oneOf": [{"required": [name]} for name in group.settings if name not in but]}


def _one_of_two(name: str, file: str, *, is_required: bool) -> Json:
    if is_required:
        return {"oneOf": [{"required": [name]}, {"required": [file]}]}
    return {"not": {"required": [name, file]}}


def _closed(properties: Mapping[str, Any]) -> Json:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


def _list_of(item: Json, meaning: str) -> Json:
    return {"type": "array", "items": item, "description": meaning}


def _plain(text: str) -> str:
    """Return a meaning without the targets of its links, which lead into the documentation."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
