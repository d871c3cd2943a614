"""The reviewed list of disagreements, and the documents of its examples."""

from pathlib import Path
from typing import Any

import yaml

from tests.x12.samples import GROUPS, document, group, interchange, transaction

FILE = Path(__file__).with_name("disagreements.yaml")


def reviewed() -> list[dict[str, Any]]:
    """The classes of disagreement, each with who is right and why."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def example(row: dict[str, Any]) -> bytes:
    """The document that shows a class."""
    said = row["example"]
    set_id, version = said["set"], said.get("version", "004010")
    if "body" in said:
        functional = said.get("group") or GROUPS[set_id]
        newer = {"version": "00501", "eleventh": "^"} if version >= "005010" else {}
        text = interchange(group(functional, transaction(set_id, said["body"]), version=version), **newer)
    else:
        text = document(set_id, version=version)
    for old, new in said.get("change", ()):
        assert old in text, f"{row['class']}: the sample does not hold {old!r}"
        text = text.replace(old, new * said.get("times", 1), 1)
    if "cut_behind" in said:
        end = text.index(said["cut_behind"]) + len(said["cut_behind"])
        text = text[:end]
    return text.encode()
