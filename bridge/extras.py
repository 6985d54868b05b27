"""What Cuevox can do with packages that it does not install by itself: the optional groups of pyproject.toml."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

EXTRAS: Mapping[str, str] = {  # those for people; what the tests need is the tests' matter
    "exchange": "timelines for editors: OpenTimelineIO, Final Cut Pro 7 XML, AAF (drop target `exchange`)",
    "protools": "clips into the session that is open in Pro Tools (drop target `pro_tools`)",
    "full": "the official IndexTTS-2 model at full size (about 9 GB more: launcher.py model get)",
    "judge": "speech recognition for `launcher.py batch --asr`",
    "farm": "rendering on several machines (`launcher.py farm`)",
}


def advice(extra: str) -> str:
    """How to get a group, for the error of what lacks it."""
    return f"python3 launcher.py extras {extra}"


def tell(asked: Collection[str], installed: Collection[str], say: Callable[[str], None]) -> None:
    """What was installed, or when nothing was asked for, what there is to install."""
    if asked:
        say(f"{', '.join(sorted(asked))}: installed")
        return
    say("What can be added, with `launcher.py extras NAME...`:")
    width = max(map(len, EXTRAS))
    for name, what in EXTRAS.items():
        say(f"  {name:{width}}  {what}{' - installed' if name in installed else ''}")
