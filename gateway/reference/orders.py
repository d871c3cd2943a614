"""Pages about orders, drawn from the tables: the life of a line with its diagrams, how an order gets its state, the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.reference.markdown import code, page, table
from gateway.tracking.figures import DEFINITIONS
from gateway.tracking.scorecard import MEASURES
from gateway.tracking.thread.states import LINE_LIFE, ORDER_ROLLUP, LineState, Transition

_S = LineState
Phases = Mapping[str, Sequence[LineState]]
_ANSWERED = (_S.ACCEPTED, _S.CHANGED, _S.SPLIT, _S.BACKORDERED)
# A diagram of every edge would be a ball of wool: two show it, each with what belongs together as one box.
TO_THE_ANSWER: Phases = {
    **{str(state): (state,) for state in (_S.UNKNOWN, _S.CREATED, _S.APPROVED, _S.TRANSMITTED, _S.UNDERSTOOD)},
    "answered": _ANSWERED,
    **{str(state): (state,) for state in (_S.REVISED, _S.REJECTED, _S.CANCELLED)},
}
TO_THE_PAYMENT: Phases = {
    "with the partner": (_S.TRANSMITTED, _S.UNDERSTOOD, *_ANSWERED, _S.REVISED),
    **{
        str(state): (state,)
        for state in (
            *(_S.SHIPPED, _S.IN_TRANSIT, _S.PARTLY_RECEIVED, _S.RECEIVED, _S.ON_HOLD, _S.INVOICED, _S.MATCHED),
            *(_S.DISPUTED, _S.CLOSED),
        )
    },
}


def edges(phases: Phases) -> dict[tuple[str, str], list[str]]:
    """Return which phase leads to which other one, and by what."""
    phase_of = {state: name for name, states in phases.items() for state in states}
    found: dict[tuple[str, str], list[str]] = {}
    for row in LINE_LIFE.rows:
        for state in row.states:
            begin, end = phase_of.get(state), phase_of.get(row.to)
            if begin is None or end is None or begin == end:
                continue
            events = found.setdefault((begin, end), [])
            if row.event not in events:
                events.append(str(row.event))
    return found


def diagram(phases: Phases) -> str:
    """Return a flowchart in Mermaid."""
    ids = {name: f"s{number}" for number, name in enumerate(phases)}
    boxes = [
        f'    {ids[name]}["{name}' + (f"<br/>{', '.join(states)}" if len(states) > 1 else "") + '"]'
        for name, states in phases.items()
    ]
    arrows = [
        f'    {ids[begin]} -->|"{" / ".join(events)}"| {ids[end]}' for (begin, end), events in edges(phases).items()
    ]
    return "\n".join(["```mermaid", "flowchart LR", *boxes, *arrows, "```"])


def orders() -> str:
    """The page of the life of an order line and of an order."""
    rows = [
        (
            code(row.event),
            ", ".join(map(code, row.states)),
            code(row.to),
            *(row.owner, row.clock, row.contract, row.exception, row.compensation),
        )
        for row in LINE_LIFE.rows
        if isinstance(row, Transition)
    ]
    heads = ("trigger", "from", "to", "owner", "clock", "document or event", "what else may happen", "what undoes it")
    rollup = [
        (
            code(row.state),
            "some line is" if row.how == "any" else "each line is",
            ", ".join(sorted(map(code, row.lines))),
        )
        for row in ORDER_ROLLUP
    ]
    return page(
        "Orders",
        "How far each line of an order is, and from that how far the order is. What stands in no row may not happen. Read"
        " [the order thread](../orders.md) first. MDN, TA1 and 997 run beside this life and are never taken for it.",
        "## From the order to the answer",
        diagram(TO_THE_ANSWER),
        "## From the shipment to the payment",
        diagram(TO_THE_PAYMENT),
        "## The life of a line",
        table(heads, rows),
        "## The state of an order",
        "The first row that holds counts: what needs somebody comes first, then the farthest point that all lines have passed.",
        table(("the order is", "when", "one of these"), rollup),
    )


def kpis() -> str:
    """The page of figures."""
    known = [
        (code(row.name), row.words, row.unit, ", ".join(row.by), "period" if row.over_period else "now")
        for row in DEFINITIONS.values()
        if not row.because
    ]
    unknown = [(code(row.name), row.words, row.because) for row in DEFINITIONS.values() if row.because]
    return page(
        "Figures",
        "`gateway kpis` and `GET /api/v1/kpis` show them all, `GET /api/v1/kpis/NAME` one. Those over a period take `since` and"
        " `until` (by default the last 30 days). Fill rate and punctuality count all of it; latencies of orders measure at most"
        " 4,000 words from all parts of it, the others the newest 20,000 cases; where there were more, `complete` is false."
        " `partner` narrows any of them.",
        table(("name", "definition", "unit", "by", "about"), known),
        "## Not known here",
        "What the gateway can't know it says so, and who knows it.",
        table(("name", "definition", "because"), unknown),
    )


def scorecards() -> str:
    """The page of scorecards."""
    rows = [
        (code(row.name), row.words, row.numerator, row.denominator, "more" if row.more_is_better else "less")
        for row in MEASURES.values()
    ]
    return page(
        "Scorecards of suppliers",
        "`gateway scorecard` and `GET /api/v1/scorecards` show those of all suppliers, `GET /api/v1/scorecards/PARTNER` one; a"
        " partner with its own key sees its own. `since` and `until` limit the period (by default the last 30 days, at most up to"
        " now). Each figure is a share in percent with what it counts: `achieved` of `counted`. Where there was nothing to count,"
        " it is empty, not 0. At most the newest 20,000 promises, lines and documents of a supplier are counted; where there were"
        " more, `complete` is false.",
        table(("name", "definition", "achieved", "counted", "better"), rows),
    )
