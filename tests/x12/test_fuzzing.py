"""atheris goes by what code the bytes reach: it finds none that the reader or the verdict on them can't take.

Long runs, each in a process of its own, with GATEWAY_PROOF=1 only. The same laws are asked with hypothesis in every run.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.x12.samples import BODIES, document
from tests.x12.test_reader_laws import SAMPLES

RUNS = {"reader": 30_000, "verdict": 5_000}
LONGEST = 8192  # Bytes. More than a reader under tight limits may hold, so that one which holds too much is found.
BOUNDS = ["-timeout=20", "-rss_limit_mb=600", f"-max_len={LONGEST}", "-seed=1", "-print_final_stats=1"]
DICTIONARY = ROOT / "tests" / "x12" / "fuzzing" / "x12.dict"


def seeds(folder: Path) -> Path:
    """Write what atheris begins with: samples, vectors, and one of each that is too much for tight limits."""
    folder.mkdir()
    found = [*SAMPLES, *(document(set_id).encode() for set_id in BODIES)]
    found += [path.read_bytes() for path in sorted((ROOT / "tests" / "vectors" / "x12").rglob("*.edi"))]
    found += [document("850").replace("PID*", "PID*F****PART~" * 300 + "PID*").encode()]
    found += [document("850").replace("BEG*00", "BEG*" + "0" * 5000).encode()]
    for number, data in enumerate(found):
        folder.joinpath(str(number)).write_bytes(bytes([number]) + data[: LONGEST - 1])
    return folder


@pytest.mark.parametrize("law", RUNS)
def test_atheris_finds_no_bytes_that_break_a_law(law, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    options = [*BOUNDS, f"-runs={RUNS[law]}", f"-dict={DICTIONARY}", f"-artifact_prefix={tmp_path}/"]
    command = [sys.executable, "-m", "tests.x12.fuzzing", law, kept, seeds(tmp_path / "seeds"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {RUNS[law]} runs" in done.stderr, "it ran to its end"
    assert len(list(kept.iterdir())) > 100, "and found its way into the code"
