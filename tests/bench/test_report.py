from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from bench.chart import svg
from bench.findings import Bar, Findings, Goal, Table, at_least, at_most, told
from bench.markdown import report

SVG = "{http://www.w3.org/2000/svg}"
BARS = [Bar("script <by hand>", 22.0, ours=False), Bar("gateway", 0.8, ours=True), Bar("nginx", 0.01, ours=False)]


def test_a_goal_is_held_up_to_its_limit_and_not_beyond():
    assert at_most("x", 3, 3.0, " ms").held
    assert not at_most("x", 3, 3.01, " ms").held
    assert at_least("x", 30, 30.0, "").held
    assert not at_least("x", 30, 29.9, "").held


def test_a_goal_with_a_fault_is_not_held_and_says_so():
    goal = at_most("x", 3, 1.0, " ms", faults=told(Counter({"no answer": 2})))
    assert not goal.held
    assert goal.measured == "1 ms; 2 \N{MULTIPLICATION SIGN} no answer"


def test_the_report_says_what_is_held_and_keeps_cells_apart():
    goals = [Goal("a|b", "≤ 3", "2", held=True), Goal("c", "≤ 3", "4", held=False)]
    page = report(
        [Findings(goals, [Table("Title", ("", "ms"), [["row", "1.0"]], "How.")])], {"cpu": "one"}, "2026-01-02"
    )
    assert "| a\\|b | ≤ 3 | 2 | yes |" in page
    assert "| c | ≤ 3 | 4 | **no** |" in page
    assert "## Title\n\n|  | ms |\n| --- | ---: |\n| row | 1.0 |\n\nHow." in page


@pytest.fixture
def drawn():
    return ET.fromstring(svg(BARS, "CPU per click", "ms"))


def test_a_chart_draws_one_bar_for_each_from_the_least_to_the_greatest(drawn):
    bars = drawn.findall(f"{SVG}rect")
    widths = [float(bar.get("width")) for bar in bars]
    assert [bar.get("class") for bar in bars] == ["bar", "ours", "bar"]
    assert widths == sorted(widths)


def test_a_chart_tells_its_figures_to_those_who_do_not_see_it(drawn):
    assert drawn.get("role") == "img"
    assert drawn.get("aria-labelledby").split() == [
        drawn.find(f"{SVG}title").get("id"),
        drawn.find(f"{SVG}desc").get("id"),
    ]
    assert "gateway 0.800 ms" in drawn.find(f"{SVG}desc").text
    assert "script <by hand> 22.0 ms" in drawn.find(f"{SVG}desc").text


def test_a_chart_has_colours_for_the_dark():
    assert "prefers-color-scheme: dark" in svg(BARS, "", "")
