"""The control panel. `gui.run(daemon)` shows it; `gui.screenshots.save(folder)` makes its pictures."""

from gui import screenshots
from gui.application import run

__all__ = ["run", "screenshots"]
