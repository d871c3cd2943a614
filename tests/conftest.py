"""What all tests share."""

import os
import signal
import sys
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# A run in the background of a shell ignores interrupts, and so would the commands that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ci", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("proof", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(autouse=True)
def logs_of_this_test_only(monkeypatch):
    """What one test sets up for its log lines must not reach the next one through loggers that remember it."""
    plain = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **how: plain(**(how | {"cache_logger_on_first_use": False})))
    # To the stream of this moment: a gateway that runs in a test must not write into the answer of a command beside it.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stdout))
    yield
    structlog.reset_defaults()


def corpus_folder() -> Path | None:
    """Return the folder with files of strangers, or None where a clone lacks it."""
    folder = Path(os.environ.get("GATEWAY_CORPUS", ROOT / ".." / "shared" / "corpus"))
    return folder if (folder / "x12").is_dir() else None


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder with files of strangers."""
    folder = corpus_folder()
    if folder is None:
        pytest.skip("no corpus here: set GATEWAY_CORPUS to a folder with x12/ in it")
    return folder
