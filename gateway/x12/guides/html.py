"""A specification as one HTML file: no script, nothing fetched, everything escaped, fit to be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from gateway.x12.guides.specification import ElementRow, Row, Specification

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5c6878; --line: #d9dee5; --back: #fff; --tint: #f4f6f9;
  --mark: #0b5cad; --must: #8a3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9aa6b5; --line: #333c48; --back: #14181d;
  --tint: #1c2229; --mark: #7db8f2; --must: #f0a56b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 68rem; background: var(--back); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.35rem; margin: 3rem 0 1rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2.5rem 0 .3rem; }
h3 b { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; color: var(--mark); margin-right: .6em; }
a { color: var(--mark); text-decoration: none; } a:hover { text-decoration: underline; }
p, ul { margin: .4rem 0; max-width: 46rem; } ul { padding-left: 1.2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: 1rem 0; }
dt { color: var(--soft); } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
.wide { overflow-x: auto; }
th { text-align: left; font-weight: 600; color: var(--soft); } thead { border-bottom: 2px solid var(--line); }
th, td { padding: .35rem .8rem .35rem 0; vertical-align: top; } tbody tr { border-bottom: 1px solid var(--line); }
td:first-child, code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .88rem; }
pre { background: var(--tint); border-left: 3px solid var(--mark); padding: .7rem 1rem; overflow-x: auto; }
.must { color: var(--must); font-weight: 600; } .rule { font-weight: 600; } .soft { color: var(--soft); }
ul.codes { list-style: none; padding: 0; margin: .1rem 0; columns: 16rem; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } h3, tr, pre { break-inside: avoid; } }
"""
_MUST = ("mandatory", "required")


def to_html(specification: Specification) -> str:
    """Return the whole file."""
    title = escape(specification.title or f"{specification.set_id} {specification.label}")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(_body(specification, title))
        + "\n</body>\n</html>\n"
    )


def _body(spec: Specification, title: str) -> Iterator[str]:
    yield f"<h1>{title}</h1>"
    yield "<dl>"
    yield _fact("transaction set", f"{spec.set_id} {spec.label}")
    yield _fact("version", spec.version)
    yield _fact("functional group", spec.group_id)
    if spec.name:
        yield _fact("guide", spec.name)
    if spec.levels:
        yield _fact("levels (HL03)", " or ".join(spec.levels))
    yield "</dl>"
    yield "<h2>Segments in order</h2>"
    yield _table(("segment", "name", "use", "most", "loop"), map(_summary, range(1, len(spec.rows) + 1), spec.rows))
    if spec.unused:
        yield f"<p>Not used: {escape(', '.join(spec.unused))}.</p>"
    yield "<h2>Each segment</h2>"
    for number, row in enumerate(spec.rows, 1):
        yield from _segment(number, row)
    yield '<h2 id="example">Example</h2>'
    if spec.faults:
        yield "<p>No document can keep to all of these rules. What is wrong with the nearest one:</p>"
        yield _list(f"{fault.where}: {fault.message}" for fault in spec.faults)
    yield f"<pre>{escape(spec.example)}</pre>"


def _fact(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{escape(value)}</dd>"


def _summary(number: int, row: Row) -> tuple[str, ...]:
    indent = f"{row.depth * 1.2:.1f}rem"
    link = f'<a href="#s{number}" style="padding-left:{indent}">{escape(row.name)}</a>'
    loop = f"opens {escape(row.path)}" if row.opens_loop else ""
    return link, escape(row.label), _use(row.loop_use or row.use), row.loop_most or row.most, loop


def _segment(number: int, row: Row) -> Iterator[str]:
    yield f'<h3 id="s{number}"><b>{escape(row.path)}</b>{escape(row.label)}</h3>'
    if row.opens_loop:
        yield f"<p>Opens the loop {escape(row.path)}: {_use(row.loop_use)}, at most {row.loop_most}.</p>"
    else:
        yield f"<p>{_use(row.use)}, at most {row.most}.</p>"
    if row.rules:
        yield _list(row.rules)
    if row.elements:
        yield _table(("element", "name", "no.", "holds", "use", "codes and rules"), map(_element, row.elements))
    if row.notes:
        yield _list(row.notes)
    yield f"<pre>{escape(chr(10).join(row.lines))}</pre>"


def _element(row: ElementRow) -> tuple[str, ...]:
    said = "".join(f'<div class="rule">{escape(rule)}</div>' for rule in row.rules)
    if row.codes:
        listed = "".join(f"<li><code>{escape(code)}</code> {escape(meaning)}</li>" for code, meaning in row.codes)
        said += f'<ul class="codes">{listed}</ul>'
    if row.more_codes:
        said += f'<span class="soft">one of the {row.more_codes} codes of the standard</span>'
    return row.place, escape(row.label), row.number, escape(row.kind), _use(row.use), said


def _use(words: str) -> str:
    return f'<span class="must">{escape(words)}</span>' if words in _MUST else escape(words)


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{column}</th>" for column in columns)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
