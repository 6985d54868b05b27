"""What the tests of the daemon share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bridge.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A data folder without a daemon on it yet."""
    with ExitStack() as stack:
        yield Studio(tmp_path / "data", stack)
