import inspect
import re
from http import HTTPStatus

import pytest

from gateway import errors
from gateway.errors import GatewayError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
LINE = re.compile(r"^    (?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?: +(?P<status>[0-9]{3})?.*)?$", re.MULTILINE)


def drawn():
    """Return the tree as the module's docstring draws it: depth, name and status of each line."""
    return [(len(line["indent"]) // 4, line["name"], line["status"]) for line in LINE.finditer(errors.__doc__)]


def test_the_tree_is_drawn_as_it_is():
    path, parents = [], {}
    for depth, name, _ in drawn():
        path[depth:] = [name]
        parents[name] = path[depth - 1] if depth else "Exception"
    assert parents == {kind.__name__: kind.__base__.__name__ for kind in KINDS}


def test_every_status_in_the_drawing_is_the_one_that_is_answered():
    told = {name: int(status) for _, name, status in drawn() if status}
    assert told == {name: getattr(errors, name).status for name in told}


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_code_and_three_sentences_for_people(kind):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert HTTPStatus.BAD_REQUEST <= HTTPStatus(kind.status) < 600
    assert kind.title
    assert not kind.title.endswith(".")
    assert kind.happened.endswith(".")
    assert kind.advice.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_read_names_no_insides(kind):
    told = f"{kind.title} {kind.happened} {kind.advice}".lower()
    for word in ("redis", "api", "http", "oidc", "token", "talentlms", "exception", "none"):
        assert not re.search(rf"\b{word}\b", told), word


def test_errors_that_mean_different_things_to_a_machine_have_different_codes():
    own = [kind for kind in KINDS if "code" in vars(kind)]
    same = {kind.__name__ for kind in own if [other.code for other in own].count(kind.code) > 1}
    assert same == {"AccountInactive", "Inactive"}
    assert errors.AccountInactive.status == errors.Inactive.status


def test_the_note_is_for_the_operator_and_stays_out_of_the_sentences():
    error = errors.ForeignLink("a link to https://elsewhere.example")
    assert str(error) == error.note == "a link to https://elsewhere.example"
    assert "elsewhere" not in error.title + error.happened + error.advice
    assert str(errors.ForeignLink()) == errors.ForeignLink.title


def test_an_error_may_say_when_to_come_back():
    assert errors.Throttled(retry_after=7).retry_after == 7
    assert GatewayError().retry_after is None


@pytest.mark.parametrize("kind", [errors.Unauthorized, errors.Forbidden, errors.Throttled, errors.Unavailable])
def test_nothing_that_is_the_training_sites_fault_is_taken_for_a_missing_user(kind):
    assert not issubclass(kind, errors.NotFound)
    assert kind.status in (502, 503)
