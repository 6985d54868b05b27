"""A line's best take into its files: the clip, how it was made, subtitles and visemes - all of them or none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from bridge.batch.judge import Judged
from bridge.batch.options import BatchOptions
from bridge.batch.state import FOLDER
from bridge.batch.visemes import viseme_track
from bridge.batch.work import Work
from bridge.files import resolve_inside, write_atomic
from bridge.finishing import Finished, finished
from bridge.sheets.subtitles import subtitle_text
from bridge.take_store import DiskError, Provenance, TakeStore
from engine.types import Plan

ALTERNATES = "alternates"  # folder beside the clips, of the takes that were not the best
PAUSE_S = 0.35  # between two words, after which a subtitle goes on as a new one
MOST_CHARACTERS = 84  # of a subtitle: two lines of 42


class ClipWriter:
    """Writes into a folder of its own first, then moves: a clip that is there is always whole."""

    def __init__(self, options: BatchOptions) -> None:
        self._options = options
        self._new = options.out / FOLDER / "new"

    def write(self, work: Work, chosen: Judged, others: Sequence[Judged], model_id: str) -> tuple[Path, Finished]:
        """-> the clip and what is in it. Raises DiskError, RefusedError, BadArgumentError."""
        for take in others if self._options.keep_takes else ():
            name = work.clip.with_name(f"{work.clip.stem}_t{take.n:02}.wav")
            self._write(work, take, PurePosixPath(ALTERNATES) / name, model_id)
        return self._write(work, chosen, work.clip, model_id)

    def _write(self, work: Work, take: Judged, place: PurePosixPath, model_id: str) -> tuple[Path, Finished]:
        options, spoken = self._options, take.spoken
        assert spoken.plan is not None and spoken.audio is not None
        clip = finished(work.cue, spoken.plan, spoken.audio, options.finish)
        made = Provenance(
            work.take_id(take.n),
            take.seed,
            model_id,
            work.timbre.name,
            spoken.timbre_sha256,
            spoken.emotion,
            spoken.emotion_sha256,
            work.timbre.consent,
            numbers=(work.number, take.n),
        )
        try:
            shutil.rmtree(self._new, ignore_errors=True)
            store = TakeStore(self._new, depth=options.depth, project=options.project, name="clip")
            path = store.write(work.cue, clip.plan, clip.audio, made, handles=(clip.lead, clip.tail))
            path = path.rename(self._new / "clip.wav")
            sidecars = _beside(work, clip.plan, options)
            for suffix, data in sidecars.items():
                write_atomic(path.with_suffix(suffix), data)
            target = resolve_inside(options.out, str(place))
            target.parent.mkdir(parents=True, exist_ok=True)
            for suffix in (".json", *sidecars, ".wav"):  # the clip last: where it is, all is
                source = path.with_suffix(suffix)
                os.replace(source, target.with_suffix(suffix))
        except OSError as error:
            raise DiskError(
                f"the clip of {work.cue.id!r} cannot be written to {options.out} ({error.strerror or error}); look for "
                "space on the disk and for its rights, then start again"
            ) from error
        return target, clip


def _beside(work: Work, plan: Plan, options: BatchOptions) -> dict[str, bytes]:
    """Suffix -> content of the files beside the clip."""
    files = {}
    if options.subtitles and plan.words:
        cues = [(start, end, "", text) for start, end, text in captions(plan)]
        files[".srt"] = subtitle_text(cues, "srt").encode()
    if options.visemes and plan.phonemes:
        track = viseme_track(plan.phonemes, plan.n_samples / plan.rate)
        words = [{"word": w.word, "start_s": round(w.start_s, 4), "end_s": round(w.end_s, 4)} for w in plan.words]
        content = {"line": work.cue.id, **track, "words": words}
        files[".visemes.json"] = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def captions(plan: Plan) -> list[tuple[float, float, str]]:
    """(start_s, end_s, text): words up to the next pause, as many as can be read at once."""
    found: list[tuple[float, float, str]] = []
    for word in plan.words:
        if found:
            start_s, end_s, text = found[-1]
            longer = f"{text} {word.word}"
            if word.start_s - end_s < PAUSE_S and len(longer) <= MOST_CHARACTERS:
                found[-1] = start_s, max(end_s, word.end_s), longer
                continue
        found.append((word.start_s, word.end_s, word.word))
    return found
