"""The sandbox shop's pages, by what a buyer does on them."""

from playwright.sync_api import Page

from tests.journeys.pages import follow


class ShopPages:
    """What somebody who buys sees and presses.

    Args:
        page: their window.
        url: the shop's address.
    """

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        self._url = url

    def put(self, *courses: str) -> None:
        """Put courses into the basket, by their names."""
        self._page.goto(f"{self._url}/")
        for course in courses:
            follow(self._page.get_by_role("button", name=f"Add to basket: {course}"))

    def be_guest(self, email: str, first_name: str = "", last_name: str = "") -> None:
        """Buy without an account, with this address."""
        self._page.get_by_role("radio", name="A guest").check()
        self._page.get_by_label("Guest's e-mail address").fill(email)
        self._page.get_by_label("First name").fill(first_name)
        self._page.get_by_label("Last name").fill(last_name)

    def be(self, name: str) -> None:
        """Buy as somebody who has an account at the shop."""
        self._page.get_by_role("radio", name=name).check()

    def speak(self, dialect: str) -> None:
        """Let the shop speak like another: Shopify, WooCommerce, Stripe or Standard Webhooks."""
        self._page.get_by_label("The shop speaks like").select_option(dialect)

    def pay(self, how: str = "Pay €") -> str:
        """Press Pay, or another button beside it; return the order's number."""
        follow(self._page.get_by_role("button", name=how))
        return self.number

    @property
    def number(self) -> str:
        """The number of the order that is shown."""
        return self._page.url.partition("/orders/")[2].partition("?")[0]

    @property
    def state(self) -> str:
        """How the order stands."""
        return self._page.inner_text("#status")

    @property
    def answers(self) -> list[str]:
        """What the gateway answered to the posts of this order, in the order of the page."""
        return self._page.locator("summary .good, summary .bad").all_inner_texts()

    def press(self, label: str) -> None:
        """Press a button of the order's page."""
        follow(self._page.get_by_role("button", name=label))

    def to_course(self, course: str) -> None:
        """Ask for the way into a course that was bought, by its name."""
        self.press(f"To my course: {course}")
