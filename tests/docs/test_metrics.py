"""The page of metrics, the alert rules and the dashboard name what there is, and the other way round."""

import json
import re

import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry

from gateway.database.due_rows import Stock
from gateway.operator.counters import Counters
from gateway.operator.gauges import Gauges
from gateway.readiness import State
from tests.docs.documents import DEPLOY, DOCS, rows, text_of

ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "dashboard.json"
SERIES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
TARGET_LABELS = {"instance", "job"}


def documented():
    """Return type and labels of each metric of the page."""
    table = rows(text_of(DOCS / "metrics.md"), "metric")
    return {row[0].strip("`"): (row[1], set(re.findall(r"`(\w+)`", row[2]))) for row in table}


def existing():
    """Return the type of each metric of the code."""
    registry = CollectorRegistry()
    Counters(registry, [])
    registry.register(Gauges(lambda: State(is_ready=True), lambda: 1, {"orders": lambda: Stock(0, 0, 0, 0)}))
    families = list(registry.collect())
    return {family.name + ("_total" if family.type == "counter" else ""): family.type for family in families}


def series():
    """Return the labels of each series that Prometheus gets of the page's metrics."""
    return {
        name + suffix: labels | ({"le"} if suffix == "_bucket" else set())
        for name, (kind, labels) in documented().items()
        for suffix in SERIES[kind]
    }


def selectors(expression):
    """Return the selectors of an expression: name, and labels that it asks for."""
    found = []

    def look(node):
        if isinstance(node, promql_parser.MatrixSelector):
            look(node.vector_selector)
        elif isinstance(node, promql_parser.VectorSelector):
            found.append((node.name, {matcher.name for matcher in node.matchers.matchers}))
        elif isinstance(node, promql_parser.BinaryExpr):
            look(node.lhs)
            look(node.rhs)
        elif isinstance(node, promql_parser.Call):
            for argument in node.args:
                look(argument)
        elif hasattr(node, "expr"):
            look(node.expr)

    look(promql_parser.parse(expression))
    return found


def rules():
    return [rule for group in yaml.safe_load(text_of(ALERTS))["groups"] for rule in group["rules"]]


def recorded():
    return {rule["record"] for rule in rules() if "record" in rule}


def alerts():
    return [rule for rule in rules() if "alert" in rule]


def panels():
    return json.loads(text_of(DASHBOARD))["panels"]


def panel_expressions():
    return [target["expr"].replace("$__rate_interval", "5m") for panel in panels() for target in panel["targets"]]


def test_every_metric_of_the_code_has_a_row_of_its_type_and_every_row_a_metric():
    assert {name: kind for name, (kind, _) in documented().items()} == existing()


def test_every_name_has_the_gateways_prefix_and_a_base_unit():
    for name, kind in existing().items():
        assert name.startswith("talentlms_gateway_")
        assert name.endswith("_total") == (kind == "counter")
        assert not re.search(r"_(ms|milliseconds|minutes|percent)\b", name)


@pytest.mark.parametrize("expression", [rule["expr"] for rule in rules()] + panel_expressions())
def test_every_expression_is_one_and_asks_for_what_there_is(expression):
    there_is = series()
    found = selectors(expression)
    assert found
    for name, labels in found:
        assert name in there_is or (name in recorded() and not labels), name
        assert labels <= there_is.get(name, set()) | TARGET_LABELS


def test_an_expression_that_is_none_would_be_noticed():
    with pytest.raises(ValueError):
        selectors("sum(rate(talentlms_gateway_clicks_total[5m])")
    assert selectors('max(a{b="c"}) > 1 or absent(rate(d[5m]))') == [("a", {"b"}), ("d", set())]


def test_every_recorded_series_is_used():
    used = {name for rule in alerts() for name, _ in selectors(rule["expr"])}
    assert recorded() <= used


def test_every_alert_says_how_urgent_it_is_and_what_to_do():
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "description"}
        assert re.fullmatch(r"\d+m", rule["for"])


def test_the_page_names_every_alert_and_no_other():
    told = {row[0].strip("`"): row[1] for row in rows(text_of(DOCS / "metrics.md"), "alert")}
    assert told == {rule["alert"]: rule["labels"]["severity"] for rule in alerts()}


def test_the_dashboard_shows_every_metric():
    shown = {name for expression in panel_expressions() for name, _ in selectors(expression)}
    assert [name for name in existing() if not {name, f"{name}_bucket"} & shown] == []


def test_the_panels_of_the_dashboard_do_not_overlap():
    taken = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    ids = [panel["id"] for panel in panels()]
    assert len(ids) == len(set(ids))
