import pytest

from bench import figures


def test_a_percentile_is_one_of_the_values():
    values = [float(value) for value in range(1, 201)]
    assert figures.percentile(values, 99) == 198.0
    assert figures.percentile(values, 50) == 100.0
    assert figures.percentile([7.0], 99) == 7.0


def test_a_ratio_compares_rounds_that_were_run_side_by_side():
    assert figures.ratio([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == 2.0


def test_rounds_that_have_no_partner_are_refused():
    with pytest.raises(ValueError):
        figures.ratio([1.0, 2.0], [1.0])


def test_a_spread_is_half_the_range_as_a_part_of_the_median():
    assert figures.spread([9.0, 10.0, 12.0]) == pytest.approx(0.15)


def test_calls_within_the_limit_can_be_made_when_they_are_asked_for():
    assert figures.least_times([0.0, 1.0, 7.0], limit=2) == [0.0, 1.0, 7.0]


def test_a_call_beyond_the_limit_waits_until_the_window_lets_go_of_the_oldest():
    assert figures.least_times([0.0, 1.0, 1.5, 1.6, 1.7], limit=2) == [0.0, 1.0, 5.0, 6.0, 10.0]


def test_no_window_of_the_least_times_holds_more_than_the_limit():
    times = figures.least_times([number / 200 for number in range(2000)], limit=200)
    assert all(
        later - earlier == pytest.approx(figures.WINDOW_SECONDS)
        for earlier, later in zip(times, times[200:], strict=False)
    )
    assert times[-1] == pytest.approx(199 / 200 + 45)


def test_nobody_overtakes_where_service_follows_the_order_of_arrival():
    assert figures.overtaking([1.0, 2.0, 3.0], [11.0, 12.0, 13.0]) == 0.0
    assert figures.overtaking([], []) == 0.0


def test_overtaking_tells_by_how_much_the_later_comer_was_later():
    assert figures.overtaking([1.0, 2.5, 4.0], [13.0, 11.0, 12.0]) == 3.0
