"""Why a file was refused, as a page for people and as JSON for programs. Nothing is judged again: it is what the ledger keeps.

The page holds no script and fetches nothing; everything in it that came from outside is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from gateway.pipeline.mailboxes import Refused
from gateway.tracking.document import Document

_MOST = 500  # Faults on a page; the JSON has them all.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --soft: #5c6878; --bad: #a3221b; --line: #d9dee5; --tint: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --soft: #9aa6b5; --bad: #ff8f86; --line: #333c48; --tint: #1c2229; } }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; }
pre { background: var(--tint); padding: .6rem .9rem; overflow-x: auto; font-size: .88rem; }
article { margin: 1rem 0 1.5rem; padding-left: .9rem; border-left: 3px solid var(--bad); }
article.note { border-color: var(--line); } article p { margin: .25rem 0; } .soft { color: var(--soft); }
"""


def as_json(refused: Refused, name: str) -> bytes:
    """Return the report for programs; a fault has the keys that it has in ``gateway check --json``."""
    sent = refused.transmission
    told = {
        "file": name,
        "id": sent.id,
        "tracking_id": sent.tracking_id,
        "received_at": sent.created_at.isoformat(),
        "sha256": sent.digest,
        "size": sent.size,
        "state": sent.state,
        "problem": sent.detail or "",
        "reasons": [{"cause": each.cause, "title": each.title, "detail": each.detail} for each in refused.cases],
        "faults": sent.faults,
        "documents": [
            {
                "set": each.set_id,
                "version": each.version,
                "interchange_number": each.interchange_number,
                "group_number": each.group_number,
                "control_number": each.control_number,
                "document_number": each.document_number,
                "state": each.state,
                "acknowledgment": each.acknowledgment,
                "faults": each.faults,
            }
            for each in refused.documents
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def as_html(refused: Refused, name: str) -> bytes:
    """Return the report for people."""
    return "".join(_page(refused, name)).encode()


def _page(refused: Refused, name: str) -> Iterator[str]:
    sent = refused.transmission
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
    yield f"<title>{escape(name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(name)}</h1>\n"
    yield f"<p>Received {sent.created_at:%Y-%m-%d %H:%M:%S} UTC, {sent.size} bytes, id <code>{escape(sent.id)}</code>. "
    yield "Not all of it could be processed. What is wrong and how to put it right stands below.</p>\n"
    if sent.detail:
        yield f"<p><b>{escape(sent.detail)}</b></p>\n"
    for case in refused.cases:
        if case.detail != sent.detail:
            yield f"<p><b>{escape(case.title)}</b>: {escape(case.detail)}</p>\n"
    if sent.faults:
        yield "<h2>Envelope</h2>\n"
        yield from _faults(sent.faults)
    for document in refused.documents:
        yield from _document(document)
    yield "</body>\n</html>\n"


def _document(document: Document) -> Iterator[str]:
    numbers = [f"interchange {document.interchange_number}", f"group {document.group_number}"]
    if document.document_number:
        numbers.insert(0, document.document_number)
    yield f"<h2>{escape(document.set_id)} {escape(document.control_number)}</h2>\n"
    yield f'<p class="soft">{escape(", ".join(numbers))}; version {escape(document.version)}: {document.state}</p>\n'
    yield from _faults(document.faults)


def _faults(faults: list[dict[str, Any]]) -> Iterator[str]:
    for fault in faults[:_MOST]:
        yield from _fault({key: str(value) for key, value in fault.items()}, noted=bool(fault.get("tolerated")))
    if len(faults) > _MOST:
        yield f'<p class="soft">{len(faults) - _MOST} more stand in the .json file beside this one.</p>\n'


def _fault(fault: Mapping[str, str], *, noted: bool) -> Iterator[str]:
    def of(key: str) -> str:
        return escape(fault.get(key, ""))

    yield '<article class="note">' if noted else "<article>"
    yield f'<p class="soft"><code>{of("where")}</code> {of("ack_code")} {of("code")}</p>\n<p><b>{of("message")}</b></p>\n'
    if fault.get("shown"):
        yield f"<pre>{of('shown')}\n{of('marker')}</pre>\n"
    if fault.get("expected"):
        yield f'<p>Expected: {of("expected")} <span class="soft">({of("rule")})</span></p>\n'
    yield f"<p>To fix: {of('fix')}</p>\n"
    if fault.get("example"):
        yield f"<p>For example:</p>\n<pre>{of('example')}</pre>\n"
    yield "</article>\n"
