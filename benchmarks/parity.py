"""How close the official model's modules come to upstream's numbers: runs the parity tests and writes their table.

    python benchmarks/parity.py [docs/measurements-parity.md]

The fixtures lie in the folder that CUEVOX_PARITY names (see tests/engine/parity.py).
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.engine import parity

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "measurements-parity.md"

HEAD = """\
# Parity with upstream

Numbers that the public IndexTTS2 code gave for small random weights, against those of Cuevox's modules with the same
weights and inputs: float32 on a CPU ({machine}, torch {torch}). The difference is the largest over all values of an
output; a tolerance of 0 means that the output has to be equal. Written by `python benchmarks/parity.py`; the tests are
`tests/engine/test_parity_*.py`. They take fixtures of other sizes: `python benchmarks/parity_sizes.py FOLDER` makes
such a set, with Cuevox's own numbers, and runs them with it.

| module | output | tolerance | largest difference |
|---|---|---|---|
"""


def main(page: Path) -> int:
    """Run, write, and return pytest's exit code."""
    tests = sorted(str(path) for path in (ROOT / "tests" / "engine").glob("test_parity_*.py"))
    code = pytest.main(["-q", *tests])
    if not parity.MEASURED:
        print(f"nothing was measured; are there fixtures in {parity.FOLDER}?", file=sys.stderr)
        return code or 1
    largest: dict[tuple[str, str], parity.Measured] = {}
    for measured in parity.MEASURED:
        key = (measured.module, measured.output)
        if key not in largest or measured.difference > largest[key].difference:
            largest[key] = measured
    rows = [f"| {m.module} | {m.output} | {m.tolerance:.1g} | {m.difference:.1g} |\n" for m in largest.values()]
    head = HEAD.format(machine=platform.machine(), torch=torch.__version__.split("+")[0])
    page.write_text(head + "".join(rows), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE))
