"""The page for whoever sent a file: complete, escaped, without scripts, and bounded."""

import re

from lxml import etree

from gateway.x12 import html
from gateway.x12.faults import FaultCode
from gateway.x12.html import to_html
from tests.x12.faulty import FAULTY
from tests.x12.samples import BODIES, checked, document, group, interchange, replaced, transaction


def _page(*reports) -> str:
    text = "".join(to_html(reports))
    etree.fromstring(text, etree.HTMLParser())
    return text


def _texts(page: str, path: str) -> list[str]:
    tree = etree.fromstring(page, etree.HTMLParser())
    return ["".join(node.itertext()) for node in tree.iterfind(path)]


def test_a_fault_stands_there_with_its_segment_marked_and_an_example():
    page = _page(checked(FAULTY[FaultCode.CODE_UNKNOWN].text))
    assert _texts(page, ".//mark") == ["QQ"]
    assert _texts(page, ".//article/pre") == [
        "PO1*1*40*QQ*12.75*PE*BP*B-1007*VP*S-9~",
        "PO1*1*40*EA*12.75*PE*BP*B-1007*VP*S-9~",
    ]
    assert "'QQ' is no code for PO103 (unit of measure)" in _texts(page, ".//article//b")
    assert any(text.startswith("To fix: send one of its codes") for text in _texts(page, ".//article/p"))


def test_every_kind_of_fault_has_its_words_on_the_page():
    for code, faulty in FAULTY.items():
        page = _page(checked(faulty.text))
        assert f"<code>{code.slug}</code>" in page
        assert "Expected: " in page and "To fix: " in page


def test_the_summary_counts_files_documents_and_faults():
    bad = transaction("850", replaced("850", "*40*EA*", "*40*QQ*"), "0002")
    mixed = checked(interchange(group("PO", transaction("850", BODIES["850"]), bad)))
    page = _page(mixed, checked(document("810")), checked("hello"))
    rows = [re.sub(r"\s+", " ", text) for text in _texts(page, ".//tbody/tr")]
    assert rows[:3] == ["samplefaults11 of 210", "sampleclean11 of 100", "samplenot readable00 of 010"]
    assert "Nothing wrong in 850 0001." in "".join(_texts(page, ".//p"))
    assert "No ISA segment was found" in page


def test_nothing_that_was_sent_becomes_markup():
    attack = "<script>alert(1)</script>&<img src=x>"
    body = replaced("850", "North Plant", attack).replace("*40*EA*", f"*40*{attack}*")
    found = checked(document("850", body).replace("*0001~", f"*{attack}~").replace("SUPPLIER       ", attack[:15]))
    found.file = attack
    page = _page(found, checked(attack + document("850")))
    assert "<script" not in page and "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_page_fetches_and_runs_nothing():
    page = _page(checked(FAULTY[FaultCode.DATE].text))
    assert not re.search(r"https?://|src=|href=|\son[a-z]+=|<script|@import|url\(", page)
    assert "default-src 'none'" in page


def test_of_very_many_faults_the_page_shows_so_many_and_counts_the_rest(monkeypatch):
    monkeypatch.setattr(html, "MOST_FAULTS", 50)
    sets = [transaction("850", replaced("850", "*40*EA*", "*4o*QQ*"), f"{number:04d}") for number in range(1, 101)]
    page = _page(checked(interchange(group("PO", *sets))))
    assert len(_texts(page, ".//article")) == 50
    counted = [int(number) for number in re.findall(r"(\d+) more are not shown here", page)]
    assert sum(counted) == 150
    assert "<td>100</td>" in page and "<td>200</td>" in page


def test_thousands_of_faults_make_a_page_of_bearable_size():
    lines = "\n".join(f"PO1*{number}*4o*QQ*x*PE*BP*B-{number}" for number in range(1, 2001))
    found = checked(document("850", replaced("850", "PO1*2*5", f"{lines}\nPO1*2*5")))
    page = _page(found)
    assert len(_texts(page, ".//article")) == 1000
    assert "more are not shown here" in page
    assert len(page) < 3_000_000


def test_a_tolerated_fault_is_a_note():
    found = checked(FAULTY[FaultCode.UNPADDED].text, tolerate=lambda _start: {FaultCode.UNPADDED})
    page = _page(found)
    assert 'article class="note"' in page and "clean" in page
