"""Whatever is sent: a resource stays as its schema has it, and the one before stays as it was."""

import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from gateway.scim import patch, resources
from gateway.scim.definitions import ENTERPRISE_URN, USER
from gateway.scim.errors import ScimError

KIM = {
    "userName": "kim",
    "name": {"givenName": "Kim"},
    "emails": [{"value": "a", "type": "work", "primary": True}],
    ENTERPRISE_URN: {"manager": {"value": "1"}},
}
PATHS = st.sampled_from(
    [
        *(
            "userName",
            "name",
            "name.givenName",
            "emails",
            "emails.value",
            'emails[type eq "work"]',
            "active",
            "id",
            "x",
        ),
        *(
            'emails[type eq "home"].value',
            "emails[primary eq true].primary",
            "roles",
            f"{ENTERPRISE_URN}:manager",
            "groups",
        ),
        *(ENTERPRISE_URN, f"{ENTERPRISE_URN}:manager.value", "meta.created", "emails[", "roles.primary", ""),
    ]
)
PLAIN = st.sampled_from([None, "", "a", "True", True, False, 7, [], {}])
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "type", "primary", "givenName", "manager", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "Replace", "REMOVE", "x"])}, optional={"path": PATHS, "value": VALUES}
)


@given(st.lists(OPERATIONS, max_size=5))
def test_no_operation_breaks_a_resource(operations):
    before = copy.deepcopy(KIM)
    try:
        after = patch.applied(USER, before, patch.operations({"Operations": operations}), "1")
    except ScimError:
        after = None
    assert before == KIM
    if after is not None:
        assert after["userName"]
        assert resources.read(USER, json.loads(json.dumps(after))) == after
        for several in ("emails", "roles"):
            assert sum(one.get("primary") is True for one in after.get(several, [])) <= 1
        assert not after.keys() & {"id", "meta", "groups", "schemas", "password"}


@given(st.dictionaries(st.sampled_from(["userName", "emails", "active", "name", "roles", "x", ENTERPRISE_URN]), VALUES))
def test_what_was_read_is_read_again_as_it_is(body):
    try:
        resource = resources.read(USER, body)
    except ScimError:
        return
    assert resources.read(USER, json.loads(json.dumps(resource))) == resource
