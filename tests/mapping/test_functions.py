"""Every function of the profile language, read and written through a profile, from one file of vectors."""

from pathlib import Path

import pytest
import yaml

from gateway.canonical.message import BY_SET
from gateway.errors import TranslationError
from gateway.mapping.functions import FUNCTIONS, SPECIAL
from gateway.x12.hierarchy import nest
from tests.mapping.documents import judged, profile
from tests.support.x12 import interchange

VECTORS = yaml.safe_load((Path(__file__).parents[1] / "vectors" / "mapping" / "functions.yaml").read_text())
ROWS = VECTORS["rows"]
HEADS = {
    "850": ("BEG*00*SA*1**20260101", {"order_number": "BEG03"}, {"order_number": "1"}),
    "810": ("BIG*20260101*1", {"invoice_number": "BIG02", "totals": {"total": "TDS01"}}, {"invoice_number": "1"}),
}


class Line:
    """One row of the vectors as a profile."""

    def __init__(self, row):
        self.set_id = row.get("set", "850")
        self.names = row.get("into", "custom.it").split(".")
        self.segment = row.get("segment", "REF*ZZ*{}")
        head, fields, self.body = HEADS[self.set_id]
        self.head = "" if self.segment[:3] == head[:3] else head + "\n"
        fields = {name: value for name, value in fields.items() if name not in (self.names[0], row.get("list"))}
        self.list = row.get("list")
        if self.list:
            inner = {"function": "PER01", "name": "PER02", "numbers[]": row["line"]}
            fields[self.list + "[]"] = {"each": "PER", "fields": inner}
        else:
            fields = self.nested(fields, row["line"])
        if self.set_id == "810":
            fields["totals"] = {"total": {"read": "TDS01"}}
        data = {
            "profile": "test/one",
            "set": self.set_id,
            "version": "004010",
            "message": BY_SET[self.set_id].name,
            "fields": fields,
            "tables": VECTORS["tables"] | row.get("tables", {}),
        }
        self.mapping = profile(yaml.safe_dump(data, sort_keys=False))

    def nested(self, into, value):
        into = dict(into)
        here = into
        for name in self.names[:-1]:
            here[name] = dict(here.get(name, {}))
            here = here[name]
        here[self.names[-1]] = value
        return into

    def read(self, value):
        text = interchange(self.head + self.segment.replace("{}", value), set_id=self.set_id, group="PO")
        found = self.mapping.read(nest(judged(text.encode()).tree), ">")
        if self.list:
            return found[self.list][0].get("numbers")
        for name in self.names:
            found = found.get(name) if found is not None else None
        return found if found is None else str(found)

    def write(self, value):
        body = dict(self.body)
        if self.list:
            body[self.list] = [{"function": "BD", "name": "Jo", "numbers": value}]
        else:
            body = self.nested(body, value)
        model = self.mapping.message_type.model
        if self.set_id == "810":
            body["totals"] = {"total": "1"}
        written = self.mapping.from_canonical(model.model_validate(body))
        name, at = self.segment[:3], self.segment.split("*").index("{}")
        segment = next((segment for segment in written if segment[0] == name), [name])
        rest = [str(part) for part in segment[at:]]
        if self.list:
            return "*".join(rest).rstrip("*")
        return rest[0] if rest else ""


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['function']}-{number}" for number, row in enumerate(ROWS)])
def test_a_function_reads_and_writes_as_the_vectors_say(row):
    line = Line(row)
    for x12, canonical in (row.get("both", {}) | row.get("read", {})).items():
        found = line.read(x12)
        assert found == canonical, x12
    for x12, canonical in row.get("both", {}).items():
        assert line.write(canonical) == x12
    for canonical, x12 in row.get("written", {}).items():
        assert line.write(canonical) == x12


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['function']}-{number}" for number, row in enumerate(ROWS)])
def test_a_value_that_a_function_cannot_carry_is_refused_with_the_line_of_the_profile(row):
    line = Line(row)
    unwritable = row.get("unwritable", {})
    pairs = unwritable.items() if isinstance(unwritable, dict) else [(one["value"], one["says"]) for one in unwritable]
    refused = [(line.read, value, says) for value, says in row.get("unreadable", {}).items()]
    for way, value, says in [*refused, *((line.write, value, says) for value, says in pairs)]:
        with pytest.raises(TranslationError) as caught:
            way(str(value) if not isinstance(value, list) else value)
        assert says in caught.value.detail
        assert caught.value.detail.startswith("mappings/test/one.yaml:")
        assert caught.value.detail.endswith("Correct the value, or this line of the profile, then replay.")


def test_every_function_has_vectors_in_each_of_its_directions():
    both = {row["function"] for row in ROWS if row.get("both")}
    read = both | {row["function"] for row in ROWS if row.get("read")}
    assert set(FUNCTIONS) | set(SPECIAL) == read
    assert {name for name, function in FUNCTIONS.items() if function.write is not None} <= both
