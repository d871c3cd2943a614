"""A guide drafted from documents: it loads, it says what it saw, and it never refuses what it was drafted from."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import X12Error
from gateway.located import read as read_yaml
from gateway.x12.guide import load_guide, rules_of
from gateway.x12.guides.infer import Draft, Sample, about_content, infer
from gateway.x12.guides.specification import bare_guide, specify
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.standards import VERSIONS, available
from gateway.x12.validator import look_closely
from tests.x12.mutations import damaged
from tests.x12.samples import BODIES, document, replaced, set_of
from tests.x12.test_guide_export import VECTORS, loaded


def _samples(set_id: str, *bodies: str | None, version: str = "004010") -> list[Sample]:
    return [
        Sample(f"{number}.edi", set_of(document(set_id, body, version)))
        for number, body in enumerate(bodies or (None,), 1)
    ]


def refused(draft: Draft) -> list[str]:
    """What the draft says against its own samples; the envelope of a set is not its matter."""
    guide = load_guide(read_yaml(draft.text, "draft"))
    found = []
    for sample in draft.kept:
        judgment = guide.apply(look_closely(sample.transaction), sample.transaction.segments)
        found += [f"{sample.file}: {fault.where}: {fault.message}" for fault in judgment.faults if about_content(fault)]
    return found


def drafted(set_id: str, *bodies: str | None, **more) -> dict[str, str]:
    """The rules of a draft as they stand, with their evidence."""
    draft = infer(_samples(set_id, *bodies, **more), set_id, f"x/{set_id}")
    assert draft.guide is not None and refused(draft) == []
    lines = [line.strip() for line in draft.text.splitlines()]
    return {
        key: rest for line in lines if (match := re.match(r"([^#\s]\S*): (.*)", line)) for key, rest in [match.groups()]
    }


def test_each_line_has_its_evidence():
    rules = drafted("850", None, replaced("850", "BEG*00*SA", "BEG*00*NE"), replaced("850", "CUR*BY*USD\n", "\n"))
    assert rules["BEG01"] == '{codes: ["00"]}  # in 3 of 3; 00 3'
    assert rules["BEG02"] == "{codes: [SA, NE]}  # in 3 of 3; SA 2, NE 1"
    assert "CUR" not in rules and rules["CUR01"] == "{codes: [BY]}  # in 2 of 2; BY 2"
    assert rules["N1[01=ST]"] == "{require: true, max_use: 1}  # in 3 of 3, 1 at most"
    assert rules["N1[01=ST]/N3"] == "{require: true, max_use: 1}  # in 3 of 3, 1 at most"
    assert (
        rules["PO101"]
        == "{require: true, unique: true}  # in 6 of 6; 1 character; never twice in a document, 3 with several"
    )
    assert rules["PO103"] == "{require: true, codes: [CA, EA]}  # in 6 of 6; CA 3, EA 3"
    assert rules["CTT01"] == "{total: count(PO1)}  # in 3 of 3; 1 digit; right in all of them"


def test_what_was_never_seen_is_named():
    draft = infer(_samples("850"), "850", "x/850")
    assert "  #   never used: BEG04, BEG06, BEG07" in draft.text
    assert "\n  # PER: {forbid: true}\n  # TAX, FOB" in draft.text
    assert draft.text.startswith("# Drafted from 1 document in 1 file.\n")


def test_levels_and_what_stands_at_them_are_drafted():
    cross = BODIES["856"].replace("HL*3*2*P*1\n        MAN*GM*00006141410000000018\n        HL*4*3*I", "HL*3*2*I")
    rules = drafted("856", None, cross.replace("CTT*4", "CTT*3"))
    assert rules["hierarchy"] == "[S/O/P/I, S/O/I]  # ends of branches: S/O/P/I 1, S/O/I 1"
    assert rules["HL[03=P]/MAN"].startswith("{require: true")
    assert rules["HL[03=S]/REF[01=BM]"].startswith("{require: true")
    assert rules["HL[03=I]/LIN02"] == "{codes: [BP]}  # in 2 of 2; BP 2"
    assert rules["CTT01"].startswith("{total: count(HL)}")


def test_what_goes_beyond_the_standard_becomes_a_rule_that_says_so():
    body = (
        replaced("850", "REF*DP*038", "REF*QQQ*038")
        .replace("PO-77", "P" * 30)
        .replace("CUR*BY*USD", "CUR*BY*USD\nCUR*BY*USD")
    )
    rules = drafted("850", body, None)
    assert rules["REF01"] == "{codes: [DP, QQQ]}  # in 2 of 2; DP 1, QQQ 1; beyond the standard: QQQ"
    assert rules["BEG03"].startswith('{length: "1..30"}')
    assert rules["CUR"] == "{require: true, max_use: 2}  # in 2 of 2, 2 at most; beyond the 1 of the standard"


def test_documents_that_no_guide_can_allow_are_left_out_and_named():
    samples = _samples("850", None, replaced("850", "20261120", "20261341"), replaced("850", "*BP*B-1007*", "*BP**"))
    draft = infer(samples, "850", "x/850")
    assert [sample.file for sample in draft.kept] == ["1.edi"]
    assert [(each.file, each.control_number) for each in draft.left_out] == [("2.edi", "0001"), ("3.edi", "0001")]
    assert "BEG[1]/05" in draft.left_out[0].reason and "'20261341'" in draft.left_out[0].reason
    assert "2 more were left out" in draft.text


def test_a_wrong_count_in_the_envelope_does_not_leave_a_document_out():
    text = document("850").replace("SE*12*", "SE*99*")
    draft = infer([Sample("a", set_of(text))], "850", "x/850")
    assert len(draft.kept) == 1 and refused(draft) == []


def test_separators_that_an_agreement_may_tolerate_do_not_leave_a_document_out():
    draft = infer(_samples("850", replaced("850", "CUR*BY*USD", "CUR*BY*USD**")), "850", "x/850")
    assert len(draft.kept) == 1 and refused(draft) == []


def test_documents_of_another_version_are_left_out():
    samples = [*_samples("850", None, None), *_samples("850", None, version="005010")]
    draft = infer(samples, "850", "x/850")
    assert (draft.guide.version, len(draft.kept)) == ("004010", 2)
    assert "version 005010" in draft.left_out[0].reason


def test_nothing_comes_from_nothing():
    assert infer([], "850", "x/850") == Draft("", None, (), ())
    assert infer(_samples("810"), "850", "x/850").guide is None


def test_a_value_can_not_write_yaml():
    body = replaced("850", "REF*DP", 'REF*a]}: #"')
    text = document("850", body).replace("PO-77", "x # y: {z}").replace("N3*1 Mill", "N3*: - & !")
    draft = infer([Sample("a\nb.edi", set_of(text))], "850", "x/850")
    assert draft.guide is not None and refused(draft) == []
    assert all(path in draft.text for path, _rule in rules_of(draft.guide))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_a_draft_from_an_example_accepts_it_and_finds_its_levels(path):
    guide = loaded(path)
    [transaction] = [part for part in read(specify(guide).example.encode()) if isinstance(part, TransactionSet)]
    draft = infer([Sample(path.name, transaction)], guide.set_id, "x/y")
    assert draft.guide is not None and refused(draft) == []
    if guide.hierarchy is not None:
        assert draft.guide.hierarchy.paths[0] == guide.hierarchy.paths[0]


@pytest.mark.parametrize(
    ("set_id", "version"), [(set_id, version) for version in VERSIONS for set_id in available(version)]
)
def test_a_guide_can_be_drafted_for_every_set(set_id, version):
    data = specify(bare_guide(set_id, version)).example.encode()
    draft = infer([Sample("x", part) for part in read(data) if isinstance(part, TransactionSet)], set_id, "x/y")
    assert len(draft.kept) == 1 and refused(draft) == []
    assert specify(draft.guide).rows


GOOD = {set_id: set_of(document(set_id)).segments for set_id in ("850", "856", "810")}


@settings(max_examples=60)
@given(st.data())
def test_no_document_breaks_the_drafting(data):
    set_id = data.draw(st.sampled_from(sorted(GOOD)))
    documents = data.draw(st.lists(damaged(GOOD[set_id]), min_size=1, max_size=3))
    samples = []
    for segments in documents:
        body = "\n".join("*".join(segment) for segment in segments[1:-1]).replace("~", "")
        samples += [
            Sample("x", part) for part in read(document(set_id, body).encode()) if isinstance(part, TransactionSet)
        ]
    draft = infer(samples, set_id, "x/y")
    assert len(draft.kept) + len(draft.left_out) >= len([each for each in samples if each.transaction.id == set_id])
    assert draft.guide is None or refused(draft) == []


def test_files_of_strangers_pass_the_guide_that_is_drafted_from_them(corpus: Path):
    by_publisher: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    for path in sorted(path for path in (corpus / "x12").rglob("*") if path.is_file()):
        try:
            parts = [part for part in read(path.read_bytes()) if isinstance(part, TransactionSet)]
        except X12Error:
            continue
        for part in parts[:200]:
            by_publisher[path.name.partition("__")[0], part.id].append(Sample(path.name, part))
    kept = left = 0
    for (_publisher, set_id), samples in by_publisher.items():
        draft = infer(samples, set_id, f"x/{set_id}")
        kept, left = kept + len(draft.kept), left + len(draft.left_out)
        assert draft.guide is None or refused(draft) == []
        assert len(draft.kept) + len(draft.left_out) == len(samples)
    assert kept > 90 and left < kept
