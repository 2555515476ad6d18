"""Each operation's request, held against the form that the API document gives it."""

import inspect
from urllib.parse import parse_qs

import pytest

from gateway.errors import Unwritable
from gateway.talentlms.client import TalentLMS
from tests.gateway.talentlms.asked import REQUESTS
from tests.gateway.talentlms.surface import OPERATIONS, Recorder, called, example, walk


def form_of(body):
    return {name: value for name, [value] in parse_qs(body.decode(), keep_blank_values=True).items()}


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.path.partition("/")[0])
def test_a_call_with_every_parameter_sends_what_the_document_says(asked):
    recorder = Recorder(example(asked.operation))
    called(TalentLMS(recorder, date_format="DDMMYYYY"), asked.method)(**asked.arguments)
    [(verb, path, body, _)] = recorder.sent
    assert path == asked.path
    if asked.form is None:
        assert (verb, body) == ("GET", None)
    else:
        assert (verb, form_of(body)) == ("POST", asked.form)


def test_every_operation_is_among_these_requests_with_every_parameter():
    given = {operation: set() for operation in OPERATIONS}
    for asked in REQUESTS:
        given[asked.operation] |= set(asked.arguments)
    assert given == {one.endpoint.operation: {parameter.name for parameter in one.parameters} for one in walk()}


@pytest.mark.parametrize("operation", walk(), ids=lambda operation: operation.method)
def test_optional_parameters_are_left_out_where_nobody_gives_them(operation):
    given = next(asked for asked in REQUESTS if asked.operation == operation.endpoint.operation)
    arguments = {name: given.arguments[name] for name in needed(operation)}
    recorder = Recorder(example(operation.endpoint.operation))
    called(TalentLMS(recorder), operation.method)(**arguments)
    [(_, path, body, _)] = recorder.sent
    assert (path.count(":") if body is None else len(form_of(body))) == len(arguments)


def needed(operation):
    if operation.endpoint.one_of:
        return ["user_id", "course_id"]
    return [parameter.name for parameter in operation.parameters if parameter.default is inspect.Parameter.empty]


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.path.partition("/")[0])
def test_a_required_argument_that_is_empty_never_turns_one_operation_into_another(asked, empty):
    operation = next(one for one in walk() if one.method == asked.method)
    for name in () if operation.endpoint.one_of else needed(operation):
        recorder = Recorder(example(asked.operation))
        lms = TalentLMS(recorder, date_format="DDMMYYYY")
        with pytest.raises(Unwritable, match="must not be empty"):
            called(lms, asked.method)(**{**asked.arguments, name: empty})
        assert recorder.sent == []


def test_a_call_is_repeated_only_where_its_declaration_says_so():
    unsafe = {one.endpoint.operation for one in walk() if not one.endpoint.safe}
    assert unsafe == {
        *("usersignup", "createcourse", "creategroup", "createbranch"),
        *("deleteuser", "deletecourse", "deletegroup", "deletebranch"),
        *("forgotusername", "forgotpassword"),
        *("buycourse", "buycategorycourses", "userlogout", "resetuserprogress"),
    }


def test_what_changes_something_is_marked_and_what_only_reads_or_links_is_not():
    changing = {one.endpoint.operation for one in walk() if one.endpoint.changes}
    assert changing == {
        *("usersignup", "edituser", "usersetstatus", "deleteuser", "forgotusername", "forgotpassword"),
        *("createcourse", "deletecourse", "addusertocourse", "removeuserfromcourse", "resetuserprogress"),
        *("creategroup", "deletegroup", "addusertogroup", "removeuserfromgroup", "addcoursetogroup"),
        *("createbranch", "deletebranch", "branchsetstatus", "addusertobranch", "removeuserfrombranch"),
        *("addcoursetobranch", "buycourse", "buycategorycourses"),
    }


def test_whatever_must_not_be_repeated_changes_something_but_a_sign_out_whose_link_does():
    unmarked = {one.endpoint.operation for one in walk() if not one.endpoint.safe and not one.endpoint.changes}
    assert unmarked == {"userlogout"}


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.path.partition("/")[0])
def test_the_transport_is_told_whether_repeating_is_harmless(asked):
    recorder = Recorder(example(asked.operation))
    called(TalentLMS(recorder, date_format="DDMMYYYY"), asked.method)(**asked.arguments)
    operation = next(one for one in walk() if one.method == asked.method)
    assert [safe for _, _, _, safe in recorder.sent] == [operation.endpoint.safe]
