import pytest

from gateway.worker.backoff import pause


@pytest.mark.parametrize(("tries", "limit"), [(0, 5), (1, 10), (4, 80), (6, 320), (7, 600), (50, 600), (10**6, 600)])
def test_a_pause_is_anything_up_to_a_limit_that_doubles_up_to_ten_minutes(tries, limit):
    pauses = [pause(tries) for _ in range(500)]
    assert all(0 <= seconds <= limit for seconds in pauses)
    assert min(pauses) < limit / 4
    assert max(pauses) > limit * 3 / 4
