"""What a test needs from the machine: without it a test is skipped at home and fails in CI."""

import os

import pytest


def needs(found: object, what: str) -> None:
    """Goes on when `found` is true. Otherwise skips; under CI=true fails, so that CI cannot pass by skipping."""
    if found:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI lacks {what}")
    pytest.skip(f"needs {what}")
