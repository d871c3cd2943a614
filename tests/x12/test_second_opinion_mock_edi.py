"""mock-edi as a second oracle: of each rule that a mutant breaks it sees what a person has written down that it sees.

Its dictionary is its own and smaller than the standard, so that only two things can be asked of it: that it finds the mistake of
a mutant at the place where we find it, and that what it finds in good documents beyond ours comes from that dictionary.
Reviewed in ``oracles/mock_edi.yaml``. A few hundred mutants here, several thousand with GATEWAY_PROOF=1.
"""

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
import yaml

from gateway.x12.generate.mutants import mutate
from gateway.x12.model import TransactionSet
from gateway.x12.standards import set_definition
from gateway.x12.standards.definition import Element
from gateway.x12.validator import look_closely
from tests.x12.oracles.documents import sets_in
from tests.x12.oracles.mock_edi import SETS, Said, said_by_mock_edi
from tests.x12.samples import BODIES, document

SEEDS = 1000 if os.environ.get("GATEWAY_PROOF") else 80
SEES = yaml.safe_load(Path(__file__).with_name("oracles").joinpath("mock_edi.yaml").read_text(encoding="utf-8"))
OF_SETS = {rule for rules in SEES.values() for rule in rules}


def outcomes(set_id: str, seeds: int) -> list[tuple[str, int, str]]:
    """What mock-edi sees of mutants of one sample: rule, seed, and same, otherwise or nothing."""
    base = document(set_id).encode()
    before = {said[:5] for _clean, found in said_by_mock_edi(base) for said in found}
    seen = []
    for seed in range(seeds):
        mutant = mutate(base, Random(seed))
        if mutant.rule not in OF_SETS:
            continue
        found = [one for _clean, said in said_by_mock_edi(mutant.data) for one in said if one[:5] not in before]
        fault = mutant.faults[0]
        wire = fault.code.ack_code
        position = 0 if wire == "AK304:3" or wire.startswith("AK502") else fault.position
        same = any((one.wire, one.position, one.element) == (wire, position, fault.element) for one in found)
        seen.append((mutant.rule, seed, "same" if same else "otherwise" if found else "nothing"))
    return seen


@pytest.mark.parametrize("set_id", BODIES)
def test_mock_edi_sees_of_a_broken_rule_what_was_written_down(set_id):
    counted = Counter()
    for rule, seed, outcome in outcomes(set_id, SEEDS):
        counted[outcome] += 1
        if rule in SEES["same"]:
            excused = outcome == "nothing" and SEES["same"][rule]
            assert outcome == "same" or excused, f"{set_id}, seed {seed}: {rule} is seen {outcome}"
        elif rule in SEES["blind"]:
            assert outcome != "same", f"{set_id}, seed {seed}: mock-edi does see {rule}: move it in mock_edi.yaml"
    assert counted["same"] > SEEDS * 0.1, counted


def its_own(said: Said, transaction: TransactionSet) -> str:
    """Why mock-edi says something of a set that we do not: what in its dictionary it comes from; empty when nothing does."""
    definition = set_definition(transaction.id, transaction.version).definition
    if said.wire == "AK502:5":
        return "a summary: something else is wrong with the set"
    if said.wire.startswith("AK304"):
        return "fewer places and smaller maxima" if said.segment in definition.segment_ids else ""
    uses = [use for use in definition.root.uses() if use.name == said.segment]
    if not uses or said.element > len(uses[0].segment.positions):
        return ""
    position = uses[0].segment.positions[said.element - 1]
    kind = position.kind if isinstance(position.kind, Element) else None
    match said.wire:
        case "AK403:7" if kind and (said.value in kind.codes or not kind.codes):
            return "a shorter code list"
        case "AK403:1" if not position.required:
            return "an element that only it makes mandatory"
        case "AK403:9" if len(said.value) == 7:
            return "tenths of a second"
        case "AK403:5" if kind and (kind.type == "R" or len(said.value) <= kind.maximum):
            return "the point counted, or the length of another version"
    return ""


@pytest.mark.parametrize("set_id", BODIES)
def test_mock_edi_finds_nothing_in_our_samples_but_what_its_dictionary_lacks(set_id):
    data = document(set_id).encode()
    [(_clean, said)] = said_by_mock_edi(data)
    [transaction] = sets_in(data)
    assert not [one for one in said if not its_own(one, transaction)]


def test_mock_edi_finds_in_good_files_of_strangers_what_we_find_or_what_its_dictionary_lacks(corpus: Path):
    strange, judged = [], 0
    for path in sorted((corpus / "x12").rglob("*")):
        transactions = [each for each in sets_in(path.read_bytes()) if each.id in SETS] if path.is_file() else []
        clean = [each for each in transactions if look_closely(each).accepted]
        if not clean or len(clean) != len(transactions) or not path.read_bytes().startswith(b"ISA"):
            continue
        judged += len(clean)
        for transaction, (_clean, said) in zip(clean, said_by_mock_edi(path.read_bytes()), strict=True):
            strange += [(path.name, one) for one in said if not its_own(one, transaction)]
    assert judged > 40
    assert not strange
