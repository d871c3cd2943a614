"""What a partner gets to read: every segment with lines that are right, and a document that the guide accepts."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gateway.located import read
from gateway.x12.elements import SegmentJudge
from gateway.x12.guide import Guide, load_guide
from gateway.x12.guides.html import to_html
from gateway.x12.guides.markdown import to_markdown
from gateway.x12.guides.specification import Specification, bare_guide, specify
from gateway.x12.report import report
from gateway.x12.standards import VERSIONS, available, set_definition
from gateway.x12.validator import validate
from tests.conftest import ROOT
from tests.x12.samples import GROUPS
from tests.x12.test_guide_rules import guide_of

ACME = ROOT / "mappings" / "acme" / "856.guide.yaml"
VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "x12" / "guides").glob("*.guide.yaml"))
ALL = [(set_id, version) for version in VERSIONS for set_id in available(version)]


@cache
def _specified(set_id: str, version: str) -> Specification:
    return specify(bare_guide(set_id, version))


def loaded(path: Path) -> Guide:
    return load_guide(read(path.read_text(encoding="utf-8"), path.name))


def accepts(guide: Guide, example: str) -> bool:
    """Whether the whole file of an example is clean under the guide, envelope and all."""
    return report("example", example.encode(), lambda one: guide.apply(validate(one), one.segments)).clean


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_every_set_has_a_specification_whose_lines_and_example_are_right(set_id, version):
    spec = _specified(set_id, version)
    choice = set_definition(set_id, version)
    uses = list(choice.definition.root.uses())
    assert spec.faults == () and accepts(bare_guide(set_id, version), spec.example)
    wrong = {}
    for use, row in zip(uses, spec.rows, strict=True):
        assert use.name == row.name and row.lines
        for line in row.lines:
            found = SegmentJudge(use.segment).findings(line.removesuffix("~").split("*"), _marks())
            if found:
                wrong[line] = found
    assert wrong == {}


def _marks():
    from gateway.x12.delimiters import Delimiters

    return Delimiters()


class _Tags(HTMLParser):
    """Holds every start against its end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.links += [(name, value) for name, value in attrs if name in ("href", "id", "src") or name.startswith("on")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(("set_id", "version"), ALL)
def test_every_set_can_be_shown(set_id, version):
    spec = _specified(set_id, version)
    tags = _Tags()
    tags.feed(to_html(spec))
    assert tags.open == []
    assert not tags.names & {"script", "link", "img", "iframe", "object"}
    ids = {value for name, value in tags.links if name == "id"}
    assert {name for name, _value in tags.links} <= {"href", "id"}
    assert {value for name, value in tags.links if name == "href"} <= {f"#{each}" for each in ids}
    page = to_markdown(spec)
    assert page.count("\n### ") == len(spec.rows)
    assert page.count("```") == 2 * (len(spec.rows) + 1)
    _no_torn_table(page)


def _no_torn_table(page: str) -> None:
    columns = 0
    for line in page.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1 if line.startswith("|") else 0
        assert not cells or columns in (0, cells), line
        columns = cells


@pytest.mark.parametrize("path", [ACME, *VECTORS], ids=lambda path: path.name)
def test_the_example_of_a_guide_is_accepted_by_it(path):
    guide = loaded(path)
    spec = specify(guide)
    assert [(fault.where, fault.message) for fault in spec.faults] == []
    assert accepts(guide, spec.example)
    assert spec.example in to_markdown(spec)


def test_there_are_guides_of_every_kind_to_try():
    said = "".join(path.read_text(encoding="utf-8") for path in VECTORS)
    keys = (
        "require",
        "forbid",
        "min_use",
        "max_use",
        "codes",
        "length",
        "pattern",
        "unique",
        "not_before",
        "total",
        "when",
    )
    assert [key for key in (*keys, "hierarchy", "note") if f"{key}:" not in said] == []


def test_the_example_shows_what_the_guide_speaks_of():
    example = specify(loaded(ACME)).example
    assert "REF*BM*" in example and "MAN*GM*" in example and "LIN*1*BP*" in example
    assert re.search(r"GS\*SH\*", example)


def test_a_guide_says_what_it_adds_beside_the_standard():
    spec = specify(
        guide_of(
            "BEG02: {codes: [SA, NE], note: no blanket orders}",
            "BEG03: {length: 5..30, require: true}",
            "REF01: {codes: [DP, QQQ]}",
            "N1[01=ST]/N3: {require: true, note: where the truck goes}",
            "PO105: {require: true, when: PO104}",
            "CSH: {forbid: true}",
            "DTM: {max_use: 2, require: true}",
            "SAC: {max_use: 40}",
        )
    )
    rows = {row.path: row for row in spec.rows}
    assert spec.unused == ("CSH",) and "CSH" not in rows
    assert rows["N1>N3"].rules == ("N1[01=ST]/N3: required; where the truck goes",)
    assert rows["N1>N3"].use == "optional"
    assert (rows["DTM"].use, rows["DTM"].most) == ("required", "2")
    assert (rows["SAC"].loop_most, rows["SAC"].rules) == (
        "40",
        ("SAC: at most 40 times (beyond the standard: 40 of them)",),
    )
    elements = {element.place: element for row in spec.rows if row.depth == 0 for element in row.elements}
    assert [code for code, _meaning in elements["BEG02"].codes] == ["SA", "NE"]
    assert elements["BEG02"].rules == ("one of SA, NE; no blanket orders",)
    assert elements["BEG03"].rules == ("required, 5 to 30 characters (beyond the standard: 30 characters)",)
    assert elements["REF01"].rules == ("one of DP, QQQ (beyond the standard: the codes QQQ)",)
    [price] = [element for element in rows["PO1"].elements if element.place == "PO105"]
    assert price.rules == ("PO105: required where PO104 has a value",)
    assert (price.use, elements["BEG01"].use) == ("optional", "mandatory")


def test_rules_that_contradict_each_other_are_shown_with_what_is_wrong():
    guide = guide_of("BEG03: {pattern: 'AAA'}", "/BEG03: {pattern: '999'}")
    spec = specify(guide)
    assert [fault.rule for fault in spec.faults] != []
    for page in (to_markdown(spec), to_html(spec)):
        assert "No document can keep to all of these rules" in page


def test_what_people_write_into_a_guide_stays_text():
    note = "use <script>alert(1)</script> | & *stars* [x](javascript:y)"
    spec = specify(guide_of(f"BEG03: {{note: '{note}'}}", head="title: '<b>&amp;</b>'\n"))
    page = to_html(spec)
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<title>&lt;b&gt;&amp;amp;&lt;/b&gt;</title>" in page
    text = to_markdown(spec)
    assert r"\[x\](javascript:y)" in text and r"\<script>" in text
    _no_torn_table(text)


@pytest.mark.parametrize("version", ["003040", "004030VICS", "007050", "vics"])
def test_other_versions_are_shown_by_the_nearest_one(version):
    for set_id in GROUPS:
        spec = specify(bare_guide(set_id, version))
        assert (spec.faults, spec.version) == ((), version)
