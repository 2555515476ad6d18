"""People who are who they say they are, and cannot be let in all the same."""

import pytest

from tests.journeys.visitor import reference, title

NOT_ENROLLED = "You are not enrolled in this course"
INACTIVE = "Your training account is not active"
REMOVED = "Your training account was removed"


@pytest.fixture
def person(practising_provider, numbers):
    """From claims to somebody at the provider; the login."""

    def add(**claims):
        number = next(numbers)
        names = {"given_name": "Olga", "family_name": f"Odd{number}", "email": f"olga{number}@acme.example"}
        return practising_provider.control.add_person(f"olga{number}", **names, **claims)

    return add


@pytest.mark.parametrize(("address", "status"), [("/go/course/9999", 404), ("/go/course/no-such-course", 404)])
def test_a_course_that_is_not_there_gets_a_page(gateway, visit, newcomer, address, status):
    answer = visit(gateway.url, newcomer.login).go(address)

    assert (answer.status_code, title(answer)) == (status, "Course not found")
    assert gateway.events(reference(answer))


def test_an_address_that_is_not_there_gets_a_page_whose_code_stands_in_the_log(gateway, visit):
    answer = visit(gateway.url, "somebody").ask("/no/such/page")

    assert (answer.status_code, title(answer)) == (404, "Page not found")
    assert gateway.events(reference(answer))


def test_whoever_is_not_enrolled_stays_out_where_the_course_is_not_self_served(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)

    answer = visitor.go("/go/course/34")

    assert (answer.status_code, title(answer)) == (403, NOT_ENROLLED)
    assert gateway.events(reference(answer))
    assert portal.enrolments(newcomer.email) == {}
    assert newcomer.name in visitor.go("/go/course/12").text


def test_whoever_was_enrolled_by_somebody_else_gets_in(gateway, portal, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go")
    portal.control.enrol(portal.user(newcomer.email)["id"], 34)

    assert "Data protection" in visitor.go("/go/course/34").text


@pytest.mark.statement(45)
def test_an_inactive_account_is_not_opened(practising_gateway, portal, visit):
    visitor = visit(practising_gateway.url, "felix")
    for address in ("/go", "/go/course/12", "/"):
        answer = visitor.go(address)
        assert (answer.status_code, title(answer)) == (403, INACTIVE)
        assert _remedy(practising_gateway, answer)

    assert portal.user("felix@example.com")["status"] == "inactive"
    assert len(portal.users("felix@example.com")) == 1
    assert portal.enrolments("felix@example.com") == {}


@pytest.mark.statement(45)
@pytest.mark.parametrize("address", ["/go", "/go/course/12", "/"])
def test_an_account_that_was_switched_off_since_is_not_opened(gateway, portal, visit, newcomer, address):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.administer(f"usersetstatus/user_id:{portal.user(newcomer.email)['id']},status:inactive")

    answer = visitor.ask(address)

    assert (answer.status_code, title(answer)) == (403, INACTIVE)
    assert gateway.events(reference(answer))
    portal.administer(f"usersetstatus/user_id:{portal.user(newcomer.email)['id']},status:active")
    assert newcomer.name in visitor.go("/go/course/12").text


def test_an_archived_account_is_neither_opened_nor_made_anew(practising_gateway, practising_provider, portal, visit):
    practising_provider.control.add_person("gone", email="gone@example.com", email_verified=True, given_name="Greta")
    visitor = visit(practising_gateway.url, "gone")

    answer = visitor.go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, REMOVED)
    assert practising_gateway.events(reference(answer))
    assert "usersignup" not in portal.operations()


@pytest.mark.parametrize("address", ["/go", "/go/course/12", "/"])
def test_an_account_that_was_archived_since_is_neither_opened_nor_made_anew(gateway, portal, visit, newcomer, address):
    visitor = visit(gateway.url, newcomer.login)
    visitor.go("/go/course/12")
    portal.administer("deleteuser", user_id=str(portal.user(newcomer.email)["id"]))
    portal.control.clear_calls()

    answer = visitor.ask(address)

    assert (answer.status_code, title(answer)) == (403, REMOVED)
    assert gateway.events(reference(answer))
    assert "usersignup" not in portal.operations()


@pytest.mark.parametrize("verified", [False, None, "true", 1], ids=["false", "missing", "text", "number"])
def test_an_account_whose_address_nobody_vouches_for_is_not_adopted(
    practising_gateway, portal, person, visit, verified
):
    login = person() if verified is None else person(email_verified=verified)
    email = f"{login}@acme.example"
    portal.control.add_user(email, first_name="Real", last_name="Owner")
    before = portal.user(email)

    answer = visit(practising_gateway.url, login).go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, "Your e-mail address is not confirmed")
    assert _remedy(practising_gateway, answer)
    assert portal.user(email) == before
    assert len(portal.users(email)) == 1


def test_whoever_has_no_address_gets_a_page(practising_gateway, portal, visit):
    answer = visit(practising_gateway.url, "noel.nomail").go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, "Your e-mail address is missing")
    assert _remedy(practising_gateway, answer)
    assert portal.operations() == []


def test_an_administrators_account_is_never_adopted(practising_gateway, portal, visit):
    answer = visit(practising_gateway.url, "ada.admin").go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, "This account cannot be opened here")
    assert _remedy(practising_gateway, answer)
    assert "/index/" not in answer.text


def test_an_account_that_belongs_to_somebody_else_is_not_adopted(
    practising_gateway, practising_provider, portal, person, visit
):
    login = person(email_verified=True)
    visit(practising_gateway.url, login).go("/go/course/12")
    email = f"{login}@acme.example"
    other = practising_provider.control.add_person(f"recycled-{login}", email=email, email_verified=True)

    answer = visit(practising_gateway.url, other).go("/go/course/12")

    assert (answer.status_code, title(answer)) == (403, "This account belongs to another sign-in")
    assert _remedy(practising_gateway, answer)


def test_whoever_is_refused_can_still_sign_out(practising_gateway, visit):
    visitor = visit(practising_gateway.url, "felix")
    visitor.go("/go")

    assert title(visitor.sign_out()) == "You are signed out"


def _remedy(gateway, answer):
    """Return what the operator is told to do; it stands in the audit trail and not on the page."""
    (remedy,) = [event["remedy"] for event in gateway.events(reference(answer)) if "remedy" in event]
    assert remedy not in answer.text
    return remedy
