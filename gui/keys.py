"""All keys and what they do, for the settings page. Where each is made true: main_window, table_actions, takes_view."""

KEYS = {
    "Ctrl+Return": "render the text",
    "Ctrl+P": "play the text at once",
    "Esc": "stop all sound",
    "Ctrl+L": "to the text",
    "Ctrl+F": "to the search",
    "Ctrl+T": "to the table of lines",
    "Ctrl+1 to 5": "lines, live, OSC, log, settings",
    "Return": "take the chosen line's text and wishes over (in the table)",
    "Ctrl+D": "the chosen lines into the project (in the table)",
    "Ctrl+Backspace": "cancel the chosen lines (in the table)",
    "Delete": "remove the chosen lines; their clips stay on the disk (in the table)",
    "Ctrl+Z, Ctrl+Shift+Z": "undo, redo what was added, duplicated, pasted, removed (in the table)",
    "Ctrl+Shift+D": "duplicate the chosen lines (in the table)",
    "Ctrl+C, Ctrl+V": "copy the chosen lines; paste lines or rows of a table (in the table)",
    "B": "compare the picked take and the chosen one at equal loudness (in the takes)",
    "+, -, 0, S": "zoom in, zoom out, all of the clip, spectrogram (in the takes)",
    "1 to 9": "play one of the first nine lines (on the live page)",
    "Space": "play the chosen line (in the table), stop all (on the live page)",
    "Arrows, Home": "move the emotion's point, neutral (on the pad)",
}
