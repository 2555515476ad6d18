import json

from bench.upstream import Domain

GO_TO = "/api/v1/gotocourse/user_id:7,course_id:12,logout_redirect:aHR0"


def test_every_call_gets_a_link_of_its_own():
    domain = Domain()
    answers = {domain.answer(GO_TO, "https://lms.example") for _ in range(3)}
    assert len(answers) == 3
    assert all(b'"goto_url": "https://lms.example/index/gotocourse/key:' in answer for answer in answers)
    assert [user for _, user in domain.served] == [7, 7, 7]


def test_calls_beyond_the_limit_are_throttled_and_counted():
    domain = Domain(limit=2)
    statuses = [domain.answer(GO_TO, "").split()[1] for _ in range(3)]
    assert statuses == [b"200", b"200", b"429"]
    assert (domain.calls, domain.throttled, len(domain.served)) == (3, 1, 2)


def test_asking_for_the_rate_limit_is_free():
    domain = Domain(limit=1)
    for _ in range(3):
        assert domain.answer("/api/v1/ratelimit", "").startswith(b"HTTP/1.1 200 OK")
    assert domain.calls == 0


def test_an_account_is_found_by_the_address_of_a_person():
    domain = Domain()
    told = domain.answer("/api/v1/users/email:person.7%40example.com", "").partition(b"\r\n\r\n")[2]
    assert json.loads(told)["id"] == "7"
    assert (domain.calls, domain.other) == (1, 0)


def test_an_enrolment_is_answered_and_written_down():
    domain = Domain(limit=2)
    answers = [
        domain.answer("/api/v1/addusertocourse", "", b"user_id=%d&course_id=12" % number) for number in (7, 8, 9)
    ]
    assert json.loads(answers[0].partition(b"\r\n\r\n")[2]) == [{"user_id": "7", "course_id": "12", "role": "learner"}]
    assert [answer.split()[1] for answer in answers] == [b"200", b"200", b"429"]
    assert (domain.enrolled, len(domain.moments), domain.throttled) == ([7, 8], 2, 1)


def test_anything_else_is_refused_and_noticed():
    domain = Domain()
    assert domain.answer("/api/v1/users/id:7", "").startswith(b"HTTP/1.1 404")
    assert (domain.calls, domain.other) == (1, 1)


def test_a_reset_forgets_what_was_seen_and_keeps_the_limit():
    domain = Domain(limit=1)
    domain.answer(GO_TO, "")
    domain.steer("/_bench/reset")
    assert (domain.calls, domain.served, domain.limit) == (0, [], 1)
    assert domain.answer(GO_TO, "").startswith(b"HTTP/1.1 200")
