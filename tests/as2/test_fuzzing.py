"""atheris goes by what code the bytes reach: it finds none that the engine of AS2 or its door can't take.

Long runs, each in a process of its own, with GATEWAY_PROOF=1 only. The same laws are asked with hypothesis in every run.
"""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.as2.berify import berify
from tests.as2.exchange import packed, receipt_for, unpacked
from tests.conftest import ROOT

RUNS = {"cms": 60_000, "message": 20_000, "door": 300_000}
LONGEST = 8192
BOUNDS = ["-timeout=20", "-rss_limit_mb=800", f"-max_len={LONGEST}", "-seed=1", "-print_final_stats=1"]
DICTIONARY = ROOT / "tests" / "as2" / "fuzzing" / "as2.dict"


def seeds(law: str, folder: Path) -> Path:
    """Write what atheris begins with: messages of every kind and a receipt, or the CMS within them."""
    folder.mkdir()
    messages = [
        packed(), packed(cipher="aes256-gcm"), packed(recipients=()), packed(recipients=(), transfer_encoding="base64"),
        packed(signer=None, recipients=(), compress="before-signing"), packed(recipients=(), compress="after-signing"),
    ]  # fmt: skip
    receipt = receipt_for(unpacked(messages[0]))
    if law == "cms":
        made = [messages[index].body.read() for index in (0, 1, 4, 5)]
        made += [berify(each, Random(1)) for each in made]
    else:
        start = b"POST /as2 HTTP/1.1\r\nHost: x\r\n"
        made = [start + each.headers.to_bytes() + b"\r\n" + each.body.read() for each in messages]
        made.append(receipt.headers.to_bytes() + b"\r\n" + receipt.body)
    if law == "door":
        made = [each.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for each in made]
    for number, data in enumerate(made):
        folder.joinpath(str(number)).write_bytes(data[:LONGEST])
    return folder


@pytest.mark.parametrize("law", RUNS)
def test_atheris_finds_no_bytes_that_break_a_law(law, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    options = [*BOUNDS, f"-runs={RUNS[law]}", f"-dict={DICTIONARY}", f"-artifact_prefix={tmp_path}/"]
    command = [sys.executable, "-m", "tests.as2.fuzzing", law, kept, seeds(law, tmp_path / "seeds"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert f"Done {RUNS[law]} runs" in done.stderr, "it ran to its end"
    assert len(list(kept.iterdir())) > 20, "and found its way into the code"
