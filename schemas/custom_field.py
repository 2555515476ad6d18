"""A custom field that a domain has defined for its users or its courses."""

from dataclasses import dataclass

from marshmallow import fields

from schemas.reply import Reply, custom_field_number
from schemas.wire_fields import Text, Texts


@dataclass(frozen=True)
class CustomField:
    """A custom field's definition (API document, *Get custom registration fields*, *Get custom course fields*).

    Attributes:
        key: ``custom_field_1``; ``number`` is its number.
        type: ``text``, ``dropdown``, ``checkbox``, ``date`` or whatever else TalentLMS offers.
        name: what people read.
        mandatory: whether it has to be filled in.
        visible_on_reports: whether reports show it.
        dropdown_values: what a drop-down offers.
        checked: whether a check box is ticked to begin with.
        selective_availability: whether only some branches have it.
        branch: the branches that do, as TalentLMS writes them; empty for none.
        main_domain_availability: whether the main domain has it; ``None`` if TalentLMS does not say.
        previous_key: the key of the field that stands before it.
        order: its place, from 1; ``None`` if TalentLMS does not say.
    """

    key: str
    type: str = ""
    name: str = ""
    mandatory: bool = False
    visible_on_reports: bool = False
    dropdown_values: tuple[str, ...] = ()
    checked: bool = False
    selective_availability: bool = False
    branch: str = ""
    main_domain_availability: bool | None = None
    previous_key: str = ""
    order: int | None = None

    @property
    def number(self) -> int:
        """The number to use in ``custom_fields``; 0 if the key has none."""
        return custom_field_number(self.key)


class CustomFieldSchema(Reply):
    """An entry of ``getcustomregistrationfields`` or ``getcustomcoursefields``."""

    record_type = CustomField
    key = Text(required=True)
    type = Text()
    name = Text()
    mandatory = fields.Boolean()
    visible_on_reports = fields.Boolean()
    dropdown_values = Texts()
    checked = fields.Boolean(data_key="checkbox_status")
    selective_availability = fields.Boolean()
    branch = Text()
    main_domain_availability = fields.Boolean()
    previous_key = Text()
    order = fields.Integer()
