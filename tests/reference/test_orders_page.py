"""The pages about orders show the tables whole: no state, no transition and no figure is left out."""

import re

import yaml

from gateway.reference.orders import TO_THE_ANSWER, TO_THE_PAYMENT, diagram, edges, kpis, orders, scorecards
from gateway.tracking.figures import DEFINITIONS
from gateway.tracking.scorecard import MEASURES
from gateway.tracking.thread.states import LINE_LIFE, ORDER_ROLLUP, LineState, Transition
from gateway.trading.matching import settle_match
from gateway.trading.partner import PartnerText
from tests.conftest import ROOT

BOTH = (TO_THE_ANSWER, TO_THE_PAYMENT)


def test_every_state_is_in_a_diagram_once():
    for phases in BOTH:
        states = [state for found in phases.values() for state in found]
        assert len(states) == len(set(states))
    assert {state for phases in BOTH for found in phases.values() for state in found} == set(LineState)


def test_every_transition_is_an_arrow_or_stays_within_a_box():
    drawn = set()
    for phases in BOTH:
        phase_of = {state: name for name, states in phases.items() for state in states}
        arrows = edges(phases)
        for row in LINE_LIFE.rows:
            for state in row.states:
                begin, end = phase_of.get(state), phase_of.get(row.to)
                if begin and end and (begin == end or row.event in arrows.get((begin, end), ())):
                    drawn.add((state, row.event, row.to))
    everything = {(state, row.event, row.to) for row in LINE_LIFE.rows for state in row.states}
    # What left the first diagram and comes back only by being cancelled or rejected stands in the table alone.
    assert {(state, str(event)) for state, event, _to in everything - drawn} <= {("rejected", "close")}


def test_no_arrow_is_drawn_that_the_table_does_not_have():
    for phases in BOTH:
        for (begin, end), events in edges(phases).items():
            for event in events:
                assert any(
                    row.event == event and row.to in phases[end] and set(row.states) & set(phases[begin])
                    for row in LINE_LIFE.rows
                )


def test_the_diagrams_are_mermaid_that_any_reader_draws():
    for phases in BOTH:
        lines = diagram(phases).splitlines()
        assert (lines[0], lines[1], lines[-1]) == ("```mermaid", "flowchart LR", "```")
        box, arrow = r'    s\d+\["[a-z_ ,<br/>]+"\]', r'    s\d+ -->\|"[a-z /]+"\| s\d+'
        assert all(re.fullmatch(f"{box}|{arrow}", line) for line in lines[2:-1])
        assert len(lines) < 50, "nobody reads more"


def test_the_tables_are_whole():
    page = orders()
    assert all(isinstance(row, Transition) for row in LINE_LIFE.rows)
    for row in LINE_LIFE.rows:
        assert f"| `{row.event}` | " in page
        assert all((row.owner, row.clock, row.contract, row.exception, row.compensation))
        assert row.exception in page and row.compensation in page
    assert page.count("line is |") == len(ORDER_ROLLUP)
    assert all(f"| `{name}` | " in kpis() for name in DEFINITIONS)


def test_the_tolerances_on_the_page_are_read_as_it_says():
    text = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```yaml\n(.+?)```", text, re.DOTALL)
    who = {"partner": "maple", "name": "Maple", "identities": [{"qualifier": "ZZ", "id": "MAPLE"}]}
    partner = PartnerText.model_validate(who | yaml.safe_load(example))
    assert partner.defaults is not None
    nearest = next(each.match for each in partner.agreements if each.document == "810")
    matching = settle_match([nearest, partner.defaults.match])
    assert (matching.against, matching.outside, matching.agreed) == ("receipt", "hold", True)
    tolerance = matching.judging.tolerance_for((("buyer_part", "B-1"),), None)
    assert (tolerance.quantity_under, tolerance.price_percent, tolerance.days_late) == (5, 2, 2)
    steel = matching.judging.tolerance_for((("buyer_part", "STEEL-7"),), None)
    assert (steel.quantity_over, steel.quantity_under, steel.price_percent) == (10, 5, 2)
    assert matching.judging.tolerance_for((), "0042").days_early == 5


def test_what_the_page_on_orders_says_of_filters_and_figures_exists():
    text = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
    named = set(re.findall(r"kpis/(\w+)", text))
    assert named and named <= set(DEFINITIONS)


def test_every_figure_of_a_scorecard_stands_on_its_page_with_what_it_counts():
    page = scorecards()
    for row in MEASURES.values():
        [found] = [each for each in page.splitlines() if each.startswith(f"| `{row.name}` ")]
        assert row.words in found and row.numerator in found and row.denominator in found
