"""Clocks are compared by an answer's date, as far as whole seconds, a cache and the way there and back can tell."""

import pytest

from gateway.outbound.clock import seconds_ahead

NOON = 1795953600  # Sun, 29 Nov 2026 12:00:00 GMT
DATE = {"Date": "Sun, 29 Nov 2026 12:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "asked", "answered", "ahead"),
    [
        (DATE, NOON, NOON, 0),
        (DATE, NOON + 0.9, NOON + 0.95, 0),
        (DATE, NOON - 5, NOON + 5, 0),
        (DATE, NOON + 11, NOON + 12, -10),
        (DATE, NOON - 12, NOON - 10, 10),
        (DATE | {"Age": "300"}, NOON + 300, NOON + 300, 0),
        (DATE | {"Age": "nonsense"}, NOON, NOON, 0),
        ({}, NOON, NOON, None),
        ({"Date": "yesterday"}, NOON, NOON, None),
        ({"Date": ""}, NOON, NOON, None),
        ({"Date": "Sun, 29 Nov 2026 12:00:00 -0000"}, NOON, NOON, 0),
    ],
)
def test_how_far_ahead_the_other_clock_is(headers, asked, answered, ahead):
    assert seconds_ahead(headers, asked, answered) == ahead
