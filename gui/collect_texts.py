"""Brings translations/*.ts up to the texts of the code: `python -m gui.collect_texts`. What is new waits there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from gui.translation import ENGLISH, FOLDER, GERMAN


def collect(file: Path, *, plurals: bool = False) -> None:
    """Bring a .ts file up to the texts of the code. plurals: only those that have several forms."""
    main = "import sys; from PyQt6.lupdate.pylupdate import main; sys.exit(main())"
    sources = [str(path) for path in sorted(Path(__file__).parent.glob("*.py"))]
    command = [sys.executable, "-c", main, *sources, "--ts", str(file), "--no-obsolete"]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=100)
    tree = ElementTree.parse(file)
    for context in list(tree.iter("context")):
        for message in list(context.iter("message")):
            for place in list(message.iter("location")):  # line numbers would change with every line of code
                message.remove(place)
            if plurals and message.get("numerus") != "yes":
                context.remove(message)
        if context.find("message") is None:
            tree.getroot().remove(context)
    ElementTree.indent(tree)
    file.write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
        + ElementTree.tostring(tree.getroot(), "unicode")
        + "\n",
        "utf-8",
    )


if __name__ == "__main__":
    for language in (ENGLISH, GERMAN):
        collect(FOLDER / f"cuevox_{language}.ts", plurals=language == ENGLISH)
