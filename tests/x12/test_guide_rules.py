"""Rules that look further than one place: conditions, what values look like, totals, unique numbers, levels, dates."""

from dataclasses import replace

import pytest

from gateway.errors import ConfigurationError
from gateway.located import read
from gateway.x12.faults import FaultCode
from gateway.x12.guide import Guide, load_guide
from tests.x12.samples import BODIES, judged, places, replaced


def guide_of(*rules: str, set_id: str = "850", head: str = "", version: str = "004010") -> Guide:
    text = f"guide: acme/{set_id}\nset: '{set_id}'\nversion: '{version}'\n{head}" + ("rules:\n" if rules else "")
    return load_guide(read(text + "".join(f"  {rule}\n" for rule in rules), "acme.guide.yaml"))


def faults_of(*rules: str, body: str | None = None, set_id: str = "850", head: str = "", version: str = "004010"):
    found = judged(set_id, body, version)
    return guide_of(*rules, set_id=set_id, head=head).apply(found, found.transaction.segments).faults


def found_at(*rules: str, **more) -> list[tuple[int, str, int, str]]:
    return places(faults_of(*rules, **more))


def mistakes_of(*rules: str, **more) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigurationError) as raised:
        guide_of(*rules, **more)
    return [(problem.line, problem.key, problem.reason) for problem in raised.value.problems]


def test_a_variant_of_a_loop_that_is_absent_lacks_nothing():
    assert found_at("N1[01=BY]/N3: {require: true}", "N1[01=BY]/N4: {require: true}") == []


def test_a_variant_of_a_loop_that_is_present_must_have_its_address():
    body = replaced("850", "N3*1 Mill Road\n", "\n")
    assert found_at("N1[01=ST]/N3: {require: true}") == []
    assert found_at("N1[01=ST]/N3: {require: true}", body=body) == [(5, "N3", 0, "AK304:3")]
    twice = replaced("850", "PO1*1*", "N1*ST*South Plant*92*0077\nPO1*1*")
    [fault] = faults_of("N1[01=ST]/N3: {require: true}", body=twice)
    assert (fault.position, fault.loop, fault.message) == (8, "N1", "N1[01=ST]/N3 is required")


def test_min_use_asks_for_so_many_in_each_repetition():
    assert found_at("REF: {min_use: 1}") == []
    [fault] = faults_of("REF: {min_use: 2, note: department and contract}")
    assert (fault.position, fault.segment, fault.code.ack_code) == (1, "REF", "AK304:3")
    assert fault.message == "REF must come 2 times at least, not 1; department and contract"
    assert found_at("PO1/PID: {min_use: 1}") == [(10, "PID", 0, "AK304:3")]
    assert found_at("PO1: {min_use: 2}") == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("PO105: {require: true, when: PO104}", []),
        ("PO105: {forbid: true, when: PO108}", [(8, "PO1", 5, "AK403:10")]),
        ("PO109: {require: true, when: PO108}", []),
        ("PO109: {require: true, when: not PO108}", [(10, "PO1", 9, "AK403:2")]),
        ("PO103: {codes: [CA], when: PO108 = VP}", [(8, "PO1", 3, "AK403:7")]),
        ("PO103: {codes: [EA], when: PO108 = UP|VP}", []),
        ("PO103: {codes: [EA], when: PO108 != VP}", []),
        ("PO103: {codes: [EA], when: not PO108}", [(10, "PO1", 3, "AK403:7")]),
        ("PO1/PID: {require: true, when: PO108 = VP}", []),
        ("PO1/PID: {require: true, when: PO106 = BP}", [(10, "PID", 0, "AK304:3")]),
        ("PO1/PID: {require: true, when: PO106 = BP and PO108 = VP}", []),
        ("PO1/PID: {forbid: true, when: /BEG02 = SA}", [(9, "PID", 0, "AK304:2")]),
        ("PO1/PID: {forbid: true, when: /BEG02 = RL}", []),
        ("'N1[01=BY]': {require: true, when: 'N1[01=ST]'}", [(1, "N1", 0, "AK304:3")]),
        ("N1[01=BY]: {require: true, when: 'not N1[01=ST]'}", []),
        ("N1/N4: {require: true, when: N3}", []),
        ("N1/PER: {require: true, when: N103 = 92}", [(5, "PER", 0, "AK304:3")]),
        ("N1/PER: {require: true, when: N401 = Springfield}", [(5, "PER", 0, "AK304:3")]),
        ("CUR: {forbid: true, when: 'G62?'}", []),
    ],
)
def test_a_rule_with_a_condition_holds_only_then(rule, found):
    assert found_at(rule) == found


def test_a_condition_stands_in_the_fault():
    [fault] = faults_of("PO109: {require: true, when: not PO108, note: our number or yours}")
    assert fault.code is FaultCode.CONDITION_OF_GUIDE
    assert fault.message.startswith("PO109 (")
    assert fault.message.endswith(") is required because PO108 is empty; our number or yours")
    assert fault.rule == "guide acme/850 line 5"
    assert fault.where == "850 ST02=0001 seg 10 PO1[2]/09"
    [fault] = faults_of("N1/PER: {require: true, when: N103 = 92|91}")
    assert fault.message == "N1/PER is required because N103 is 92 or 91"


def test_one_element_that_two_rules_and_the_standard_ask_for_is_one_fault():
    body = replaced("850", "*92*0042", "*92")
    assert found_at("N104: {require: true, when: N103}", body=body) == [(5, "N1", 4, "AK403:2")]


def test_several_rules_may_stand_at_one_place():
    rules = "PO103: [{codes: [EA], when: PO108 = VP}, {codes: [CA, BX], when: not PO108}]"
    assert found_at(rules) == []
    assert found_at(rules, body=replaced("850", "5*CA*", "5*EA*")) == [(10, "PO1", 3, "AK403:7")]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("BEG03: {pattern: PO-99}", []),
        ("BEG03: {pattern: 'PO-9{2..8}|9{10}'}", []),
        ("BEG03: {pattern: 'PO-9{3}', note: ours}", [(2, "BEG", 3, "AK403:7")]),
        ("PO1/07: {pattern: A-9999}", []),
        ("PO1/07: {pattern: 'B-1007'}", [(10, "PO1", 7, "AK403:7")]),
        ("PO101: {unique: true}", []),
        ("PO106: {unique: true}", [(10, "PO1", 6, "AK403:7")]),
    ],
)
def test_a_value_is_held_against_pattern_and_others(rule, found):
    assert found_at(rule) == found


def test_a_fault_of_a_pattern_shows_a_value_that_fits():
    [fault] = faults_of(r"BEG03: {pattern: '\ACME-9{4}', note: the number of our system}")
    assert (
        fault.message
        == r"'PO-77' in BEG03 (purchase order number) does not look like \ACME-9{4}; the number of our system"
    )
    assert fault.fix == "send it as ACME-" + fault.fix[-4:]
    assert fault.fix[-4:].isdigit()


def test_a_number_that_comes_again_names_the_first():
    [fault] = faults_of("PO101: {unique: true}", body=replaced("850", "PO1*2*", "PO1*1*"))
    assert (fault.position, fault.element, fault.value) == (10, 1, "1")
    assert "stands in segment 8 already" in fault.message


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ("20261119", []),
        ("20261120", []),
        ("20261121", [(2, "BEG", 5, "AK403:8")]),
        ("20271301", [(3, "DTM", 2, "AK403:8")]),
    ],
)
def test_a_date_is_held_against_another(other, found):
    body = replaced("850", "CUR*BY*USD\n", f"DTM*010*{other}\n").replace("REF*DP*038\n", "")
    assert found_at("BEG05: {not_before: 'DTM[01=010]/02'}", body=body) == found


@pytest.mark.parametrize(
    ("rules", "ctt", "found"),
    [
        (["CTT01: {total: count(PO1)}"], "2", []),
        (["CTT01: {total: count(PO1)}"], "3", [(11, "CTT", 1, "AK403:7")]),
        (["CTT02: {total: sum(PO1/02)}"], "2*45", []),
        (["CTT02: {total: sum(PO1/02)}"], "2*45.0", []),
        (["CTT02: {total: sum(PO1/02)}"], "2*44", [(11, "CTT", 2, "AK403:7")]),
        (["CTT02: {total: sum(PO1/02)}"], "2*x", [(11, "CTT", 2, "AK403:6")]),
        (["CTT02: {total: hash(PO1/04)}"], "2*1278", []),
        (["CTT02: {total: sum(PO1/02 * PO1/04)}"], "2*525", []),
        (["CTT02: {total: 'sum(PO1/02) - count(PID) + count(PO1/PID)'}"], "2*46", []),
        (["CTT02: {total: 'sum(PO1/02) + count(PO1/PID)'}"], "2*46", []),
    ],
)
def test_totals_are_added_up(rules, ctt, found):
    assert found_at(*rules, body=replaced("850", "CTT*2", f"CTT*{ctt}")) == found


def test_a_wrong_total_says_the_right_one():
    [fault] = faults_of("CTT01: {total: count(PO1), note: lines}", body=replaced("850", "CTT*2", "CTT*3"))
    assert fault.message == "CTT01 (number of lines) is '3', but count(PO1) is 2; lines"
    assert (fault.fix, fault.value) == ("send 2, or correct what it adds up", "3")


def test_a_hash_total_drops_what_its_element_has_no_room_for():
    body = replaced("850", "40*EA*12.75", "9999999999*EA*1").replace("2*5*CA", "2*.12*CA").replace("CTT*2", "CTT*2*11")
    assert found_at("CTT02: {total: hash(PO1/02)}", body=body) == []


def test_an_amount_with_implied_decimals_is_an_amount():
    rule = "TDS01: {total: sum(IT1/02 * IT1/04)}"
    assert found_at(rule, set_id="810") == []
    [fault] = faults_of(rule, set_id="810", body=replaced("810", "TDS*51000", "TDS*510"))
    assert "is 51000" in fault.message and fault.fix.startswith("send 51000,")
    cents = replaced("810", "40*EA*12.75", "3*EA*.335").replace("TDS*51000", "TDS*101")
    assert found_at(rule, set_id="810", body=cents) == []


SHIP = BODIES["856"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (SHIP, []),
        (SHIP.replace("HL*3*2*P", "HL*3*2*T"), [(8, "HL", 3, "AK403:7")]),
        (SHIP.replace("HL*2*1*O", "HL*2*1*I"), [(6, "HL", 3, "AK403:7")]),
        (SHIP.replace("HL*2*1*O", "HL*2*1*?"), [(6, "HL", 3, "AK403:7")]),
        (SHIP.replace("HL*4*3*I*0", "HL*4*3*P*0"), [(10, "HL", 3, "AK403:7")]),
        (SHIP.replace("HL*4*3*I*0", "HL*4*9*I*0"), [(8, "HL", 0, "AK304:3"), (10, "HL", 2, "AK403:7")]),
    ],
)
def test_levels_follow_the_paths_that_are_allowed(body, found):
    assert found_at(set_id="856", body=body, head="hierarchy: [S/O/I, S/O/P/I]\n") == found


def test_a_level_in_the_wrong_place_says_what_may_stand_there():
    head = "hierarchy: [S/O/I, S/O/P/I]\n"
    [fault] = faults_of(set_id="856", body=SHIP.replace("HL*3*2*P", "HL*3*2*T"), head=head)
    assert fault.message == "level 'T' may not stand below S/O, where I or P may; allowed is S/O/I or S/O/P/I"
    assert (fault.fix, fault.value, fault.rule) == ("send HL03 I or P", "T", "guide acme/856 line 4")
    assert fault.where == "856 ST02=0001 seg 8 HL[3]/03"
    short = SHIP.replace("HL*3*2*P*1", "HL*3*2*P*0").replace("HL*4*3*I*0\n        LIN*1*BP*B-1007\n", "")
    [fault] = faults_of(set_id="856", body=short.replace("SN1*1*40*EA\n", "\n"), head=head)
    assert fault.message == "no level stands below S/O/P, where I must follow"
    assert fault.fix == "send an HL with HL03 I below it"


def test_levels_may_begin_further_in_and_end_early_where_the_guide_says_so():
    assert found_at(set_id="856", head="hierarchy: [S, S/O, S/O/P/I]\n") == []


def test_the_length_of_a_number_is_that_of_its_digits():
    assert found_at("PO1/04: {length: 1..4}") == []
    assert found_at("PO1/04: {length: 1..3}") == [(8, "PO1", 4, "AK403:5")]
    # Under a length of its own a number is not longer for its sign and point.
    body = replaced("850", "CTT*2", "AMT*TT*-1.5\nCTT*2")
    assert found_at("PO1/AMT02: {length: 2}", body=body) == []


def test_every_repetition_and_component_has_its_rule():
    body = replaced("850", "REF*DP*038", "REF*DP*038**IA>77^IA>7")
    found = faults_of("REF04-2: {pattern: '99'}", body=body, version="005010")
    [fault] = [fault for fault in found if fault.rule]
    assert (fault.position, fault.element, fault.component, fault.repetition, fault.value) == (4, 4, 2, 2, "7")


@pytest.mark.parametrize(
    ("rule", "key", "words"),
    [
        ("PO105: {require: true, when: PO199}", "rules.PO105.when", "elements"),
        ("PO105: {require: true, when: ZZ101}", "rules.PO105.when", "has no ZZ1"),
        ("PO105: {require: true, when: PO104 >}", "rules.PO105.when", "a condition reads"),
        ("PO105: {require: true, when: 'PID = F'}", "rules.PO105.when", "no element"),
        ("PO105: {require: true, when: ''}", "rules.PO105.when", "a condition reads"),
        ("BEG03: {pattern: '9{5..2}'}", "rules.BEG03.pattern", "repetition"),
        ("BEG03: {pattern: '9{900}'}", "rules.BEG03.pattern", "longer than"),
        ("BEG03: {pattern: '9{23}'}", "rules.BEG03.pattern", "1 to 22 characters"),
        ("BEG03: {pattern: '99|'}", "rules.BEG03.pattern", "empty"),
        ("REF: {pattern: '99'}", "rules.REF.pattern", "for elements"),
        ("REF: {unique: true}", "rules.REF.unique", "for elements"),
        ("BEG03: {min_use: 2}", "rules.BEG03.min_use", "segments and loops"),
        ("DTM: {min_use: 11}", "rules.DTM.min_use", "the standard allows 10"),
        ("DTM: {min_use: 3, max_use: 2}", "rules.DTM.min_use", "may come 2 times"),
        ("BEG03: {total: count(PO1)}", "rules.BEG03.total", "no number"),
        ("CTT01: {total: count(PO1/02)}", "rules.CTT01.total", "count takes one segment"),
        ("CTT01: {total: sum(PO1)}", "rules.CTT01.total", "sum takes elements"),
        ("CTT01: {total: sum(PO1/02 * PID/05)}", "rules.CTT01.total", "one segment"),
        ("CTT01: {total: lines}", "rules.CTT01.total", "a total reads"),
        ("CTT01: {total: count(PO1) count(PO1)}", "rules.CTT01.total", "a total reads"),
        ("BEG03: {not_before: BEG05}", "rules.BEG03.not_before", "is no date"),
        ("BEG05: {not_before: BEG03}", "rules.BEG05.not_before", "is no date"),
        ("BEG03: {codes: [ABCDEFGHIJKLMNOPQRSTUVWXYZ]}", "rules.BEG03.codes", "can't stand"),
        ("BEG03: {codes: []}", "rules.BEG03.codes", "no code is allowed"),
        ("BEG03: {forbid: true, length: 3}", "rules.BEG03.forbid", "needs no length"),
        ("BEG03: [{require: true}, {forbid: true}]", "rules.BEG03", "line 5 says the other"),
        ("BEG03: [{require: true}, {lenght: 3}]", "rules.BEG03[2].lenght", "not known"),
    ],
)
def test_a_mistake_in_a_rule_is_told_with_its_key(rule, key, words):
    [(line, told, reason)] = mistakes_of(rule)
    assert (line, told) == (5, key)
    assert words in reason


def test_contradictions_are_found_over_two_spellings_of_a_place():
    [(line, key, reason)] = mistakes_of("PO105: {require: true}", "PO1/05: {forbid: true}")
    assert (line, key) == (6, "rules.PO1/05")
    assert "line 5" in reason
    assert guide_of("PO105: {require: true, when: PO104}", "PO1/05: {forbid: true, when: not PO104}").rules


@pytest.mark.parametrize(
    ("set_id", "levels", "words"),
    [
        ("850", "S/O/I", "no HL levels"),
        ("856", "S/O/LINE", "pattern"),
        ("856", "S/@", "pattern"),
        ("856", "S/QQ", "no code"),
    ],
)
def test_levels_that_can_not_be_are_a_mistake(set_id, levels, words):
    [(line, key, reason)] = mistakes_of(set_id=set_id, head=f"hierarchy: ['{levels}']\n")
    assert line == 4 and key.startswith("hierarchy")
    assert words in reason


def test_all_mistakes_of_one_rule_are_told():
    found = mistakes_of("CTT01: {total: x, when: y, pattern: '{'}")
    assert {key for _line, key, _reason in found} == {"rules.CTT01.total", "rules.CTT01.when", "rules.CTT01.pattern"}


def test_what_is_judged_again_has_the_same_faults():
    found = judged("850")
    guide = guide_of("PO106: {unique: true}", "CTT01: {total: count(PID)}")
    once = guide.apply(found, found.transaction.segments)
    again = guide.apply(replace(found), found.transaction.segments)
    assert once.faults == again.faults and len(once.faults) == 2


def test_a_code_in_lower_case_is_right_where_the_guide_lists_it():
    body = replaced("850", "*EA*", "*ea*")
    assert [fault.code for fault in judged("850", body).faults] == [FaultCode.CODE_LOWER_CASE]
    assert found_at("PO103: {codes: [ea, CA]}", body=body) == []


def test_a_fault_of_a_guide_never_has_a_code_of_the_standard():
    rules = [
        "BEG02: {codes: [NE]}",
        "BEG03: [{pattern: 'PO-9{3}'}, {length: 8}]",
        "BEG04: {require: true}",
        "BEG05: {not_before: '/DTM[01=002]/02'}",
        "CUR: {forbid: true}",
        "DTM: {max_use: 1}",
        "N1: {max_use: 1}",
        "N1[01=ST]/N4: {require: true}",
        "PO101: {unique: true}",
        "PO103: {length: 3}",
        "PO105: [{forbid: true, when: PO104 = 3}, {forbid: true}]",
        "PO109: {require: true, when: PO106}",
        "PO1/PID: {max_use: 1, min_use: 1}",
        "CTT01: {total: count(PO1)}",
        "CTT02: {total: sum(PO1/02)}",
    ]
    body = """
        BEG*00*SA*PO-77**20261120
        CUR*BY*USD
        DTM*002*20261201
        DTM*010*20261201
        N1*ST*North Plant*92*0042
        N1*BY*South Plant*92*0043
        PO1*1*40*EA*12.75*PE*BP*B-1007
        PID*F****Hex bolt
        PID*F****Steel
        PO1*1*5*CA*3*PE*BP*B-1008
        CTT*7*9"""
    found = faults_of(*rules, body=body)
    assert {fault.code.slug for fault in found if "guide" not in fault.code.slug or not fault.rule} == set()
    of_guides = {code for code in FaultCode if "guide" in code.slug}
    assert {fault.code for fault in found} == of_guides - {FaultCode.TOO_LONG_FOR_GUIDE}
