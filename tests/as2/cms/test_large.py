"""Memory does not grow with the message: 24 MB here, 1 GB with GATEWAY_PROOF=1."""

import os
import subprocess
import sys

LARGE = 1024 if os.environ.get("GATEWAY_PROOF") else 24  # MB


def most_memory(megabytes: int, folder) -> int:
    """Return the most memory that a process took for a message of this size, in KB."""
    words = [sys.executable, "-m", "tests.as2.cms.large", str(megabytes), str(folder)]
    return int(subprocess.run(words, capture_output=True, check=True, text=True).stdout)


def test_a_large_message_takes_no_more_memory_than_a_small_one(tmp_path):
    small, large = most_memory(1, tmp_path), most_memory(LARGE, tmp_path)
    assert large < small * 1.2, f"{small} KB for 1 MB, {large} KB for {LARGE} MB"
