"""Dates that only those can read who know the domain's format."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.written_date import DATE_FORMATS, MomentField, WrittenDate, as_written


@pytest.mark.parametrize(
    ("text", "date_format", "read"),
    [
        ("03/11/2012, 23:59:59", "DDMMYYYY", datetime(2012, 11, 3, 23, 59, 59, tzinfo=UTC)),
        ("03/11/2012, 23:59:59", "MMDDYYYY", datetime(2012, 3, 11, 23, 59, 59, tzinfo=UTC)),
        ("2012/11/03, 23:59:59", "YYYYMMDD", datetime(2012, 11, 3, 23, 59, 59, tzinfo=UTC)),
        ("25/07/2013, 16:11", "DDMMYYYY", datetime(2013, 7, 25, 16, 11, tzinfo=UTC)),
        ("18/04/2013", "DDMMYYYY", datetime(2013, 4, 18, tzinfo=UTC)),
        ("2013-4-1", "YYYYMMDD", datetime(2013, 4, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_domains_format(text, date_format, read):
    assert WrittenDate(text).read(date_format, UTC) == read


@pytest.mark.parametrize("text", ["Never", "", "31/31/2012", "18/04", "18/04/2013, 25:00", "2013/04/18 or so"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        WrittenDate(text).read("DDMMYYYY", UTC)


def test_a_date_prints_as_talentlms_wrote_it():
    assert str(WrittenDate("17/07/2012, 15:29:25")) == "17/07/2012, 15:29:25"


@given(st.dates(), st.sampled_from(DATE_FORMATS))
def test_a_day_that_was_written_can_be_read_again(day, date_format):
    assert WrittenDate(as_written(day, date_format)).read(date_format, UTC).date() == day


def test_each_format_has_its_order():
    assert [as_written(date(2012, 7, 28), one) for one in DATE_FORMATS] == ["28/07/2012", "07/28/2012", "2012/07/28"]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1601510400", datetime(2020, 10, 1, tzinfo=UTC)),
        (1601510400, datetime(2020, 10, 1, tzinfo=UTC)),
        ("01/10/2020, 00:00:00", WrittenDate("01/10/2020, 00:00:00")),
    ],
)
def test_a_moment_may_be_an_instant_or_a_date(written, moment):
    assert MomentField().deserialize(written) == moment
