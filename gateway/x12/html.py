"""The report on checked files as one HTML page for whoever sent them: no script, nothing fetched, everything escaped.

It begins with a summary and the kinds of faults, then goes through files, interchanges and documents. Of very many faults it
shows so many and counts the rest. Serves `gateway check --html`; opens no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from gateway.x12.explanation import Explanation, explain_set
from gateway.x12.faults import Fault
from gateway.x12.report import FileReport, InterchangeReport
from gateway.x12.validator import Judgment

MOST_FAULTS = (
    2000  # Explained on one page; browsers stay quick, and nobody reads further before the first are put right.
)
_MOST_CLEAN = 200  # Accepted documents that an interchange names.
_MOST_KINDS = 100
_OPEN = 25  # Up to so many faulty documents are shown unfolded.

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5c6878; --line: #d9dee5; --back: #fff; --tint: #f4f6f9;
  --bad: #a3221b; --good: #1b6e3a; --note: #8a5a00; --hit: #ffd9d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa6b5; --line: #333c48; --back: #14181d;
  --tint: #1c2229; --bad: #ff8f86; --good: #7fd6a0; --note: #f0c26b; --hit: #6b2420; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 72rem; background: var(--back); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 1rem; } h2 { font-size: 1.3rem; margin: 2.8rem 0 .6rem; overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th { text-align: left; color: var(--soft); font-weight: 600; } thead { border-bottom: 2px solid var(--line); }
th, td { padding: .35rem .9rem .35rem 0; vertical-align: top; } tbody tr { border-bottom: 1px solid var(--line); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .88rem; }
pre { background: var(--tint); margin: .5rem 0; padding: .6rem .9rem; overflow-x: auto; }
mark { background: var(--hit); color: inherit; outline: 1px solid var(--bad); }
details { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
article { margin: .9rem 0 1.5rem; padding-left: .9rem; border-left: 3px solid var(--bad); break-inside: avoid; }
article.note { border-color: var(--note); } article p { margin: .25rem 0; max-width: 52rem; }
.soft { color: var(--soft); } .bad { color: var(--bad); } .good { color: var(--good); }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(reports: Sequence[FileReport]) -> Iterator[str]:
    """Yield the page on some files, piece by piece."""
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield f"<title>X12 check</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>X12 check</h1>\n"
    yield from _summary(reports)
    yield from _kinds(reports)
    page = _Page(sum(not judgment.accepted for each in reports for judgment in _documents(each)) <= _OPEN)
    for each in reports:
        yield from page.file(each)
    yield "</body>\n</html>\n"


def _documents(found: FileReport) -> list[Judgment]:
    return [judgment for each in found.interchanges for judgment in each.documents]


def _faults(found: FileReport) -> Iterator[Fault]:
    yield from found.faults
    for each in found.interchanges:
        yield from each.faults
        for judgment in each.documents:
            yield from judgment.faults


def _verdict(found: FileReport) -> str:
    if found.clean:
        return '<span class="good">clean</span>'
    return '<span class="bad">faults</span>' if found.readable else '<span class="bad">not readable</span>'


def _summary(reports: Sequence[FileReport]) -> Iterator[str]:
    """Yield a row for each file."""
    rows = []
    for found in reports:
        documents = _documents(found)
        faults = list(_faults(found))
        notes = sum(fault.tolerated for fault in faults) + sum(judgment.more_notes for judgment in documents)
        wrong = len(faults) + sum(judgment.more_faults for judgment in documents) - notes + bool(found.problem)
        accepted = sum(judgment.accepted for judgment in documents)
        counts = (len(found.interchanges), f"{accepted} of {len(documents)}", wrong, notes)
        rows.append((escape(found.file), _verdict(found), *(str(count) for count in counts)))
    yield from _table(("file", "result", "interchanges", "documents accepted", "faults", "notes"), rows)


def _kinds(reports: Sequence[FileReport]) -> Iterator[str]:
    """Yield which kinds of faults there are, the most frequent first, each with one place."""
    counts: Counter[str] = Counter()
    first: dict[str, Fault] = {}
    for fault in (fault for found in reports for fault in _faults(found) if not fault.tolerated):
        counts[fault.code.slug] += 1
        first.setdefault(fault.code.slug, fault)
    if not counts:
        return
    yield "<h2>Kinds of faults</h2>\n"
    rows = [
        (f"<code>{slug}</code>", first[slug].code.ack_code, str(count), escape(first[slug].where))
        for slug, count in counts.most_common(_MOST_KINDS)
    ]
    yield from _table(("kind", "code in the acknowledgment", "times", "first place"), rows)


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    head = "".join(f"<th>{text}</th>" for text in heads)
    yield f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n"
    yield "</tbody></table></div>\n"


class _Page:
    """Writes the files one after the other; counts what it has explained."""

    def __init__(self, unfold: bool) -> None:
        self.left = MOST_FAULTS
        self.open = " open" if unfold else ""

    def file(self, found: FileReport) -> Iterator[str]:
        yield f"<h2>{escape(found.file)}</h2>\n"
        if found.problem:
            yield f'<p class="bad">{escape(found.problem)}</p>\n'
        yield from self._faults(found.explained(), len(found.faults))
        for each in found.interchanges:
            yield from self._interchange(each, found)

    def _interchange(self, each: InterchangeReport, found: FileReport) -> Iterator[str]:
        sender, receiver = (escape(" ".join(party)) for party in (each.start.sender, each.start.receiver))
        yield f"<h3>Interchange {escape(each.start.control_number)} from {sender} to {receiver}</h3>\n"
        yield from self._faults(each.explained(), len(each.faults))
        for judgment in each.documents:
            if judgment.faults:
                yield from self._document(judgment, found)
        clean = [f"{judgment.set_id} {judgment.control_number}" for judgment in each.documents if not judgment.faults]
        if clean:
            others = {one.version: one.judged_by for one in each.documents if not (one.faults or one.exact)}
            said = "".join(f" Version {version} is judged by {judge}." for version, judge in others.items() if judge)
            rest = f" and {len(clean) - _MOST_CLEAN} more" if len(clean) > _MOST_CLEAN else ""
            listed = escape(f"{', '.join(clean[:_MOST_CLEAN])}{rest}.{said}")
            yield f'<p><span class="good">Nothing wrong</span> in {listed}</p>\n'

    def _document(self, judgment: Judgment, found: FileReport) -> Iterator[str]:
        word = '<span class="good">accepted</span>' if judgment.accepted else '<span class="bad">rejected</span>'
        total = len(judgment.faults) + judgment.more_faults
        counted = f"{total} fault{'' if total == 1 else 's'}" if not judgment.accepted else f"{total} notes"
        title = f"{escape(judgment.set_id)} {escape(judgment.control_number)}, version {escape(judgment.version)}"
        yield f"<details{self.open}><summary>{title}: {word}, {counted}</summary>\n"
        if judgment.judged_by and not judgment.exact:
            yield f'<p class="soft">Judged by {escape(judgment.judged_by)}.</p>\n'
        yield from self._faults(explain_set(judgment, found.guides, judgment.faults[: self.left]), total)
        yield "</details>\n"

    def _faults(self, explained: Sequence[Explanation], total: int) -> Iterator[str]:
        """Yield some explanations, and how many there are beyond what the page shows."""
        shown = explained[: self.left]
        self.left -= len(shown)
        for each in shown:
            yield from _explanation(each)
        if total > len(shown):
            yield f'<p class="soft">{total - len(shown)} more are not shown here.</p>\n'


def _explanation(each: Explanation) -> Iterator[str]:
    fault = each.fault
    kind = " ".join(filter(None, (fault.code.ack_code, fault.code.slug)))
    yield '<article class="note"><p class="soft">note: ' if fault.tolerated else '<article><p class="soft">'
    yield f"<code>{escape(fault.where)}</code> {kind}</p>\n<p><b>{escape(fault.message)}</b></p>\n"
    if each.shown is not None:
        before, marked, behind = map(escape, each.shown.parts())
        yield f"<pre>{before}<mark>{marked or ' '}</mark>{behind}</pre>\n"
    yield f'<p>Expected: {escape(each.expected)} <span class="soft">({escape(each.rule)})</span></p>\n'
    yield f"<p>To fix: {escape(each.fix)}</p>\n"
    if each.example:
        yield f"<p>For example:</p>\n<pre>{escape(each.example)}</pre>\n"
    yield "</article>\n"
