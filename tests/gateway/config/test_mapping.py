"""The settings of the mapping: what is read, and every fault with its remedy."""

import pytest

from gateway.config.assignments import CourseAssignment
from tests.docs.documents import DOCS, fences, text_of

RULE = '[[mapping.rules]]\nname = "sales"\n'
ONE_OF = "write exactly one of group, any_of, all_of, claim, email_domain, jmespath"
COURSE = 'write a course\'s id, or { id = 56, role = "instructor" }'


def field(name, text):
    return f"[mapping.fields]\n{name} = {{ {text} }}"


def when(text):
    return f"{RULE}when = {{ {text} }}"


OF_SALES = when('group = "Sales"')


def assign(text):
    return f"{OF_SALES}\nassign = {{ {text} }}"


def test_without_a_mapping_everybody_comes_in_and_nothing_is_mapped(settings):
    mapping = settings().mapping
    assert (mapping.default, dict(mapping.fields), mapping.rules) == ("learner", {}, ())


@pytest.mark.parametrize("mode", ["apply", "dry-run"])
def test_the_mode_is_one_of_two(settings, file, mode):
    assert settings().mapping.mode == "apply"
    assert settings(GATEWAY_CONFIG=file(f"[mapping]\nmode = '{mode}'")).mapping.mode == mode


def test_another_mode_is_a_fault(faults, file):
    told = faults(GATEWAY_CONFIG=file("[mapping]\nmode = 'dryrun'"))
    assert list(told) == ["mapping.mode"]


def test_fields_and_rules_are_read_in_their_order(settings, file):
    text = """
    [mapping]
    default = "deny"
    [mapping.fields]
    custom_field_3 = { claim = "department", fallback = ["dept", "ou"], update = "on_create", values = { RD = "R&D" } }
    first_name = { update = "on_create" }
    [[mapping.rules]]
    name = "sales"
    when = { all_of = ["Sales", "staff"] }
    assign = { user_type = "Learner-Type" }
    stop = true
    [[mapping.rules]]
    name = "research"
    when = { claim = "level", equals = 3 }
    """
    mapping = settings(GATEWAY_CONFIG=file(text)).mapping
    custom = mapping.fields["custom_field_3"]
    assert (custom.claims, custom.update_of("custom_field_3"), dict(custom.values)) == (
        ("department", "dept", "ou"),
        "on_create",
        {"RD": "R&D"},
    )
    sales, research = mapping.rules
    assert (sales.name, sales.when.all_of, sales.assign.user_type, sales.stop) == (
        "sales",
        ("Sales", "staff"),
        "Learner-Type",
        True,
    )
    assert (research.when.claim, research.when.equals, research.stop, research.on_lost) == ("level", 3, False, "keep")


@pytest.mark.parametrize(
    ("name", "update"),
    [("email", "on_login"), ("custom_field_20", "on_login"), ("username", "on_create"), ("language", "on_create")],
)
def test_a_field_is_told_with_each_login_where_that_can_be(settings, file, name, update):
    fields = settings(GATEWAY_CONFIG=file(field(name, 'claim = "x"'))).mapping.fields
    assert fields[name].update_of(name) == update


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("mapping = 1", "mapping", "is a number; write a table: [mapping]"),
        ('[mapping]\ndefault = "Deny"', "mapping.default", '"Deny" is not known here; did you mean deny?'),
        ('[mapping]\ndefault = "deny"', "mapping.default", '"deny" without any rule keeps everybody out; write a rule that lets people in'),
        ("[mapping]\nrules = 1", "mapping.rules", "is not a list of tables; head each with [[mapping.rules]]"),
        ("[mapping]\nfields = 1", "mapping.fields", "is a number; write a table"),
        ("[mapping.fields]\nbio = 'about'", "mapping.fields.bio", "is a text; write a table"),
        (field("usernam", 'claim = "x"'), "mapping.fields.usernam", "is unknown; did you mean username?"),
        (field("custom_field_21", ""), "mapping.fields.custom_field_21", "is unknown; did you mean custom_field_2?"),
        (field("email", 'clam = "x"'), "mapping.fields.email.clam", "is unknown; did you mean claim?"),
        (field("bio", ""), "mapping.fields.bio.claim", "is missing; name the claim that holds the value"),
        (field("email", 'fallback = ["upn"]'), "mapping.fields.email.fallback", "has no claim to stand beside; name the first claim as claim"),
        (field("bio", 'claim = "x", update = "on_logn"'), "mapping.fields.bio.update", '"on_logn" is not known here; did you mean on_login?'),
        (
            field("username", 'claim = "x", update = "on_login"'),
            "mapping.fields.username.update",
            '"on_login" cannot be had for this field, which is told with the sign-up; write on_create',
        ),
        (RULE, "mapping.rules[0].when", 'is missing; say when the rule holds, such as when = { group = "Sales" }'),
        (RULE + "when = 'Sales'", "mapping.rules[0].when", "is a text; write a table"),
        (when(""), "mapping.rules[0].when.group", f"is not the only condition; {ONE_OF}"),
        (when('group = "a", any_of = ["b"]'), "mapping.rules[0].when.any_of", f"is not the only condition; {ONE_OF}"),
        (when("any_of = []"), "mapping.rules[0].when.any_of", "is an empty list; name a group"),
        (when('grop = "a", group = "b"'), "mapping.rules[0].when.grop", "is unknown; did you mean group?"),
        (when('claim = "a"'), "mapping.rules[0].when.equals", "belongs to claim; write both, or neither"),
        (when('group = "a", equals = 1'), "mapping.rules[0].when.equals", "belongs to claim; write both, or neither"),
        (
            when('claim = "a", equals = [1]'),
            "mapping.rules[0].when.equals",
            "is a list; write a text in quotes, a whole number, true or false",
        ),
        (
            when("jmespath = 'groups[?'"),
            "mapping.rules[0].when.jmespath",
            ('"groups[?" is not a condition in JMESPath (Invalid jmespath expression: Incomplete expression: "groups[?" ^); '
            "correct it"),
        ),
        (
            when("jmespath = 'contain(groups, `1`)'"),
            "mapping.rules[0].when.jmespath",
            '"contain(groups, `1`)" is not a condition in JMESPath (there is no function contain()); correct it',
        ),
        (
            assign('user_type = "Admin-Type"'),
            "mapping.rules[0].assign.user_type",
            ('"Admin-Type" is an administrators\' type; remove it, and give administrators who learn a learner\'s account of '
            "their own"),
        ),
        (
            assign('user_type = "Lerner"'),
            "mapping.rules[0].assign.user_type",
            '"Lerner" is none of talentlms.learner_types; did you mean Learner?',
        ),
        (assign("corses = [3]"), "mapping.rules[0].assign.corses", "is unknown; did you mean courses?"),
        (assign('courses = ["3"]'), "mapping.rules[0].assign.courses", f"is or has a text; {COURSE}"),
        (assign("courses = [{ course = 3 }]"), "mapping.rules[0].assign.courses", f"is or has a table with other keys; {COURSE}"),
        (
            assign('courses = [{ id = 3, role = "instructr" }]'),
            "mapping.rules[0].assign.courses",
            '"instructr" is not a role in a course; did you mean instructor?',
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_remedy(faults, file, text, name, says):
    assert faults(GATEWAY_CONFIG=file(text)) == {name: says}


def test_all_faults_of_all_rules_are_told_at_once_each_with_its_own_rule(faults, file):
    text = f'{when("")}\n{assign("courses = [0]")}\n[[mapping.rules]]\nwhen = {{ email_domain = "acme" }}'
    assert list(faults(GATEWAY_CONFIG=file(text))) == [
        "mapping.rules[0].when.group",
        "mapping.rules[1].name",
        "mapping.rules[1].assign.courses",
        "mapping.rules[2].name",
        "mapping.rules[2].when.email_domain",
    ]


def test_an_administrators_type_is_taken_only_where_that_is_allowed_and_it_counts_as_a_learners(settings, faults, file):
    allowed = '[talentlms]\nallow_privileged_types = true\nlearner_types = ["Learner", "Admin-Type"]\n'
    [rule] = settings(GATEWAY_CONFIG=file(allowed + assign('user_type = "Admin-Type"'))).mapping.rules
    assert rule.assign.user_type == "Admin-Type"
    without = allowed.replace(', "Admin-Type"', "")
    assert faults(GATEWAY_CONFIG=file(without + assign('user_type = "Admin-Type"')))[
        "mapping.rules[0].assign.user_type"
    ].startswith('"Admin-Type" is none of talentlms.learner_types; ')


def test_what_a_rule_gives_and_what_becomes_of_it(settings, file):
    text = assign('courses = [3, { id = 4, role = "instructor" }], groups = ["KEY1"], branch = "emea"')
    [rule] = settings(GATEWAY_CONFIG=file(text + '\non_lost = "remove"')).mapping.rules
    assert rule.assign.courses == (CourseAssignment(3), CourseAssignment(4, "instructor"))
    assert (rule.assign.groups, rule.assign.branch, rule.on_lost) == (("KEY1",), "emea", "remove")


@pytest.mark.parametrize("example", fences(text_of(DOCS / "mapping.md"), "toml"))
def test_the_examples_of_the_page_are_accepted(settings, file, example):
    text = example if "[" in example.partition("=")[0] else f"{RULE}{example}"
    mapping = settings(GATEWAY_CONFIG=file(text)).mapping
    assert mapping.fields or mapping.rules


def test_the_field_with_the_account_link_is_not_written_by_the_mapping_as_well(faults, settings, file):
    fields = '[mapping.fields]\ncustom_field_3 = { claim = "department" }\n'
    assert faults(GATEWAY_CONFIG=file("[talentlms]\nlink_custom_field = 3\n" + fields)) == {
        "mapping.fields.custom_field_3": "is talentlms.link_custom_field; choose another for one"
    }
    assert settings(GATEWAY_CONFIG=file("[talentlms]\nlink_custom_field = 4\n" + fields)).mapping.fields
