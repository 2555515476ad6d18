"""The rate limits."""

from sandbox.talentlms.limits import Limits


def test_asking_for_the_limit_is_free_and_the_answer_true(api):
    before = api.ask("ratelimit")
    assert (before["limit"], before["remaining"]) == ("2000", "2000")
    api.ask("siteinfo")
    api.refusal("users/id", id=999)
    assert api.ask("ratelimit")["remaining"] == "1998"


def test_a_call_with_a_wrong_key_or_none_is_free(api, box):
    api.auth = ("other", "")
    api.get("siteinfo")
    assert box.control.limits()["used"] == 0


def test_the_hours_limit_throttles_until_the_window_ends(api, box):
    box.control.limits(per_hour=2)
    assert [api.get("siteinfo").status_code for _ in range(3)] == [200, 200, 429]
    assert api.ask("ratelimit")["remaining"] == "0"
    box.control.advance(3600)
    assert api.get("siteinfo").status_code == 200
    assert api.ask("ratelimit")["remaining"] == "1"


def test_the_five_seconds_limit_slides(api, box):
    box.control.limits(per_5_seconds=2)
    assert [api.get("siteinfo").status_code for _ in range(3)] == [200, 200, 429]
    box.control.advance(5)
    assert api.get("siteinfo").status_code == 200


def test_a_throttled_call_changes_nothing_and_costs_nothing(api, box):
    box.control.limits(per_hour=1)
    api.ask("siteinfo")
    assert api.call("usersetstatus", user_id=4, status="inactive").status_code == 429
    assert box.control.state()["users"][3]["status"] == "active"
    assert box.control.cost() == 1


def test_a_throttled_call_can_be_told_as_403_and_can_say_how_long(api, box):
    box.control.limits(per_hour=1)
    box.control.quirk(throttle_status=403, retry_after=True)
    api.ask("siteinfo")
    reply = api.get("siteinfo")
    assert reply.status_code == 403
    assert "rate limit" in reply.json()["error"]["message"]
    assert 3590 <= int(reply.headers["Retry-After"]) <= 3600


def test_a_throttled_call_says_nothing_of_the_kind_by_default(api, box):
    box.control.limits(per_hour=1)
    api.ask("siteinfo")
    assert "Retry-After" not in api.get("siteinfo").headers


def test_no_limit_lets_everything_pass():
    limits = Limits(per_hour=0, per_5_seconds=0)
    assert {limits.take(0.0) for _ in range(5000)} == {0}


def test_an_hour_counts_from_its_first_call():
    limits = Limits(per_hour=1, per_5_seconds=0)
    assert limits.take(10_000.0) == 0
    assert limits.take(10_600.0) == 3000
    assert limits.take(13_599.0) == 1
    assert limits.take(13_600.0) == 0
