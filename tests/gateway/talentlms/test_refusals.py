"""TalentLMS's messages and codes, and the errors that they become."""

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import errors
from gateway.talentlms.client import TalentLMS
from gateway.talentlms.endpoint import Answer
from gateway.talentlms.refusals import ON_ACTIVATION, ON_CHANGE, ON_PURCHASE, ON_SIGN_UP, THROTTLED_SECONDS, refusal
from sandbox.talentlms import errors as sandbox_errors
from tests.gateway.talentlms.surface import Recorder

WEAK = (
    "Password is not strong enough (should have at least (1) upper case letter, at least (1) lower case letter, "
    "at least (1) number, at least (8) characters in length)"
)
INACTIVE = (
    "Your account is inactive. Please activate the account using the instructions sent to you via e-mail. "
    "If you did not get them, ask the administrator of your portal."
)
MESSAGES = (
    ("Invalid API Key provided", errors.Unauthorized),
    ("Invalid arguments provided", errors.InvalidRequest),
    ("kim at example is not a valid email", errors.InvalidRequest),
    ("The requested API action does not exist", errors.InvalidRequest),
    (
        "Your login or password is incorrect. Please try again, making sure that CAPS LOCK key is off",
        errors.WrongPassword,
    ),
    (INACTIVE, errors.AccountInactive),
    ("The requested user does not exist", errors.UserNotFound),
    ("The requested user is no longer available", errors.Gone),
    ("A user with the same email address already exists", errors.Conflict),
    ("A user with the same login already exists", errors.Conflict),
    ("A group with the same key already exists", errors.Conflict),
    ("A branch with the same name already exists", errors.Conflict),
    (WEAK, errors.WeakPassword),
    ("The requested user is already enrolled in this course", errors.AlreadyMember),
    ("The requested user is not enrolled in this course", errors.NotEnrolled),
    ("The requested course does not exist", errors.CourseNotFound),
    ("The requested unit does not exist", errors.UnitNotFound),
    ("The requested category does not exist", errors.CategoryNotFound),
    ("The requested group does not exist", errors.GroupNotFound),
    ("The requested branch does not exist", errors.BranchNotFound),
    ("There is no group with such key", errors.GroupNotFound),
    ("The requested user is already a member of this group", errors.AlreadyMember),
    ("The requested course is already a member of this group", errors.AlreadyMember),
    ("The requested user is not a member of this group", errors.NotAMember),
    ("The requested user is already a member of this branch", errors.AlreadyMember),
    ("The requested user is not a member of this branch", errors.NotAMember),
    ("User does not have a progress registered for the test", errors.UnitNotFound),
    ("User does not have a progress registered for the survey", errors.UnitNotFound),
    ("The requested user is not online", errors.NotOnline),
    ("API rate limit exceeded. Please try again later", errors.Throttled),
)


def body_of(message, kind="invalid_request_error"):
    return json.dumps({"error": {"type": kind, "message": message}}).encode()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 500])
@pytest.mark.parametrize(("message", "kind"), MESSAGES, ids=lambda value: str(value)[:40])
def test_a_known_message_means_the_same_whatever_its_code(message, kind, status):
    for written in (message, f"{message}.", message.upper()):
        assert type(refusal(status, body_of(written), errors.NotFound, None)) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, errors.Misunderstood),
        (302, errors.Misunderstood),
        (400, errors.InvalidRequest),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.InvalidRequest),
        (409, errors.InvalidRequest),
        (429, errors.Throttled),
        (500, errors.Unavailable),
        (503, errors.Unavailable),
    ],
)
def test_an_unknown_message_falls_to_the_right_class_by_its_code(status, kind):
    assert type(refusal(status, body_of("Something new happened"), errors.BranchNotFound, None)) is kind


OF_ONE_OPERATION = (
    (ON_SIGN_UP, "The maximum number of users of your plan has been reached", errors.SeatsUsedUp),
    (ON_SIGN_UP, "You have reached your plan's user limit", errors.SeatsUsedUp),
    (ON_SIGN_UP, "No more seats available. Please upgrade your subscription", errors.SeatsUsedUp),
    (ON_SIGN_UP, "All licenses are in use", errors.SeatsUsedUp),
    (ON_SIGN_UP, "There are no seats left", errors.SeatsUsedUp),
    (ON_SIGN_UP, "User quota exceeded", errors.SeatsUsedUp),
    (ON_SIGN_UP, "You cannot add more users", errors.SeatsUsedUp),
    (ON_ACTIVATION, "Active users limit\nreached", errors.SeatsUsedUp),
    (ON_SIGN_UP, "The user name exceeds the maximum length", errors.InvalidRequest),
    (ON_SIGN_UP, "Password must not have more than 30 characters, the maximum for users", errors.WeakPassword),
    (ON_SIGN_UP, "Upgrade your plan to use the API", errors.InvalidRequest),
    (ON_SIGN_UP, "The custom field Staff number is mandatory", errors.FieldRequired),
    (ON_SIGN_UP, "custom_field_3 is required", errors.FieldRequired),
    (ON_SIGN_UP, "Please fill in all required fields", errors.FieldRequired),
    (ON_SIGN_UP, "A field of the plan must not be empty", errors.FieldRequired),
    (ON_CHANGE, "edituser does not answer to GET", errors.InvalidRequest),
    (ON_CHANGE, "The deactivation date can be set only for an active user", errors.InvalidRequest),
    (ON_CHANGE, "The field deactivation_date must not be empty", errors.InvalidRequest),
    (ON_SIGN_UP, "The requested branch has reached its users limit", errors.InvalidRequest),
    (ON_SIGN_UP, "The key of the requested group has reached its maximum number of redemptions", errors.InvalidRequest),
    (ON_SIGN_UP, "A required parameter is missing or an invalid type was supplied", errors.InvalidRequest),
    (ON_SIGN_UP, "API is not enabled for the specified domain or the domain is inactive", errors.InvalidRequest),
    (ON_CHANGE, "The field Staff number must be provided", errors.FieldRequired),
    (ON_CHANGE, "The custom field Login of the supervisor must not be blank", errors.FieldRequired),
    (ON_CHANGE, "custom_field_7: Password hint is missing", errors.FieldRequired),
    (ON_CHANGE, "The custom field Start must be a date", errors.InvalidRequest),
    (ON_SIGN_UP, "The custom field Login of the supervisor must be unique", errors.InvalidRequest),
    (ON_CHANGE, "The field email must be a valid address", errors.InvalidRequest),
    (ON_CHANGE, "The email field must be filled with a valid e-mail address", errors.InvalidRequest),
    (ON_SIGN_UP, "The field first name is required", errors.InvalidRequest),
    (ON_SIGN_UP, "Field last_name must not be empty", errors.InvalidRequest),
    (ON_SIGN_UP, "The login field must have at most 150 characters", errors.InvalidRequest),
    (ON_SIGN_UP, "The language field must be one of the domain's languages", errors.InvalidRequest),
    (ON_SIGN_UP, "The required field language is missing", errors.InvalidRequest),
    (ON_SIGN_UP, "This language is not available, upgrade your plan", errors.InvalidRequest),
    (ON_SIGN_UP, "Field timezone must not be empty", errors.InvalidRequest),
    (ON_CHANGE, "The field time zone must be provided as Area/City", errors.InvalidRequest),
    (ON_CHANGE, "Field login: value must be unique", errors.Conflict),
    (ON_CHANGE, "The email field must contain a unique value", errors.Conflict),
    (ON_SIGN_UP, "This e-mail address is in use by another user", errors.Conflict),
    (ON_SIGN_UP, "Username has already been taken", errors.Conflict),
    (ON_SIGN_UP, "An account with this email is already registered", errors.Conflict),
    (ON_SIGN_UP, "Duplicate user name", errors.Conflict),
    (ON_CHANGE, "The password field must have at least 40 characters", errors.WeakPassword),
    (ON_SIGN_UP, "The field password must be provided with a special character", errors.WeakPassword),
    (ON_CHANGE, "This password was used already, the new one must be unique", errors.WeakPassword),
    (ON_SIGN_UP, "The password must not contain the login", errors.WeakPassword),
    (ON_SIGN_UP, "Something new happened", errors.InvalidRequest),
    (ON_PURCHASE, "The coupon code is not valid", errors.CouponRefused),
    (ON_PURCHASE, "The coupon code has expired", errors.CouponRefused),
    (ON_PURCHASE, "This coupon has expired", errors.CouponRefused),
    (ON_PURCHASE, "The requested coupon does not exist", errors.CouponRefused),
    (ON_PURCHASE, "Invalid discount code", errors.CouponRefused),
    (ON_PURCHASE, "Payments are not enabled for this domain", errors.NotForSale),
    (ON_PURCHASE, "This course is not for sale", errors.NotForSale),
    (ON_PURCHASE, "The requested category has no courses", errors.NotForSale),
    (ON_PURCHASE, "Something new happened", errors.InvalidRequest),
)


@pytest.mark.parametrize(("meanings", "message", "kind"), OF_ONE_OPERATION, ids=lambda value: str(value)[:40])
def test_a_message_of_one_operation_is_understood_by_its_words_and_there_alone(meanings, message, kind):
    for written in (message, f"{message}.", message.upper()):
        assert type(refusal(400, body_of(written), errors.NotFound, None, meanings)) is kind
        assert type(refusal(400, body_of(written), errors.NotFound, None)) is errors.InvalidRequest


@pytest.mark.parametrize(
    "meanings",
    [ON_CHANGE, ON_SIGN_UP, ON_ACTIVATION, ON_PURCHASE],
    ids=["change", "sign-up", "activation", "purchase"],
)
@pytest.mark.parametrize(("message", "kind"), MESSAGES, ids=lambda value: str(value)[:40])
def test_a_known_message_keeps_its_meaning_in_every_operation(meanings, message, kind):
    assert type(refusal(400, body_of(message), errors.NotFound, None, meanings)) is kind


def test_no_text_of_the_sandbox_is_left_out_here():
    listed = [message for message, _ in MESSAGES] + [message for _, message, _ in OF_ONE_OPERATION]
    said = sandbox_texts()
    assert len(said) > 30
    assert [text for text in said if not any(re.fullmatch(text, message) for message in listed)] == []


def sandbox_texts():
    """Return patterns of all texts with which the sandbox refuses something, as they stand in its source."""
    modules = [ast.parse(path.read_text()) for path in Path(sandbox_errors.__file__).parent.rglob("*.py")]
    nodes = [node for module in modules for node in ast.walk(module)]
    named = {ast.unparse(node.targets[0]): node.value for node in nodes if isinstance(node, ast.Assign)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and len(node.args) == 1]
    texts = [call.args[0] for call in calls if ast.unparse(call.func) in ("ApiError", "super().__init__")]
    texts = [named.get(ast.unparse(text).rpartition(".")[2], text) for text in texts]
    return [pattern_of(text) for text in texts if isinstance(text, ast.Constant | ast.JoinedStr)]


def pattern_of(text):
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".+" for part in parts)


def test_a_fault_of_talentlms_and_a_text_that_goes_on_for_ever_are_not_searched_for_words():
    full = "There are no seats left"
    assert type(refusal(500, body_of(full), errors.NotFound, None, ON_SIGN_UP)) is errors.Unavailable
    assert type(refusal(400, body_of("x" * 1000 + full), errors.NotFound, None, ON_SIGN_UP)) is errors.InvalidRequest


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, errors.Misunderstood),
        (301, errors.Misunderstood),
        (400, errors.Misunderstood),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.Misunderstood),
        (429, errors.Throttled),
        (500, errors.Unavailable),
        (502, errors.Unavailable),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><h1>Oh no</h1></html>",
        b'{"error": {"type": "api_err',
        b"[]",
        b'{"error": "x"}',
        b"\xff" * 9,
        b"[" * 99_999,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_html_and_half_a_body_never_mean_that_something_does_not_exist(status, kind, body):
    assert type(refusal(status, body, errors.UserNotFound, None)) is kind


def test_a_403_that_speaks_of_a_rate_is_throttling_in_json_and_in_html():
    assert type(refusal(403, body_of("You made too many requests"), errors.NotFound, None)) is errors.Throttled
    assert type(refusal(403, b"<p>Rate limit exceeded</p>", errors.NotFound, None)) is errors.Throttled


@pytest.mark.parametrize(("said", "told"), [(None, THROTTLED_SECONDS), (0, THROTTLED_SECONDS), (61, 61)])
def test_throttling_says_when_to_come_back(said, told):
    assert refusal(429, b"", errors.NotFound, said).retry_after == told


@given(st.sampled_from([message for message, _ in MESSAGES]))
def test_what_somebody_typed_as_an_address_does_not_pass_for_a_message(quoted):
    error = refusal(400, body_of(f"{quoted} is not a valid email"), errors.UserNotFound, None)
    assert type(error) is errors.InvalidRequest


@pytest.mark.parametrize("quoted", ["The requested user does not exist", "Your account is inactive"])
def test_a_course_with_a_mischievous_name_does_not_pass_for_a_message(quoted):
    error = refusal(400, body_of(f"No seat is left in {quoted}, sorry"), errors.CourseNotFound, None)
    assert type(error) is errors.InvalidRequest


def test_the_note_quotes_the_message_without_secrets_and_in_short():
    link = "https://portal.example/index/autologin/key:s3cr3tk3y"
    note = refusal(400, body_of(f"see {link} " + "x" * 500), errors.NotFound, None).note
    assert note.startswith("400: see https://portal.example/index/autologin/key:")
    assert "s3cr3tk3y" not in note
    assert len(note) < 250


def test_an_error_in_a_200_is_an_error():
    with pytest.raises(errors.Gone):
        TalentLMS(
            Recorder({"error": {"type": "x", "message": "The requested user is no longer available"}})
        ).users.by_id(1)


def test_a_404_means_the_operations_own_thing_only_if_it_says_that_it_does_not_exist():
    explicit = Recorder({"error": {"type": "x", "message": "This thing does not exist"}}, status=404)
    with pytest.raises(errors.CategoryNotFound):
        TalentLMS(explicit).categories.by_id(3)
    other = Recorder({"error": {"type": "x", "message": "Domain not found"}}, status=404)
    with pytest.raises(errors.NotFound) as refused:
        TalentLMS(other).users.by_id(3)
    assert type(refused.value) is errors.NotFound


def test_retry_after_travels_from_the_answer_to_the_error():
    class Busy:
        def send(self, *_args, **_kwargs):
            return Answer(429, b"", 42)

    with pytest.raises(errors.Throttled) as caught:
        TalentLMS(Busy()).site.info()
    assert caught.value.retry_after == 42
