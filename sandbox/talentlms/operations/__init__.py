"""The 53 operations of the API document, one file per family."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.talentlms.operation import Operation
from sandbox.talentlms.operations import (
    branches,
    categories,
    courses,
    enrolments,
    groups,
    sign_in,
    site,
    units,
    users,
)

FAMILIES = (users, sign_in, courses, enrolments, categories, groups, branches, units, site)

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {operation.name: operation for family in FAMILIES for operation in family.OPERATIONS}
)
