"""Why TalentLMS refuses a sign-up or an activation: what the person is told, and the remedy for the operator."""

from gateway.errors import FieldRequired, GatewayError, InvalidRequest, SeatsUsedUp, SignUpRefused, TalentLMSError
from gateway.talentlms.users import Users


def explained(users: Users, error: InvalidRequest) -> tuple[type[GatewayError], str]:
    """Return the kind of error to show, and its remedy with TalentLMS's own words.

    TalentLMS may say of a mandatory custom field no more than that the arguments are invalid, so it is asked for the
    fields, with one call.

    Args:
        users: where the custom fields are asked for.
        error: what TalentLMS answered.
    """
    if isinstance(error, SeatsUsedUp):
        remedy = "every seat of the TalentLMS plan is taken: deactivate or delete users there, or take a larger plan"
        return SeatsUsedUp, f"{remedy} ({error.note})"
    fields = _mandatory_fields(users)
    if fields or isinstance(error, FieldRequired):
        names = ", ".join(fields) or "see its words"
        remedy = f"TalentLMS has mandatory custom fields that the gateway does not fill ({names}); make them optional"
        return FieldRequired, f"{remedy} ({error.note})"
    remedy = "TalentLMS does not accept the person's name, address or user name; correct it at the identity provider"
    return SignUpRefused, f"{remedy} ({error.note})"


def _mandatory_fields(users: Users) -> list[str]:
    try:
        fields = users.custom_fields()
    except TalentLMSError:
        return []  # the refusal is told all the same
    return [field.name for field in fields if field.mandatory and field.main_domain_availability is not False]
