"""What the tests of the daemon share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bridge import osc_desk
from tests.bridge.studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A data folder without a daemon on it yet."""
    with ExitStack() as stack:
        yield Studio(tmp_path / "data", stack)


@pytest.fixture
def desk(studio: osc_desk.Studio) -> Iterator[osc_desk.Desk]:
    """A client of the daemon, where a file has a fixture `studio` of its own with one that is at work."""
    with osc_desk.Desk(studio.port) as desk:
        yield desk
