import pytest

from gateway.personal_data import first_and_last, printable

NON_JOINER, JOINER = "\u200c", "\u200d"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Müller, Jürgen", ("Jürgen", "Müller")),
        ("Müller-Öztürk, Jürgen Karl", ("Jürgen Karl", "Müller-Öztürk")),
        ("de la Cruz, María", ("María", "de la Cruz")),
        ("Kim Lee", ("Kim", "Lee")),
        ("Cher", ("Cher", "")),
        ("Martin Luther King, Jr.", ("Martin", "Luther King, Jr.")),
        ("Jane Doe, PhD", ("Jane", "Doe, PhD")),
        ("Müller,", ("Müller,", "")),
        (", Jürgen", (",", "Jürgen")),
        ("", ("", "")),
    ],
)
def test_a_whole_name_is_parted_at_its_comma_or_its_first_blank(name, parts):
    assert first_and_last(name) == parts


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Mu\u0308ller", "M\u00fcller"),
        (f"می{NON_JOINER}خواهم", f"می{NON_JOINER}خواهم"),
        (f"ශ්{JOINER}රී", f"ශ්{JOINER}රී"),
        (f"Ki{NON_JOINER}m", "Ki m"),
        (f"{NON_JOINER}می{NON_JOINER}", "می"),
        (f"می{NON_JOINER} {NON_JOINER}خ", "می خ"),
        ("Kim\u200bLee\u202e", "Kim Lee"),
        ("\ud800Kim", "Kim"),
    ],
)
def test_what_spelling_needs_stays_and_what_only_deceives_does_not(written, shown):
    assert printable(written) == shown


def test_a_text_that_is_cut_does_not_end_in_a_joiner():
    assert printable("م" * 2 + NON_JOINER + "م" * 5, 3) == "مم"
