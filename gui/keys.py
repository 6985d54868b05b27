"""All keys and what they do, for the help page. A test walks the window for keys that are not here."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class KeyGroup:
    """The keys that work in one place: (keys, what they do)."""

    where: str
    keys: tuple[tuple[str, str], ...]


KEYS = (
    KeyGroup(
        QT_TRANSLATE_NOOP("keys", "Anywhere"),
        (
            ("Ctrl+Return", QT_TRANSLATE_NOOP("keys", "render the text")),
            ("Ctrl+P", QT_TRANSLATE_NOOP("keys", "play the text at once")),
            ("Esc", QT_TRANSLATE_NOOP("keys", "stop all sound")),
            ("Ctrl+L", QT_TRANSLATE_NOOP("keys", "to the text")),
            ("Ctrl+F", QT_TRANSLATE_NOOP("keys", "to the search")),
            ("Ctrl+T", QT_TRANSLATE_NOOP("keys", "to the table of lines")),
            ("Ctrl+1 ... Ctrl+7", QT_TRANSLATE_NOOP("keys", "lines, voices, live, OSC, log, settings, help")),
            ("F1", QT_TRANSLATE_NOOP("keys", "this page")),
            ("Ctrl+Q", QT_TRANSLATE_NOOP("keys", "close the window; into the tray where the settings say so")),
            ("Tab, Shift+Tab", QT_TRANSLATE_NOOP("keys", "to the next control, to the one before")),
        ),
    ),
    KeyGroup(
        QT_TRANSLATE_NOOP("keys", "In the table of lines"),
        (
            ("Space", QT_TRANSLATE_NOOP("keys", "play the line")),
            ("Return", QT_TRANSLATE_NOOP("keys", "take its text and wishes over into the fields below")),
            ("Ctrl+E, F2", QT_TRANSLATE_NOOP("keys", "change the chosen lines: words, character, timbre, length...")),
            ("Ctrl+R", QT_TRANSLATE_NOOP("keys", "a new take of each chosen line")),
            ("Ctrl+D", QT_TRANSLATE_NOOP("keys", "the chosen lines into the project")),
            ("Ctrl+Backspace", QT_TRANSLATE_NOOP("keys", "cancel the chosen lines")),
            ("Delete", QT_TRANSLATE_NOOP("keys", "remove the chosen lines; their clips stay on the disk")),
            ("Ctrl+Z, Ctrl+Shift+Z", QT_TRANSLATE_NOOP("keys", "undo; redo")),
            ("Ctrl+Shift+D", QT_TRANSLATE_NOOP("keys", "duplicate the chosen lines")),
            ("Ctrl+C, Ctrl+V", QT_TRANSLATE_NOOP("keys", "copy the chosen lines; paste lines or rows of a table")),
            ("Ctrl+O, Ctrl+S", QT_TRANSLATE_NOOP("keys", "open a line sheet; save the lines that are shown as one")),
            ("Ctrl+A", QT_TRANSLATE_NOOP("keys", "choose all that are shown")),
            ("Shift+F10", QT_TRANSLATE_NOOP("keys", "all that can be done, as a menu")),
        ),
    ),
    KeyGroup(
        QT_TRANSLATE_NOOP("keys", "In the takes"),
        (
            ("Space, Return", QT_TRANSLATE_NOOP("keys", "play the take")),
            ("B", QT_TRANSLATE_NOOP("keys", "compare the picked take and the chosen one at equal loudness")),
            ("+, -, 0", QT_TRANSLATE_NOOP("keys", "zoom in, zoom out, all of the clip")),
            ("S", QT_TRANSLATE_NOOP("keys", "spectrogram")),
        ),
    ),
    KeyGroup(
        QT_TRANSLATE_NOOP("keys", "On the live page"),
        (
            ("1 ... 9", QT_TRANSLATE_NOOP("keys", "play one of the first nine lines")),
            ("Space", QT_TRANSLATE_NOOP("keys", "stop all sound, while Stop all has the focus as at first")),
        ),
    ),
    KeyGroup(
        QT_TRANSLATE_NOOP("keys", "On the pad of emotions"),
        (("Left, Right, Up, Down, Home", QT_TRANSLATE_NOOP("keys", "move the point; neutral")),),
    ),
)
