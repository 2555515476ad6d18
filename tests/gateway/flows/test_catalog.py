"""What is on offer: whose, at which price, and at what cost to TalentLMS."""

import pytest

from gateway import context
from gateway.admission import Lane
from gateway.errors import StoreUnavailable, TalentLMSError, Unavailable
from gateway.flows import catalog as module
from gateway.flows.catalog import Catalog, on_offer, plain_text
from gateway.store import catalog_copies
from gateway.store.catalog_copies import CatalogCopies, Fetch
from gateway.store.connection import connect
from gateway.store.keys import tagged
from schemas.catalog import CatalogCategory, CatalogContent, CatalogCourse, CatalogPrice
from schemas.category import Category
from schemas.course import Course
from schemas.price import PriceField
from schemas.secret import Secret
from tests.gateway.threads import at_once
from tests.patience import wait_until

READ = ["courses", "categories"]


@pytest.fixture
def copies(store):
    return CatalogCopies(store, "portal")


@pytest.fixture
def catalog(lms, copies):
    context.begin(seconds=10)
    yield Catalog(lms, copies)
    context.end()


@pytest.fixture
def another(lms, store):
    """Another process: it shares nothing but the store."""
    return Catalog(lms, CatalogCopies(store, "portal"))


def test_the_catalogue_has_names_categories_and_prices_as_decimal_digits(catalog):
    content = catalog.current()
    assert [(one.id, one.name, one.category_id, one.price) for one in content.courses] == [
        (34, "Data protection", 3, CatalogPrice("$49.00", "$", "49.00")),
        (19, "Health and safety", 3, CatalogPrice("$29.00", "$", "29.00")),
        (12, "Intro to the academy", 3, CatalogPrice("$0.00", "$", "0.00")),
        (56, "Selling with care", 2, CatalogPrice("$120.00", "$", "120.00")),
        (1, "Welcome aboard", 1, CatalogPrice("$0.00", "$", "0.00")),
    ]
    assert [(one.id, one.name, one.parent_id, one.price.text) for one in content.categories] == [
        (3, "Compliance", 1, "$99.00"),
        (1, "Everything", None, "$0.00"),
        (2, "Sales", 1, "$150.00"),
    ]


def test_it_is_asked_for_once_a_minute_by_all_processes_together(catalog, another, asked, monkeypatch):
    for one in (catalog, another, catalog):
        assert one.current() == catalog.current()
    assert asked() == READ
    monkeypatch.setattr(module, "FRESH_SECONDS", 0)
    another.current()
    assert asked() == READ


def test_its_calls_queue_behind_clicks_as_what_follows_a_purchase_does(catalog):
    catalog.current()
    entry = context.current().entry
    assert (entry.lane, entry.person, entry.path) == (Lane.PURCHASE, "", "")


def test_of_many_who_come_at_once_one_asks_and_all_get_it(lms, store, asked, portal):
    portal.control.fault("courses", kind="slow", seconds=0.5, times=1)
    several = [Catalog(lms, CatalogCopies(store, "portal")) for _ in range(8)]
    found = at_once(8, lambda number: several[number].current())
    assert len(found) == 8
    assert {len(content.courses) for content in found} == {5}
    assert asked() == READ


def test_whoever_comes_while_another_fetches_gets_the_older_copy(catalog, copies, asked, monkeypatch):
    older = CatalogContent((CatalogCourse(7, "Older"),))
    copies.put(older)
    monkeypatch.setattr(module, "FRESH_SECONDS", 0)
    with copies.fetching() as fetch:
        assert fetch is Fetch.OURS
        assert catalog.current() == older
    assert asked() == []


def test_a_copy_that_somebody_fetched_meanwhile_is_not_fetched_again(catalog, copies, asked, monkeypatch):
    newest = copies.put(CatalogContent((CatalogCourse(7, "Newest"),)))
    looks = iter([None, newest])
    monkeypatch.setattr(copies, "find", lambda: next(looks))
    assert catalog.current() == newest.content
    assert asked() == []


def test_while_talentlms_is_away_the_older_copy_is_shown_and_it_is_not_asked_all_the_time(
    catalog, asked, portal, monkeypatch
):
    before = catalog.current()
    asked()
    monkeypatch.setattr(module, "FRESH_SECONDS", 0)
    portal.control.fault("courses", kind="status", status=500, times=99)
    assert [catalog.current() for _ in range(3)] == [before] * 3
    once = asked()
    assert once
    assert catalog.current() == before
    assert asked() == []


def test_without_a_copy_an_outage_is_told_once_by_talentlms_and_then_by_us(catalog, asked, portal):
    portal.control.fault("courses", kind="status", status=500, times=99)
    with pytest.raises(TalentLMSError):
        catalog.current()
    asked()
    with pytest.raises(Unavailable) as caught:
        catalog.current()
    assert caught.value.retry_after == 5
    assert asked() == []


def test_nobody_waits_for_another_without_end(catalog, copies, monkeypatch, asked):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.3)
    with copies.fetching(), pytest.raises(Unavailable):
        catalog.current()
    monkeypatch.setattr(module, "WAIT_SECONDS", 60)
    context.begin(seconds=0.3)
    with copies.fetching(), pytest.raises(Unavailable):
        catalog.current()
    assert asked() == []


def test_no_more_than_so_many_wait(lms, store, monkeypatch):
    monkeypatch.setattr(catalog_copies, "WAITING_AT_ONCE", 1)
    copies = CatalogCopies(store, "portal")
    with copies.fetching(), copies.place_to_wait(), pytest.raises(Unavailable):
        Catalog(lms, copies).current()


def test_a_process_that_died_while_it_fetched_keeps_nobody_from_it(catalog, store, asked):
    store.ask("SET", tagged("catalog-fetching:portal"), "of the dead", "PX", 300)
    wait_until(lambda: not store.ask("EXISTS", tagged("catalog-fetching:portal")))
    assert catalog.current().courses
    assert asked() == READ


@pytest.mark.parametrize("record", ['{"fetched_at": 1, "content": {"courses": [{"id": 1}]}}', "[]", "no json", "{}"])
def test_a_copy_that_another_version_wrote_is_none(catalog, store, asked, record):
    store.ask("SET", tagged("catalog:portal"), record)
    assert len(catalog.current().courses) == 5
    assert asked() == READ


def test_without_redis_nothing_is_asked(lms, asked):
    catalog = Catalog(lms, CatalogCopies(connect(Secret("redis://127.0.0.1:1")), "portal"))
    with pytest.raises(StoreUnavailable):
        catalog.current()
    assert asked() == []


def test_the_store_holds_no_link(catalog, store):
    catalog.current()
    (key,) = store.ask("KEYS", tagged("catalog*"))
    text = store.ask("GET", key).decode()
    assert "http" not in text
    assert 3500 < store.ask("TTL", key) <= 3600


def price(text):
    return PriceField().deserialize(text)


def test_what_is_hidden_or_inactive_is_left_out_and_its_category_with_it():
    categories = [Category(1, "Open"), Category(2, "Secret plans"), Category(3, "Part", parent_category_id=1)]
    courses = [
        Course(1, "Shown", category_id=3, status="active"),
        Course(2, "Hidden", category_id=2, hide_from_catalog=True),
        Course(3, "Inactive", category_id=2, status="inactive"),
        Course(4, "Elsewhere", category_id=99),
        Course(5, "Alone"),
    ]
    assert on_offer(courses, categories) == CatalogContent(
        (CatalogCourse(5, "Alone"), CatalogCourse(4, "Elsewhere"), CatalogCourse(1, "Shown", category_id=3)),
        (CatalogCategory(1, "Open"), CatalogCategory(3, "Part", 1)),
    )


def test_names_are_in_order_as_people_count():
    names = ["Part 10", "part 2", "10 rules", "Alpha", "9" * 5000, "2 rules", "", "Part 10b", "Part"]
    courses = [Course(number, name) for number, name in enumerate(names)]
    found = [one.name for one in on_offer(courses, []).courses]
    assert found == ["", "2 rules", "10 rules", "9" * 5000, "Alpha", "Part", "part 2", "Part 10", "Part 10b"]


def test_categories_that_are_part_of_each_other_end():
    categories = [Category(1, "A", parent_category_id=2), Category(2, "B", parent_category_id=1)]
    content = on_offer([Course(1, "Shown", category_id=1)], categories)
    assert [one.id for one in content.categories] == [1, 2]


@pytest.mark.parametrize(
    ("text", "amount", "is_free"),
    [("&#36;49.00", "49.00", False), ("1.250,00 €", "1250.00", False), ("$0", "0", True), ("on request", None, False)],
)
def test_a_price_is_decoded(text, amount, is_free):
    (course,) = on_offer([Course(1, "One", price=price(text))], []).courses
    assert (course.price.amount, course.price.is_free) == (amount, is_free)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>What the <b>law</b>\n asks &amp; why</p>", "What the law asks & why"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("<!-- secret --><br/>x", "x"),
        ("<" * 5000, "<" * 2000),
        ("<a " * 5000, None),
        ("x" * 3000, "x" * 2000),
        ("", ""),
    ],
)
def test_a_description_is_plain_text(html, text):
    found = plain_text(html)
    assert len(found) <= 2000
    if text is not None:
        assert found == text
