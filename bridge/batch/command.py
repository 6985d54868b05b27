"""`launcher.py batch`: what its arguments (bridge.batch.arguments) ask for, done."""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bridge.batch import diff
from bridge.batch.job import LineRenderer
from bridge.batch.judge import Listener
from bridge.batch.options import BatchOptions
from bridge.batch.report import Report, write_report
from bridge.batch.run import Batch, Progress
from bridge.batch.state import BatchState, made_in
from bridge.batch.work import WorkPlanner
from bridge.cue import Finish
from bridge.errors import BadArgumentError
from bridge.preset_store import PresetStore
from bridge.pronunciation_file import PronunciationFile
from bridge.settings import Settings
from bridge.sheets import ReadOptions, TimeFormat, check_sheet, read_sheet, told
from bridge.timeline import parse_frame_rate

TELL_S = 1.0  # between two lines of progress


def run(
    options: argparse.Namespace,
    settings: Settings,
    model: str,
    renderer: LineRenderer,
    say: Callable[[str], None],
) -> int:
    """-> the exit status: 0 when every line has its clip. Raises BridgeError, EngineError, OSError.

    model: a mark of what renders, see work.model_mark.
    """
    batch_options = options_of(options, settings)
    presets = PresetStore(settings.presets_folder, settings.inbox_folder)
    sheet = read_sheet(Path(options.sheet), read_options_of(options, settings))
    problems = [*sheet.problems, *check_sheet(sheet, presets)]
    wrong = {problem.row for problem in problems if problem.is_error}
    planner = WorkPlanner(presets, batch_options, model, PronunciationFile(settings.data_folder).read())
    works = planner.plan(sheet.lines, left_out=wrong)
    ids = {line.cue.id for line in sheet.lines}
    problems += planner.problems
    if problems:
        say(told(problems))
    if not works:
        say("There is no line that can be rendered.")
        return 1
    if options.dry_run:
        say(diff.told(diff.compare(works, made_in(batch_options.out), batch_options.out, ids)))
        return 1 if any(problem.is_error for problem in problems) else 0
    n_errors = sum(1 for problem in problems if problem.is_error)
    listener = _listener(options)
    with BatchState(batch_options.out) as state:
        changes = diff.compare(works, state.made(), batch_options.out, ids)
        say(diff.told(changes))
        stale = {each.line_id for each in changes if each.kind in (diff.ChangeKind.NEW, diff.ChangeKind.CHANGED)}
        began_s = time.monotonic()
        cancelled = threading.Event()
        batch = Batch(batch_options, renderer, state, listener=listener)
        try:
            with _Stopping(cancelled, say):
                results = batch.run([work for work in works if work.cue.id in stale], cancelled, _teller(say))
        except KeyboardInterrupt:
            say("Stopped at once; the same command goes on from here.")
            return 1
        report = Report(
            options.sheet,
            renderer.model_id if results else "",
            changes,
            results,
            state.made(),
            tuple(problems),
            time.monotonic() - began_s,
            cancelled.is_set(),
        )
    say(write_report(report, batch_options.out))
    if report.n_left:
        say("Stopped; the same command goes on from here.")
    return 1 if n_errors or report.n_failed or report.n_left else 0


def options_of(options: argparse.Namespace, settings: Settings) -> BatchOptions:
    """Raises BadArgumentError."""
    if not 1 <= options.takes <= 16:
        raise BadArgumentError(f"--takes is {options.takes}; it has to be 1 to 16")
    lufs = None if options.lufs.lower() in ("off", "none", "") else _number("--lufs", options.lufs, -60, -5)
    finish = Finish(lufs, options.peak, options.trim, _pair("--fades", options), _pair("--handles", options))
    return BatchOptions(
        Path(options.out).absolute(),
        settings.rate,
        settings.depth,
        settings.project,
        options.name,
        finish,
        options.takes,
        options.keep_takes,
        subtitles=not options.no_subtitles,
        visemes=not options.no_visemes,
        guides=Path(options.guides) if options.guides else None,
        guide_emotion=options.guide_emotion,
    )


def read_options_of(options: argparse.Namespace, settings: Settings) -> ReadOptions:
    """Raises BadArgumentError."""
    frames_at = parse_frame_rate(options.fps) if options.fps else None
    return ReadOptions(
        TimeFormat(settings.rate, frames_at, settings.tempo),
        _named("--column", options.column, "text=HEADING"),
        _named("--cast", options.cast, "Guard=Brand"),
        options.timbre,
        options.worksheet,
        options.encoding,
        direction_as_emotion=options.direction_as_emotion,
    )


class _Stopping:
    """While it is entered, Ctrl+C asks the batch to end after the lines that are being made; twice ends it at once."""

    def __init__(self, cancelled: threading.Event, say: Callable[[str], None]) -> None:
        self._cancelled, self._say = cancelled, say

    def __enter__(self) -> None:
        self._on_main = threading.current_thread() is threading.main_thread()
        if self._on_main:
            self._before = signal.signal(signal.SIGINT, self._asked)

    def __exit__(self, *exc_info: object) -> None:
        if self._on_main:
            signal.signal(signal.SIGINT, self._before)

    def _asked(self, *_: object) -> None:
        if self._cancelled.is_set():
            raise KeyboardInterrupt
        self._cancelled.set()
        self._say("stopping...")


def _teller(say: Callable[[str], None]) -> Callable[[Progress], None]:
    last_s = float("-inf")

    def tell(progress: Progress) -> None:
        nonlocal last_s
        now_s = time.monotonic()
        if progress.error:
            say(f"failed: {progress.line_id}: {progress.error}")
        if now_s - last_s >= TELL_S or progress.n_done == progress.n_lines:
            last_s = now_s
            left = "" if progress.left_s is None else f", {_duration(progress.left_s)} left"
            say(f"[{progress.n_done}/{progress.n_lines}] {progress.line_id}{left}")

    return tell


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _listener(options: argparse.Namespace) -> Listener | None:
    if not options.asr:
        return None
    from bridge.batch.listener import WhisperListener

    return WhisperListener(Path(options.asr))


def _number(name: str, text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadArgumentError(f"{name} is {text[:40]!r}; it has to be a number from {least:g} to {most:g}")
    return value


def _pair(name: str, options: argparse.Namespace) -> tuple[int, int]:
    text = getattr(options, name.removeprefix("--"))
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() and int(part) <= 10_000 for part in parts):
        raise BadArgumentError(f"{name} is {text[:40]!r}; write two numbers of milliseconds, 0 to 10000, such as 5,20")
    return int(parts[0]), int(parts[1])


def _named(name: str, pairs: list[str], example: str) -> dict[str, str]:
    named = {}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not key or not equals or not value:
            raise BadArgumentError(f"{name} {pair[:80]!r} is no pair; write {name} {example}")
        named[key] = value
    return named
