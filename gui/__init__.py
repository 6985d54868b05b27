"""The control panel. `gui.run(daemon)` shows it; `python -m gui.screenshots FOLDER` makes its pictures."""

from gui.application import run

__all__ = ["run"]
