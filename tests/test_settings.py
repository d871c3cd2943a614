"""The environment and gateway.yaml become one frozen Settings, or every mistake of both is named at once."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from gateway.errors import ConfigurationError
from gateway.settings import Environment, load_settings, read_secret

HASH, OTHER = "ab" * 32, "cd" * 32


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in list(os.environ):
        if name.startswith("GATEWAY_"):
            monkeypatch.delenv(name)


def settings_of(folder: Path, text: str):
    (folder / "gateway.yaml").write_text(text, encoding="utf-8")
    return load_settings(Environment(config_dir=folder))


def mistakes_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings_of(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_nothing_set_is_enough_to_begin(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert (settings.environment.host, settings.environment.port) == ("127.0.0.1", 8080)
    assert settings.environment.url == f"sqlite:///{tmp_path}/data/ledger.db"
    assert settings.gateway.erps == {} and settings.gateway.limits.transmission_mb == 100


def test_variables_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GATEWAY_DATA_DIR", "/var/lib/gateway")
    monkeypatch.setenv("GATEWAY_PORT", "0")
    monkeypatch.setenv("GATEWAY_LOG_LEVEL", "debug")
    settings = load_settings()
    assert settings.environment.port == 0 and settings.environment.log_level == "debug"
    assert settings.below_data("in/acme") == Path("/var/lib/gateway/in/acme")
    assert settings.below_data("/mnt/in") == Path("/mnt/in")
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "sqlite:////tmp/other.db")
    assert load_settings().environment.url == "sqlite:////tmp/other.db"


def test_settings_are_frozen(tmp_path):
    settings = settings_of(tmp_path, "limits: {steps_at_once: 4}")
    with pytest.raises(ValidationError, match="frozen"):
        settings.gateway.limits.steps_at_once = 5
    with pytest.raises(ValidationError, match="frozen"):
        settings.environment = Environment()


def test_gateway_yaml_is_read(tmp_path):
    text = f"""
erps:
  main: {{kind: http, url: "https://erp.example/in", key: env:ERP_KEY, timeout: 5s, rate: 2.5, at_once: 3, format: xml}}
  files: {{kind: folder, path: to-erp}}
keys:
  - {{name: sap, role: erp, erp: files, sha256: "{HASH}"}}
  - {{name: ann, role: operator, sha256: "{OTHER}"}}
erp_inboxes: [{{path: from-erp, erp: files}}]
limits: {{transmission_mb: 5, erp_message_mb: 2, steps_at_once: 8}}
"""
    found = settings_of(tmp_path, text).gateway
    main = found.erps["main"]
    assert (main.timeout, main.rate, main.at_once, main.format) == (timedelta(seconds=5), 2.5, 3, "xml")
    assert (found.erps["files"].timeout, found.erps["files"].rate) == (timedelta(seconds=20), None)
    assert [(key.name, key.role, key.erp) for key in found.keys] == [
        ("sap", "erp", "files"),
        ("ann", "operator", "main"),
    ]
    assert (found.erp_inboxes[0].path, found.limits.erp_message_mb) == ("from-erp", 2)


def test_every_mistake_of_the_environment_and_the_file_is_named_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("GATEWAY_PORT", "eighty")
    monkeypatch.setenv("GATEWAY_LOG_FORMAT", "xml")
    (tmp_path / "gateway.yaml").write_text("erps: {}\nerps: {}\nlimits: {steps_at_once: 0}\nport: 80\n")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    shown = [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]
    assert [line.partition(": ")[0] for line in shown] == ["environment:1"] * 2 + [
        f"gateway.yaml:{n}" for n in (2, 3, 4)
    ]
    assert "GATEWAY_PORT: " in shown[0] and "not 'eighty'; correct it, or: unset GATEWAY_PORT" in shown[0]
    assert "GATEWAY_LOG_FORMAT: " in shown[1]
    assert shown[2].endswith("erps: this key stands twice; keep one of the two")
    assert "limits.steps_at_once: it is greater than or equal to 1, not '0'" in shown[3]
    known = "erps, keys, erp_inboxes, sftp, as2, events, webhooks, alerts, approvals, routing, "
    known += "reconciliation, limits, retention, time_stamps"
    assert shown[4].endswith(f"port: this key is not known here; use one of {known}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("erps: {main: {kind: http}}", "erps.main: an ERP of kind http needs an address; add url: https://..."),
        ("erps: {main: {kind: folder}}", "erps.main: an ERP of kind folder needs a folder; add path: NAME"),
        ("erps: {main: {kind: soap}}", "erps.main.kind: it is 'http' or 'folder', not 'soap'; correct the value"),
        ("erps: {MAIN: {kind: folder, path: x}}", "a name has small letters"),
        ("erps: {main: {kind: folder, path: x, timeout: 5}}", "write it such as 90s, 15m, 24h or 30d"),
        (
            "erp_inboxes: [{path: x, erp: west}]",
            "erp_inboxes[1].erp: there is no ERP 'west' (there are: none); add it under erps",
        ),
        (f"keys: [{{name: a, role: erp, sha256: '{HASH}'}}]", "keys[1].erp: there is no ERP 'main' (there are: none)"),
        ("routing: [{site: ['1'], erp: a}]", "routing[1].site: this key is not known here"),
        ("keys: {name: a}", "keys: a list stands here"),
        (
            "erps: {main: {kind: folder, path: x, timeuot: 5s}}",
            "erps.main.timeuot: this key is not known here; write timeout,",
        ),
        ("erp_inbox: []", "erp_inbox: this key is not known here; write erp_inboxes, or remove it"),
        ("[]", "gateway.yaml:1: a mapping stands here; write key: value under it"),
        ("erps: ]", "gateway.yaml:1: not valid YAML"),
        ("\ufeff\x07", "a character that may not stand in YAML; save it as UTF-8 text"),
    ],
)
def test_a_mistake_in_gateway_yaml_is_named(tmp_path, text, expected):
    [line] = mistakes_of(tmp_path, text)
    assert line.startswith("gateway.yaml:1: ")
    assert expected in line


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "- {plant: ['1'], erp: a}\n- {plant: ['2'], erp: b}",
            "gateway.yaml:4: routing[2].erp: there is no ERP 'b' (there are: a); add it under erps",
        ),
        (
            "- {erp: a}\n- {plant: ['2'], erp: a}",
            "routing: row 1 has no condition, so no row below it is ever reached; add one to it, or put it last",
        ),
    ],
)
def test_a_row_of_the_routing_that_leads_nowhere_is_named(tmp_path, rows, expected):
    [line] = mistakes_of(tmp_path, f"erps: {{a: {{kind: folder, path: x}}}}\nrouting:\n{rows}")
    assert line.startswith("gateway.yaml:")
    assert expected in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "reconciliation.reports: this key is required; add it"),
        ("{reports: {sap: {folder: x}}}", "reports.sap: no such system reports; name one of erp, wms, main"),
        (
            "{reports: {erp: {url: 'http://a', erp: west}}}",
            "reports.erp.erp: there is no ERP 'west'; add it under erps",
        ),
        ("{reports: {erp: {}}}", "reports.erp: a report comes from an address or from a folder; write url: or folder:"),
        ("{reports: {erp: {url: 'http://a', folder: x}}}", "a report comes from an address or from a folder"),
        ("{reports: {erp: {folder: x, key: 'env:A'}}}", "nobody is shown a key at a folder; take erp and key away"),
        ("{reports: {erp: {url: 'http://a', key: 'env:A', erp: main}}}", "one key is shown; take erp or key away"),
        (
            "{at: '24:00', reports: {erp: {folder: x}}}",
            "a time of day is hours and minutes, not '24:00'; write it such as",
        ),
        ("{zone: Mars/North, reports: {erp: {folder: x}}}", "there is no such time zone"),
        (
            "{within: 21h, reports: {erp: {folder: x}}}",
            "the next night would come before, not '21h'; write at most 20h",
        ),
    ],
)
def test_a_mistake_in_the_nightly_reconciliation_is_named(tmp_path, text, expected):
    [line] = mistakes_of(tmp_path, f"erps: {{main: {{kind: folder, path: x}}}}\nreconciliation: {text}")
    assert line.startswith("gateway.yaml:2: ")
    assert expected in line


def test_what_stands_twice_is_named(tmp_path):
    text = f"""erps: {{main: {{kind: folder, path: out}}}}
keys:
  - {{name: sap, role: erp, sha256: "{HASH}"}}
  - {{name: sap, role: operator, sha256: "{HASH}"}}
erp_inboxes: [{{path: in}}, {{path: in}}]
"""
    assert mistakes_of(tmp_path, text) == [
        "gateway.yaml:4: keys[2].sha256: this key stands in keys[1] too; let each have its own",
        "gateway.yaml:4: keys[2].name: the name sap stands in keys[1] too; let each have its own",
        "gateway.yaml:5: erp_inboxes[2].path: the folder in stands in erp_inboxes[1] too; let each have its own",
    ]


def test_a_secret_in_plain_is_refused_and_never_shown(tmp_path):
    text = "erps: {main: {kind: http, url: 'http://erp', key: hunter2}}\nkeys: [{name: a, role: operator, sha256: hunter3}]"
    lines = mistakes_of(tmp_path, text)
    assert len(lines) == 2
    assert "a secret may not stand in this file; put it into a variable or file and write env:NAME" in lines[0]
    assert "the key itself may not stand here; write the hash that gateway key" in lines[1]
    assert "hunter" not in "".join(lines)


def test_a_configuration_folder_that_is_not_there_is_named_and_not_taken_for_an_empty_one(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load_settings(Environment(config_dir=tmp_path / "none"))
    [problem] = caught.value.problems
    assert str(problem) == (
        f"environment:1: GATEWAY_CONFIG_DIR: there is no folder {tmp_path}/none; make it, or name the one you mean"
    )


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "gateway.yaml").write_bytes(b"erps: \xff\xfe")
    with pytest.raises(ConfigurationError, match=r"gateway\.yaml:1: it is no UTF-8; save it as UTF-8 text"):
        load_settings(Environment(config_dir=tmp_path))


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path):
    (tmp_path / "gateway.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"it can't be read \(Is a directory\); make it readable"):
        load_settings(Environment(config_dir=tmp_path))


def test_a_secret_is_fetched_from_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("ERP_KEY", "s3cret")
    (tmp_path / "key").write_text("of the file\n")
    assert read_secret("env:ERP_KEY", "gateway.yaml") == "s3cret"
    assert read_secret(f"file:{tmp_path}/key", "gateway.yaml") == "of the file"


def test_a_secret_that_is_not_there_is_named_by_its_place(tmp_path):
    with pytest.raises(
        ConfigurationError, match=r"gateway.yaml:1: the variable ERP_KEY is not set; export ERP_KEY=\.\.\."
    ):
        read_secret("env:ERP_KEY", "gateway.yaml")
    with pytest.raises(
        ConfigurationError, match=r"the file .*/none can't be read \(No such file or directory\); make it"
    ):
        read_secret(f"file:{tmp_path}/none", "gateway.yaml")


def test_the_as2_door_is_closed_unless_it_is_asked_for(tmp_path):
    assert settings_of(tmp_path, "").gateway.as2 is None
    door = settings_of(tmp_path, "as2: {}").gateway.as2
    assert (door.host, door.port, door.path, door.tls) == ("127.0.0.1", 4080, "/as2", None)
    assert door.head_within == timedelta(seconds=20)
    shown = mistakes_of(
        tmp_path,
        "as2:\n  port: 70000\n  path: as2\n  head_kb: 1\n  tls: {certificate: certs/tls.pem, passphrase: hunter2}",
    )
    told = {line.split(": ")[1] for line in shown}
    assert told == {"as2.port", "as2.path", "as2.head_kb", "as2.tls.key", "as2.tls.passphrase"}
    assert "hunter2" not in "\n".join(shown)


def test_bytes_are_kept_for_seven_years_unless_a_kind_of_document_has_its_own_time(tmp_path):
    rules = settings_of(tmp_path, "").gateway.retention.rules
    assert rules.of("850") == rules.of("997") == rules.shortest == timedelta(days=2557)
    rules = settings_of(tmp_path, 'retention:\n  kinds: {"810": 3653d, 855: 40d}\n').gateway.retention.rules
    assert [rules.of(name).days for name in ("810", "855", "850")] == [3653, 40, 2557]
    assert rules.of("997").days == 3653, "it may acknowledge any kind"


def test_mistakes_of_the_retention_are_named_with_their_lines(tmp_path):
    text = 'retention:\n  default: 7y\n  kinds:\n    "810": 5s\n    invoice: 30d\n'
    shown = mistakes_of(tmp_path, text)
    assert ["yaml:2" in shown[0], "yaml:4" in shown[1], "yaml:5" in shown[2]] == [True] * 3, shown
    assert "write it such as 90s" in shown[0] and "for a day or longer" in shown[1] and "three digits" in shown[2]


def test_a_key_of_a_system_has_a_scope_and_no_other_key_has_one(tmp_path):
    right = f"keys:\n  - {{name: wms, role: system, scope: wms, sha256: '{HASH}'}}\n"
    assert [key.scope for key in settings_of(tmp_path, right).gateway.keys] == ["wms"]
    for wrong in ("role: system", "role: operator, scope: wms", "role: system, scope: moon"):
        assert len(mistakes_of(tmp_path, f"keys:\n  - {{name: wms, {wrong}, sha256: '{HASH}'}}\n")) == 1
