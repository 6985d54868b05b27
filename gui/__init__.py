"""The control panel. `gui.run(daemon)` shows it; `python -m gui.screenshots FOLDER` makes its pictures."""

from gui.application import run
from gui.one_panel import show_running

__all__ = ["run", "show_running"]
