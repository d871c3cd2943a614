"""What is collected here: the comparison with the facts tables and the runs of atheris belong to the long proof only."""

import os
import platform
import sys

_PROOF = bool(os.environ.get("GATEWAY_PROOF"))
_HAS_ATHERIS = (sys.platform, platform.machine()) == ("linux", "x86_64") and sys.version_info < (
    3,
    14,
)  # It has wheels.

collect_ignore = [
    *([] if _PROOF else ["test_facts.py"]),
    *([] if _PROOF and _HAS_ATHERIS else ["test_fuzzing.py"]),
]
