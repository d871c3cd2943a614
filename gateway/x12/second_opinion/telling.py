"""Says for people and for programs where the two verdicts on a set differ. What `gateway check --second-opinion` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gateway.x12.second_opinion.comparison import Comparison, Disagreement, compare
from gateway.x12.second_opinion.opinion import opinion_on
from gateway.x12.second_opinion.words import words_for
from gateway.x12.validator import Judgment


def second_look(judgments: Iterable[Judgment]) -> Iterator[Comparison]:
    """Yield the comparison of each judgment with the opinion of pyx12 on the same set."""
    for judgment in judgments:
        if judgment.transaction is not None:
            yield compare(judgment, opinion_on(judgment.transaction))


def lines(comparison: Comparison) -> Iterator[str]:
    """Yield the lines that say where the two differ."""
    judgment, opinion = comparison.judgment, comparison.opinion
    head = f"second opinion on {judgment.set_id} {judgment.control_number}"
    if not opinion.given:
        yield f"{head}: none, pyx12 has no map for version {judgment.version} and there is no definition here to make one of"
        return
    both = "both accept it" if judgment.accepted else "both refuse it"
    split = f"this gateway {_verb(judgment.accepted)} it, pyx12 {_verb(opinion.accepted)} it"
    yield f"{head} (pyx12, by {opinion.judged_by}): {both if comparison.same_verdict else split}"
    if opinion.broke_off:
        yield f"  pyx12 broke off at {opinion.broke_off}"
    for each in comparison.disagreements:
        found = each.finding
        code = f"{found.code.ack_code} {found.code.slug}".strip()
        yield f"  {_who(each)}: {found.place}  {code}"
        yield f"    {found.words}"
        yield f"    Why ({each.reason}): {words_for(each.reason)}"


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """The shape of ``gateway check --second-opinion --json``: one object a set."""
    judgment, opinion = comparison.judgment, comparison.opinion
    return {
        "set": judgment.set_id,
        "control_number": judgment.control_number,
        "judged_by": opinion.judged_by or None,
        "accepted": opinion.accepted if opinion.given else None,
        "broke_off": opinion.broke_off,
        "agreed": comparison.agreed,
        "disagreements": [
            {
                "who": "gateway" if each.ours else "pyx12",
                "class": each.reason,
                "code": each.finding.code.slug,
                "ack_code": each.finding.code.ack_code,
                "segment": each.finding.segment,
                "position": each.finding.position,
                "element": each.finding.element,
                "component": each.finding.component,
                "message": each.finding.words,
            }
            for each in comparison.disagreements
        ],
    }


def _verb(accepted: bool) -> str:
    return "accepts" if accepted else "refuses"


def _who(disagreement: Disagreement) -> str:
    return "only this gateway" if disagreement.ours else "only pyx12"
