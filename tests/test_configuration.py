"""The folder as a whole: what agreements point to, what is live, and what stays in force."""

import os
from pathlib import Path

import pytest
import yaml

from gateway.canonical.message import BY_SET
from gateway.configuration import LiveConfiguration, load_configuration
from gateway.errors import ConfigurationError

ERPS = frozenset({"main"})
_SETS = ", ".join(sorted(BY_SET))


@pytest.fixture
def folder(tmp_path) -> Path:
    write(tmp_path / "partners/own.yaml", {"name": "Ours", "identities": [{"qualifier": "ZZ", "id": "OURS"}]})
    write(tmp_path / "partners/acme.yaml", acme())
    return tmp_path


def acme(*agreements: dict) -> dict:
    given = agreements or ({"document": "856", "direction": "inbound", "role": "buyer"},)
    identities = [{"qualifier": "ZZ", "id": "ACME"}]
    return {"partner": "acme", "name": "ACME", "identities": identities, "agreements": list(given)}


def write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def mistakes(folder: Path, erps: frozenset[str] | None = ERPS) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder, erps)
    return [str(problem) for problem in caught.value.problems]


def test_an_empty_folder_is_a_configuration(tmp_path):
    found = load_configuration(tmp_path)
    assert found.directory.partners == {} and found.guides == {}


def test_partners_guides_and_profiles_are_found_by_their_names(folder):
    guide = {"guide": "acme/856", "set": "856", "version": "004010", "rules": {"BSN02": {"require": True}}}
    write(folder / "mappings/acme/856.guide.yaml", guide)
    write(folder / "mappings/acme/856.yaml", "profile: acme/856\nextends: base/856\n")
    terms = {"document": "856", "direction": "inbound", "role": "buyer", "guide": "acme/856", "profile": "acme/856"}
    write(folder / "partners/acme.yaml", acme(terms))
    found = load_configuration(folder, ERPS)
    assert found.guide("acme/856").title == ""
    assert found.mapping("acme/856", "004010").profile.name == "acme/856"
    assert found.directory.partners["acme"].agreement("856", "inbound").guide == "acme/856"


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"guide": "acme/none"}, "guide: there is no guide acme/none; make mappings/acme/none.guide.yaml"),
        ({"profile": "acme/none"}, "profile: there is no profile acme/none; make the file mappings/acme/none.yaml"),
        ({"profile": "base/850"}, "profile: profile base/850 is for set 850; name a profile for 856"),
        ({"document": "123"}, "document: set 123 is not defined; name one of: gateway x12 sets"),
        (
            {"document": "997"},
            f"document: set 997 has no canonical message; name one of {_SETS}; acknowledgments need no agreement",
        ),
        ({"erp": "west"}, "erp: there is no ERP 'west' (there are: main); add it under erps in gateway.yaml"),
    ],
)
def test_an_agreement_that_points_nowhere_is_named(folder, terms, expected):
    write(folder / "partners/acme.yaml", acme({"document": "856", "direction": "inbound", "role": "buyer"} | terms))
    [line] = mistakes(folder)
    assert line.startswith("partners/acme.yaml:")
    assert line.endswith(f": agreements[1].{expected}")


def test_a_guide_for_another_set_and_one_of_another_name_are_named(folder):
    guide = {"guide": "acme/wrong", "set": "850", "version": "004010"}
    write(folder / "mappings/acme/856.guide.yaml", guide)
    terms = {"document": "856", "direction": "inbound", "role": "buyer", "guide": "acme/856"}
    write(folder / "partners/acme.yaml", acme(terms))
    lines = mistakes(folder)
    assert lines[0].startswith("mappings/acme/856.guide.yaml:1: guide: 'acme/wrong' is not the name of the file")
    assert lines[1].endswith("agreements[1].guide: guide acme/wrong is for set 850; name a guide for 856")


def test_a_broken_guide_is_not_said_to_be_missing_too(folder):
    write(folder / "mappings/acme/856.guide.yaml", {"guide": "acme/856", "set": "856", "version": "004010", "rule": {}})
    terms = {"document": "856", "direction": "inbound", "role": "buyer", "guide": "acme/856"}
    write(folder / "partners/acme.yaml", acme(terms))
    assert mistakes(folder) == [
        "mappings/acme/856.guide.yaml:4: rule: this key is not known here; remove it or correct its spelling"
    ]


def test_a_profile_that_nobody_uses_is_checked_too(folder):
    write(folder / "mappings/acme/855.yaml", "profile: acme/855\nextends: base/855\nfields:\n  order_number: BAK99\n")
    [line] = mistakes(folder)
    assert line.startswith("mappings/acme/855.yaml:4: order_number: ")


def test_a_file_that_only_shares_tables_is_no_profile(folder):
    write(folder / "mappings/acme/codes.yaml", "tables: {parts: {A: B}}\n")
    assert load_configuration(folder, ERPS).directory.partners


def test_two_agreements_with_one_broken_profile_name_its_mistake_once(folder):
    write(
        folder / "mappings/acme/any.yaml", "profile: acme/any\nextends: base/856\nfields:\n  shipment_number: BSN99\n"
    )
    both = [
        {"document": "856", "direction": way, "role": "buyer", "profile": "acme/any"} for way in ("inbound", "outbound")
    ]
    write(folder / "partners/acme.yaml", acme(*both))
    assert len(mistakes(folder)) == 1


def test_one_broken_file_does_not_hide_the_mistakes_of_the_others(folder):
    write(
        folder / "partners/acme.yaml", acme({"document": "856", "direction": "inbound", "role": "buyer", "erp": "west"})
    )
    write(folder / "partners/bolt.yaml", "partner: bolt\nname: [\n")
    write(folder / "mappings/acme/856.guide.yaml", "guide: acme/856\n")
    files = [line.partition(":")[0] for line in mistakes(folder)]
    expected = ["mappings/acme/856.guide.yaml"] * 2 + ["partners/acme.yaml", "partners/bolt.yaml"]
    assert files == expected


def test_a_change_is_taken_over_and_a_broken_one_is_kept_out(folder, monkeypatch):
    live = LiveConfiguration(folder, ERPS)
    assert live.refresh() is False
    write(
        folder / "partners/bolt.yaml", acme() | {"partner": "bolt", "identities": [{"qualifier": "ZZ", "id": "BOLT"}]}
    )
    assert live.refresh() is True
    assert set(live().directory.partners) == {"acme", "bolt"}
    write(folder / "partners/bolt.yaml", "partner: bolt\n")
    assert live.refresh() is True
    assert live.broken is not None and len(live.broken.problems) == 2
    assert set(live().directory.partners) == {"acme", "bolt"}
    (folder / "partners/bolt.yaml").unlink()
    assert live.refresh() is True
    assert live.broken is None and set(live().directory.partners) == {"acme"}


def test_a_change_that_leaves_size_and_length_the_same_is_seen(folder):
    live = LiveConfiguration(folder, ERPS)
    path = folder / "partners/acme.yaml"
    text = path.read_text()
    write(path, text.replace("name: ACME", "name: ECMA"))
    os.utime(path, ns=(1, 2))
    assert live.refresh() is True
    assert live().directory.partners["acme"].text.name == "ECMA"


def test_profiles_that_did_not_change_are_not_compiled_again(folder):
    live = LiveConfiguration(folder, ERPS)
    before = live().mapping("base/856", "004010")
    write(folder / "partners/acme.yaml", acme() | {"name": "Another"})
    assert live.refresh() is True
    assert live().mapping("base/856", "004010") is before


def test_a_yml_file_is_not_overlooked_in_silence(folder):
    (folder / "partners/acme.yaml").rename(folder / "partners/acme.yml")
    assert mistakes(folder) == ["partners/acme.yml:1: a file that ends in .yml is not read; let it end in .yaml"]
