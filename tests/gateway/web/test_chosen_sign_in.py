"""Customers of a shop and employees at one ``/login``: who is asked, once, and who never is."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.gateway.web.browser import Browser, own_part
from tests.patience import PATIENT_SECONDS

ACCOUNT = "https://shop.example/account?from=training"
SHOP = f"""
[[storefronts]]
name = "shop"
label = "Corner & Shop"
kind = "standard"
account_url = "{ACCOUNT}"
"""
WITHOUT_ACCOUNT = '[[storefronts]]\nname = "shop"\nkind = "standard"\n'


@pytest.fixture
def browser(gateway, provider):
    return Browser(gateway(file=SHOP), provider)


def is_chooser(answer):
    return answer.status_code == 200 and "Which account would you like to use?" in answer.text


def leave(browser):
    for name in ("session", "arrival"):
        browser.client.delete_cookie(f"talentlms_gateway_{name}")


def back_from(answer):
    """Go to the provider, and return the callback's address with which it sends the browser back."""
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=PATIENT_SECONDS)
    return own_part(back.headers["Location"])


def sign_in_from(browser, provider, path, site):
    """Go through a whole sign-in that begins with a link on a page of this ``site``, as browsers say it."""
    provider.control.settings(auto_pick=True, auto_person="kim.lee")
    answer = browser.get(back_from(browser.get(path, Sec_Fetch_Site=site)), Sec_Fetch_Site="cross-site")
    assert answer.status_code == 302, answer.text


def choices(answer):
    return [part.partition('"')[0] for part in answer.text.partition('class="choices"')[2].split('<li><a href="')[1:]]


def test_the_sign_in_page_offers_the_shop_beside_the_provider(browser):
    answer = browser.get("/login?next=/go/course/12")
    assert is_chooser(answer)
    assert choices(answer) == ["/login/default?next=/go/course/12", "/login/shop"]
    assert "I bought this at <bdi>Corner &amp; Shop</bdi>" in answer.text


def test_a_storefront_leads_to_its_account_page(browser):
    answer = browser.get("/login/shop?next=/go/course/12")
    assert (answer.status_code, answer.headers["Location"]) == (302, ACCOUNT)
    assert browser.cookies()["talentlms_gateway_sign_in_at"] == "shop"


def test_whoever_chose_the_shop_finds_it_first_the_next_time_and_is_trapped_nowhere(browser):
    browser.get("/login/shop")
    answer = browser.get("/login?next=/go")
    assert is_chooser(answer)
    assert choices(answer) == ["/login/shop", "/login/default?next=/go"]


def test_an_employee_who_has_signed_in_meets_no_chooser_again(browser, provider):
    browser.sign_in(path="/login/default")
    leave(browser)
    answer = browser.get("/login?next=/go/course/12")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(provider.issuer)


def test_a_sign_in_that_was_only_begun_is_not_remembered(browser):
    assert browser.get("/login/default").status_code == 302
    assert is_chooser(browser.get("/login"))


def test_whoever_is_remembered_can_choose_anew(browser):
    browser.sign_in(path="/login/default")
    leave(browser)
    welcome = browser.get("/")
    assert '<a href="/login?choose=1">Sign in another way</a>' in welcome.text
    assert choices(browser.get("/login?choose=1")) == ["/login/default", "/login/shop"]


def test_a_name_that_is_none_counts_as_no_choice(browser):
    browser.client.set_cookie("talentlms_gateway_sign_in_at", "elsewhere")
    assert is_chooser(browser.get("/login"))
    assert "Sign in another way" not in browser.get("/").text


@pytest.mark.parametrize("file", [WITHOUT_ACCOUNT, ""])
def test_without_an_account_page_nobody_chooses_and_nothing_is_remembered(gateway, provider, file):
    browser = Browser(gateway(file=file), provider)
    assert browser.get("/login/shop").status_code == 404
    browser.sign_in()
    assert not [name for name in browser.cookies() if "sign_in_at" in name]


def test_a_head_request_for_the_shop_leads_nowhere(browser):
    assert browser.head("/login/shop").status_code == 204
    assert browser.get("/login/shop", Sec_Purpose="prefetch").status_code == 503
    assert browser.cookies() == {}


def test_a_customers_callback_is_no_providers(browser):
    assert browser.get("/callback/shop?code=c&state=s").status_code == 400
    assert own_part(browser.get("/go").headers["Location"]) == "/login?next=/go"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_from_elsewhere_to_the_shop_changes_no_choice(browser, site):
    browser.sign_in(path="/login/default")
    leave(browser)
    assert browser.get("/login/shop", Sec_Fetch_Site=site).headers["Location"] == ACCOUNT
    assert browser.cookies()["talentlms_gateway_sign_in_at"] == "default"
    assert browser.get("/login/shop", Sec_Fetch_Site="same-origin").headers["Location"] == ACCOUNT
    assert browser.cookies()["talentlms_gateway_sign_in_at"] == "shop"


def test_a_tile_in_the_only_providers_portal_spares_its_people_the_choice(browser, provider):
    sign_in_from(browser, provider, f"/login/initiate?iss={provider.issuer}", "cross-site")
    assert browser.get("/login").headers["Location"].startswith(provider.issuer)


class TestWhereEmployeesHaveSeveralWaysIn:
    """Then only who chose one of them, on the sign-in page, is not asked again."""

    @pytest.fixture(params=["a second provider", "passwords"])
    def browser(self, request, gateway, provider, passwords_or_second):
        return Browser(gateway(**passwords_or_second(request.param)), provider)

    @pytest.fixture
    def passwords_or_second(self, provider):
        second = f'[[identity_providers]]\nname = "other"\nissuer = "{provider.issuer}"\nclient_id = "demo"\n'
        second += f'client_secret = "{provider.client_secret}"\n'
        return lambda kind: (
            {"file": SHOP, "GATEWAY_PASSWORD_SIGN_IN": "on"} if kind == "passwords" else {"file": second + SHOP}
        )

    @pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
    def test_who_came_by_a_link_from_elsewhere_is_asked(self, browser, provider, site):
        sign_in_from(browser, provider, "/login/default", site)
        leave(browser)
        assert is_chooser(browser.get("/login"))
        assert "Sign in another way" not in browser.get("/").text

    def test_who_came_by_a_tile_in_the_providers_portal_is_asked(self, browser, provider):
        sign_in_from(browser, provider, f"/login/initiate?iss={provider.issuer}", "cross-site")
        leave(browser)
        assert is_chooser(browser.get("/login"))

    def test_who_chose_is_not_asked_again_and_a_link_from_elsewhere_changes_nothing(self, browser, provider):
        sign_in_from(browser, provider, "/login/default", "same-origin")
        leave(browser)
        sign_in_from(browser, provider, f"/login/initiate?iss={provider.issuer}", "cross-site")
        leave(browser)
        answer = browser.get("/login?next=/go")
        assert answer.headers["Location"].startswith(provider.issuer)

    def test_who_chose_and_took_too_long_at_the_provider_is_not_asked_again_either(self, browser, provider):
        provider.control.settings(auto_pick=True, auto_person="kim.lee")
        answer = browser.get("/login/default", Sec_Fetch_Site="same-origin")
        state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
        expired = (
            f"/callback/default?error=temporarily_unavailable&error_description=authentication_expired&state={state}"
        )
        browser.get(back_from(browser.get(expired)))
        leave(browser)
        assert browser.get("/login").headers["Location"].startswith(provider.issuer)
