"""The schemas of users and groups: all that a client may map (RFC 7643, 4 and 8.7.1).

There is no password: TalentLMS's accounts have one that the gateway makes, and one that is sent is not read.
"""

from gateway.scim.attributes import Attribute, ResourceType, Schema
from schemas import directory

USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN = directory.ENTERPRISE_URN


def _listed(name: str, description: str, *words: str) -> Attribute:
    """Return an attribute with several values, each with its type, and one of them primary."""
    parts = (
        Attribute("value", description=f"One of the {description}."),
        Attribute("display", description="What people call it."),
        Attribute("type", description="What it is for.", canonical_values=words),
        Attribute("primary", "boolean", "Whether it is the preferred one; at most one is."),
    )
    return Attribute(name, "complex", f"The {description}.", multi_valued=True, sub_attributes=parts)


_NAME = Attribute(
    "name",
    "complex",
    "The parts of the person's name.",
    sub_attributes=(
        Attribute("formatted", description="The whole name."),
        Attribute("familyName", description="The last name."),
        Attribute("givenName", description="The first name."),
        Attribute("middleName", description="Further names."),
        Attribute("honorificPrefix", description="Such as Dr."),
        Attribute("honorificSuffix", description="Such as III."),
    ),
)
_ADDRESSES = Attribute(
    "addresses",
    "complex",
    "The person's postal addresses.",
    multi_valued=True,
    sub_attributes=(
        Attribute("formatted", description="The whole address."),
        Attribute("streetAddress", description="Street and number."),
        Attribute("locality", description="The city."),
        Attribute("region", description="The state."),
        Attribute("postalCode", description="The postal code."),
        Attribute("country", description="The country, ISO 3166-1 alpha 2."),
        Attribute("type", description="What it is for.", canonical_values=("work", "home", "other")),
        Attribute("primary", "boolean", "Whether it is the preferred one; at most one is."),
    ),
)
_GROUPS = Attribute(
    "groups",
    "complex",
    "The groups that the person is a member of.",
    multi_valued=True,
    mutability="readOnly",
    sub_attributes=(
        Attribute("value", description="The group's id.", case_exact=True, mutability="readOnly"),
        Attribute(
            "$ref", "reference", "Its address.", mutability="readOnly", reference_types=("Group",), case_exact=True
        ),
        Attribute("display", description="Its name.", mutability="readOnly"),
        Attribute("type", description="Membership is direct.", mutability="readOnly", canonical_values=("direct",)),
    ),
)
_EXTERNAL_ID = Attribute("externalId", description="The client's own id.", case_exact=True, is_unique=True)

USER = ResourceType(
    "User",
    "Users",
    Schema(
        USER_URN,
        "User",
        "A person who learns.",
        (
            Attribute("userName", description="By which the person signs in.", required=True, is_unique=True),
            _EXTERNAL_ID,
            _NAME,
            Attribute("displayName", description="What to call the person."),
            Attribute("nickName", description="What friends call the person."),
            Attribute(
                "profileUrl", "reference", "A page about the person.", reference_types=("external",), case_exact=True
            ),
            Attribute("title", description="Such as Vice President."),
            Attribute("userType", description="Such as Contractor."),
            Attribute("preferredLanguage", description="Such as de or pt-BR."),
            Attribute("locale", description="How dates and numbers are written."),
            Attribute("timezone", description="Such as Europe/Athens."),
            Attribute("active", "boolean", "Whether the person may come in.", required=True),
            _listed("emails", "person's e-mail addresses", "work", "home", "other"),
            _listed("phoneNumbers", "person's phone numbers", "work", "home", "mobile", "fax", "pager", "other"),
            _listed("ims", "person's addresses for instant messages"),
            _listed("photos", "addresses of pictures of the person", "photo", "thumbnail"),
            _ADDRESSES,
            _GROUPS,
            _listed("entitlements", "person's entitlements"),
            _listed("roles", "person's roles"),
        ),
    ),
    (
        Schema(
            ENTERPRISE_URN,
            "EnterpriseUser",
            "What an employer says of the person.",
            (
                Attribute("employeeNumber", description="The number that the employer gave."),
                Attribute("costCenter", description="The cost centre."),
                Attribute("organization", description="The organisation."),
                Attribute("division", description="The division."),
                Attribute("department", description="The department."),
                Attribute(
                    "manager",
                    "complex",
                    "Whom the person reports to.",
                    sub_attributes=(
                        Attribute("value", description="The manager's id."),
                        Attribute(
                            "$ref", "reference", "The manager's address.", reference_types=("User",), case_exact=True
                        ),
                        Attribute("displayName", description="The manager's name.", mutability="readOnly"),
                    ),
                ),
            ),
        ),
    ),
)
MEMBERS = Attribute(
    "members",
    "complex",
    "The people of the group.",
    multi_valued=True,
    sub_attributes=(
        Attribute("value", description="The person's id.", case_exact=True, mutability="immutable"),
        Attribute(
            "$ref",
            "reference",
            "The person's address.",
            mutability="immutable",
            reference_types=("User",),
            case_exact=True,
        ),
        Attribute("display", description="The person's name.", mutability="readOnly"),
        Attribute("type", description="Groups are no members.", mutability="immutable", canonical_values=("User",)),
    ),
)
GROUP = ResourceType(
    "Group",
    "Groups",
    Schema(
        GROUP_URN,
        "Group",
        "People who belong together.",
        (
            Attribute("displayName", description="What to call the group.", required=True, is_unique=True),
            _EXTERNAL_ID,
            MEMBERS,
        ),
    ),
    stored_apart=frozenset({"members"}),
)
TYPES = (USER, GROUP)
