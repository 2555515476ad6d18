"""Customers of a shop and employees at one ``/login``: who is asked, once, and who never is."""

import pytest

from tests.gateway.web.browser import Browser, own_part

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
