"""Where the program's log goes: everything into a file, what went wrong also to the terminal, in one line."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000  # then a new file is begun, and one old one is kept


class OneLine(logging.Formatter):
    """For people: the message and what caused it. The traceback is in the file."""

    def format(self, record: logging.LogRecord) -> str:
        cause = record.exc_info[1] if record.exc_info else None
        return f"cuevox: {record.getMessage()}{f': {cause}' if cause is not None else ''}"


def log_to(path: Path) -> None:
    """Send the log of the whole process there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    to_file = RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    to_terminal = logging.StreamHandler()
    to_terminal.setLevel(logging.WARNING)
    to_terminal.setFormatter(OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[to_file, to_terminal])
