"""Somebody leaves: their provider says so on the back channel, and none of their open tabs leads into TalentLMS any more."""

from tests.journeys.visitor import title

TABS = ("/go", "/", "/go/course/12")


def test_after_the_notice_a_click_in_each_of_three_tabs_leads_to_sign_in_and_never_to_talentlms(
    practising_gateway, practising_provider, portal, visit, numbers
):
    number = next(numbers)
    login, subject, email = f"leaver{number}", f"sub-leaver-{number}", f"leaver{number}@acme.example"
    control = practising_provider.control
    control.add_person(login, sub=subject, email=email, email_verified=True, given_name="Lea", family_name="Ver")
    control.client(backchannel_logout_uri=f"{practising_gateway.url}/backchannel-logout/default")
    visitor = visit(practising_gateway.url, login)
    for tab in TABS:
        assert visitor.go(tab).ok
    assert visitor.ask("/go/course/12").headers["Location"].startswith(portal.url)

    assert control.send_logout_token("sub-only", sub=subject)["status"] == 200
    control.misbehave("error-access-denied")
    portal.control.clear_calls()
    try:
        for tab in ("/go", "/go/course/12"):
            assert "/login" in visitor.ask(tab).headers["Location"]
            assert title(visitor.go(tab)) == "You were not signed in"
        assert title(visitor.ask("/")) == "Welcome to your training"  # of somebody who is signed out
    finally:
        control.behave()
    assert portal.operations() == []
