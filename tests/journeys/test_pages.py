"""Our pages in a real browser with the headers that they are really sent with."""

import pytest

from tests.journeys.pages import GatewayPages, PortalPages, ProviderPages, follow, path_of
from tests.journeys.visitor import title


@pytest.fixture
def complaints(page):
    """What the browser complains of: errors of scripts and policies, and whatever could not be loaded."""
    found = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "requestfailed",
        lambda request: found.append(f"{request.url}: {request.failure}") if _blocked(request) else None,
    )
    return found


def test_nobody_complains_on_the_whole_way_in_and_out(gateway, page, complaints, newcomer):
    page.goto(f"{gateway.url}/")
    GatewayPages(page).press("Sign in")
    ProviderPages(page).sign_in(newcomer.login)
    assert path_of(page) == "/"
    page.goto(f"{gateway.url}/go/course/12")
    PortalPages(page).complete_course()
    GatewayPages(page).press("Back to my training")
    page.goto(f"{gateway.url}/logout")
    GatewayPages(page).press("Stay signed in")
    follow(page.get_by_role("link", name="Review"))
    PortalPages(page).log_out()
    GatewayPages(page).press("Sign out everywhere")
    ProviderPages(page).confirm_sign_out()
    assert GatewayPages(page).heading == "You are signed out"

    assert complaints == []


@pytest.mark.parametrize("address", ["/", "/signed-out", "/logout", "/completed/12", "/no/such/page"])
def test_every_page_wears_the_stylesheet_under_its_own_policy(gateway, page, address):
    loaded = {}
    page.on("response", lambda response: loaded.update({response.url.partition("?")[0]: response}))
    answer = page.goto(f"{gateway.url}{address}")

    sheet = loaded[f"{gateway.url}/static/gateway.css"]
    assert (sheet.status, sheet.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in sheet.headers["cache-control"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert page.evaluate("[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).length") > 10
    assert all(url.startswith(gateway.url) for url in loaded)


def test_an_error_page_wears_it_too_and_names_whom_to_ask(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/go/course/34")
    ProviderPages(page).sign_in(newcomer.login)

    assert page.evaluate("document.styleSheets.length") == 1
    help_link = page.get_by_role("link", name="help@acme.example").get_attribute("href")
    assert help_link == f"mailto:help@acme.example?subject=Training%20{GatewayPages(page).reference}"
    assert len(GatewayPages(page).reference) == 9


def test_the_sign_out_form_works_the_first_time_and_with_the_keyboard_alone(gateway, page, complaints, newcomer):
    page.goto(f"{gateway.url}/go/course/12")
    ProviderPages(page).sign_in(newcomer.login)
    page.goto(f"{gateway.url}/logout")

    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#confirm").press("Enter")
    page.wait_for_url(f"{gateway.url}/signed-out**")

    assert complaints == []


def test_everything_works_without_javascript(gateway, chromium, newcomer):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{gateway.url}/go/course/12")
        ProviderPages(page).sign_in(newcomer.login)
        assert PortalPages(page).learner == newcomer.name
        page.goto(f"{gateway.url}/")
        GatewayPages(page).press("Sign out")
        ProviderPages(page).confirm_sign_out()

        assert GatewayPages(page).heading == "You are signed out"


def test_no_page_may_be_framed(gateway, portal, page):
    page.goto(f"{portal.url}/")
    page.set_content(f'<iframe src="{gateway.url}/"></iframe>')
    page.wait_for_timeout(300)

    assert "Welcome" not in page.frames[1].content()


def test_a_form_of_another_site_signs_nobody_out(gateway, portal, page, newcomer):
    page.goto(f"{gateway.url}/login?next=/logout")
    ProviderPages(page).sign_in(newcomer.login)
    token = page.get_attribute("input[name=csrf_token]", "value")
    page.goto(f"{portal.url}/certificate/1")
    page.set_content(
        f'<form method="post" action="{gateway.url}/logout"><input name="csrf_token" value="{token}"><button>x</button></form>'
    )
    follow(page.locator("button"))

    assert GatewayPages(page).heading == "This form is no longer valid"
    page.goto(f"{gateway.url}/signed-out")
    assert GatewayPages(page).heading == "You are still signed in"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(gateway, page, newcomer):
    page.goto(f"{gateway.url}/login?next=/signed-out")
    ProviderPages(page).sign_in(newcomer.login)

    ours = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("talentlms_gateway_")]
    kinds = {cookie["name"].partition("_transaction_")[0] for cookie in ours}
    assert kinds == {"talentlms_gateway_session", "talentlms_gateway_arrival", "talentlms_gateway"}
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/" for cookie in ours)
    assert page.evaluate("document.cookie.includes('talentlms_gateway')") is False


def test_a_name_that_is_markup_is_shown_and_not_obeyed(practising_gateway, practising_provider, portal, page):
    nasty = "<img src=x onerror=document.title='owned'>"
    practising_provider.control.add_person(
        "mallory", email="mallory@acme.example", email_verified=True, given_name=nasty, family_name="M"
    )
    page.goto(f"{practising_gateway.url}/login?next=/signed-out")
    follow(page.locator("#person-mallory"))

    assert nasty in page.inner_text("main")
    assert page.title() != "owned"


def test_what_no_page_is_meant_for_gets_a_page(gateway, visit, newcomer):
    visitor = visit(gateway.url, newcomer.login)
    visitor.sign_in("/signed-out")

    assert title(visitor.ask("/go", {})) == "This address cannot be used that way"
    assert title(visitor.ask("/logout", {"csrf_token": "x" * 100_000})) == "That was too long"


def _blocked(request):
    """Return whether more than leaving the page kept it from being loaded."""
    return request.failure != "net::ERR_ABORTED"
