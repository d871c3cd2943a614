"""The reference, made from the code: schemas for programs and editors, tables for people.

``make schemas`` writes it, and a test compares what is committed with what the code says now.
"""

from __future__ import annotations

from pathlib import Path

from gateway.reference.asyncapi import asyncapi
from gateway.reference.lists import commands, errors, faults, mapping_functions, quirks, states, tolerances
from gateway.reference.orders import kpis, orders, scorecards
from gateway.reference.schemas import file_schemas, message_schemas, xml_schema
from gateway.reference.settings import agreements, settings

COMMAND = "make schemas"


def reference() -> dict[str, bytes]:
    """Return all files of the reference: path below ``docs/`` -> content."""
    found = {f"schemas/{name}.json": data for name, data in {**message_schemas(), **file_schemas()}.items()}
    found["schemas/canonical.xsd"] = xml_schema()
    found["asyncapi.yaml"] = asyncapi()
    pages = (
        commands,
        settings,
        agreements,
        errors,
        tolerances,
        quirks,
        mapping_functions,
        faults,
        states,
        orders,
        kpis,
        scorecards,
    )
    for page in pages:
        name = page.__name__.replace("_", "-")
        found[f"reference/{name}.md"] = page().encode()
    return found


def write_reference(folder: Path) -> list[str]:
    """Write the reference below ``folder``; return the names of the files that changed."""
    changed = []
    for name, data in reference().items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            changed.append(name)
    return changed
