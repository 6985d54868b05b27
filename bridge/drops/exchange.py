"""Drops into an exchange timeline: OpenTimelineIO, and beside it Final Cut Pro 7 XML and AAF, for editors and DAWs.

Such timelines count in whole frames. So each clip is copied beside the timeline with silence before and after it that
fills its first and last frame: it lies on whole frames, and its sound on the very sample. The .otio file is the one
that is read again; the other two are written anew from it.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from bridge.drops.base import (
    GAP_S,
    DropError,
    DropJob,
    DropReceipt,
    Probe,
    free_track,
    resample_position,
    stable_uuid,
)
from bridge.errors import BadArgumentError
from bridge.extras import advice
from bridge.files import keep_previous, safe_name
from bridge.ixml import Marker
from bridge.timeline import FrameRate, Position
from bridge.wav import read_info, write_wav

OURS = "cuevox"  # key of what we note on clips and timeline
FORMATS = {".xml": ("otio_fcp_adapter", "fcp_xml"), ".aaf": ("otio_aaf_adapter", "AAF")}  # package and adapter
MISSING = f"exchange timelines need OpenTimelineIO, which is not installed yet: {advice('exchange')}"


class Exchange:
    """The drop target `exchange`: PATH.otio, .xml and .aaf, and their sounds in the folder PATH."""

    name = "exchange"

    def __init__(self, path: Path, *, title: str = "Cuevox", frames_at: FrameRate) -> None:
        """`path`: of the .otio file."""
        self.path = path
        self.title = title
        self._frames_at = frames_at

    def probe(self) -> Probe:
        try:
            timeline = self._read(_otio())
        except DropError as error:
            return Probe(False, str(error))
        kinds = ", ".join([".otio", *_formats()])
        n_clips = len(list(timeline.find_clips()))
        return Probe(True, f"{self.path.stem} holds {n_clips} clips at {self._frames_at} frames a second, as {kinds}")

    def drop(self, job: DropJob) -> DropReceipt:
        return self.drop_all([job])[0]

    def drop_all(self, jobs: Sequence[DropJob]) -> list[DropReceipt]:
        """Like `drop` for each, with all files written once. All get in, or none."""
        otio = _otio()
        timeline = self._read(otio)
        new = [job for job in jobs if _find(timeline, job) is None]
        try:
            for job in new:
                self._add(otio, timeline, job)
            if new:
                self._write(otio, timeline)
        except BaseException:
            for job in new:  # no sounds without a timeline
                self._sound(job).unlink(missing_ok=True)
            raise
        timeline, copies = self._read(otio), self._copies(otio)
        return [self._receipt(timeline, copies, job) for job in jobs]

    def verify(self, job: DropJob) -> DropReceipt:
        otio = _otio()
        timeline = self._read(otio)
        return self._receipt(timeline, self._copies(otio) if self.path.exists() else {}, job)

    def _receipt(self, timeline: Any, copies: Mapping[Path, set[tuple[str, int, int]]], job: DropJob) -> DropReceipt:
        """Of a clip that lies in the timeline, and in the other formats too. Raises DropError."""
        found = _find(timeline, job)
        if found is None:
            raise DropError(f"{self.path} does not hold {job.title}; drop it first")
        track, clip = found
        note = clip.metadata[OURS]
        start = self._sample_of(_first_frame(clip), job.rate) + int(note["lead"])
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} in {self.path}, not where it was asked for")
        try:
            info = read_info(self._sound(job))
        except (OSError, BadArgumentError) as error:
            raise DropError(f"the sound of {job.title} is gone from {self.path.parent}: {error}") from error
        if info.n_samples != int(note["lead"]) + job.n_samples + int(note["tail"]):
            raise DropError(f"the sound of {job.title} beside {self.path} has another length; drop it again")
        for path, places in copies.items():
            if (clip.name, _first_frame(clip), _n_frames(clip)) not in places:
                raise DropError(
                    f"{path} does not hold {clip.name} at frame {_first_frame(clip)}; undo the drop and do it again"
                )
        read = ", ".join([self.path.name, *(path.name for path in copies)])
        text = f"read back from {read}: track {track.name}, frame {_first_frame(clip)}, smp:{start}@{job.rate}"
        return DropReceipt(self.name, track.name, Position(start, job.rate), job.n_samples, text)

    def undo(self, job: DropJob) -> None:
        otio = _otio()
        timeline = self._read(otio)
        found = _find(timeline, job)
        if found is None:
            raise DropError(f"{self.path} does not hold {job.title}; there is nothing to undo")
        track, gone = found
        clips = [(_first_frame(clip), clip) for clip in track.find_clips() if clip is not gone]
        _lay(otio, track, clips, self._fps)
        if not clips:
            timeline.tracks.remove(track)
        self._write(otio, timeline)
        self._sound(job).unlink(missing_ok=True)

    # ---- frames and samples -----------------------------------------------------------------------------------------

    @property
    def _fps(self) -> float:
        return float(self._frames_at.per_second)

    def _sample_of(self, frame: int, rate: int) -> int:
        """Where a frame begins, to the nearest sample."""
        exact = Fraction(frame * rate) / self._frames_at.per_second
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    def _frames_of(self, start: int, end: int, rate: int) -> tuple[int, int]:
        """The frames that hold all samples from start to end: the first one, and the one behind the last."""
        first = int(Fraction(start, rate) * self._frames_at.per_second)
        while self._sample_of(first, rate) > start:
            first -= 1
        last = int(Fraction(end, rate) * self._frames_at.per_second)
        while self._sample_of(last, rate) < end:
            last += 1
        return first, last

    # ---- the files --------------------------------------------------------------------------------------------------

    def _add(self, otio: Any, timeline: Any, job: DropJob) -> None:
        """The clip into the timeline, and its sound beside it."""
        spans = [
            (track.name, *(self._sample_of(_first_frame(clip) + n, job.rate) for n in (0, _n_frames(clip))))
            for track in timeline.audio_tracks()
            for clip in track.find_clips()
        ]
        if job.at is not None:
            start = resample_position(job.at.sample, job.at.rate, job.rate)
        else:
            start = max(end for *_, end in spans) + GAP_S * job.rate if spans else 0
        first, last = self._frames_of(start, start + job.n_samples, job.rate)
        edges = [self._sample_of(frame, job.rate) for frame in (first, last)]
        lead, tail = start - edges[0], edges[1] - start - job.n_samples
        self._write_sound(job, start - lead, lead, tail)
        character = job.character.strip() or self.title
        name = free_track(character, spans, *edges)
        track = next((track for track in timeline.audio_tracks() if track.name == name), None)
        if track is None:
            track = otio.schema.Track(name=name, kind=otio.schema.TrackKind.Audio)
            timeline.tracks.append(track)
        span = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, self._fps), otio.opentime.RationalTime(last - first, self._fps)
        )
        media = otio.schema.ExternalReference(target_url=self._sound(job).resolve().as_uri(), available_range=span)
        clip = otio.schema.Clip(name=job.title, media_reference=media, source_range=span)
        clip.metadata[OURS] = {"id": job.id, "lead": lead, "tail": tail, "rate": job.rate, "text": job.text}
        clips = [(_first_frame(each), each) for each in track.find_clips()]
        _lay(otio, track, [*clips, (first, clip)], self._fps)

    def _sound(self, job: DropJob) -> Path:
        name = f"{safe_name(job.id, fallback='clip')}-{stable_uuid('take', job.id).hex[:8]}.wav"
        return self.path.with_suffix("") / name

    def _write_sound(self, job: DropJob, stamp: int, lead: int, tail: int) -> None:
        try:
            info = read_info(job.clip)
            if (info.n_samples, info.rate) != (job.n_samples, job.rate):
                raise DropError(f"{job.clip} has {info.n_samples} samples at {info.rate}, not {job.n_samples}")
            audio, _ = soundfile.read(job.clip, dtype="float32")  # holds 24 bits whole
            markers = tuple(Marker(marker.sample + lead, marker.label) for marker in info.metadata.markers)
            metadata = replace(info.metadata, time_reference=stamp, markers=markers)
            write_wav(self._sound(job), np.pad(audio, (lead, tail)), info.rate, info.depth, metadata)
        except (OSError, soundfile.LibsndfileError, BadArgumentError) as error:
            raise DropError(f"the clip {job.clip} cannot be copied ({error}); render the line again") from error

    def _read(self, otio: Any) -> Any:
        """Our timeline, or a new one."""
        if not self.path.exists():
            timeline = otio.schema.Timeline(name=self.title)
            timeline.global_start_time = otio.opentime.RationalTime(0, self._fps)
            timeline.metadata[OURS] = {"frames": str(self._frames_at)}
            return timeline
        try:
            timeline = otio.adapters.read_from_file(str(self.path), adapter_name="otio_json")
            note = timeline.metadata.get(OURS)
        except Exception as error:  # its readers raise all kinds
            raise DropError(f"{self.path} is damaged ({error}); nothing was written to it - move it away") from error
        if note is None:
            raise DropError(f"{self.path} was saved by another program; move it away, so that it stays as it is")
        if note["frames"] != str(self._frames_at):
            raise DropError(
                f"{self.path} counts {note['frames']} frames a second and the setting exchange_frames is "
                f"{self._frames_at}; set it back, or move the file away"
            )
        return timeline

    def _write(self, otio: Any, timeline: Any) -> None:
        """All files are made aside first, so that none is changed when one of them cannot be made."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with tempfile.TemporaryDirectory(dir=self.path.parent, prefix=".cuevox-") as aside:
                made = Path(aside) / self.path.name
                otio.adapters.write_to_file(timeline, str(made), adapter_name="otio_json")
                if list(timeline.find_clips()):  # a timeline with nothing on it is none to these
                    for suffix in _formats():
                        options = {"use_empty_mob_ids": True} if suffix == ".aaf" else {}
                        otio.adapters.write_to_file(
                            timeline, str(made.with_suffix(suffix)), adapter_name=FORMATS[suffix][1], **options
                        )
                keep_previous(self.path)
                for suffix in (".otio", *_formats()):
                    if made.with_suffix(suffix).exists():
                        os.replace(made.with_suffix(suffix), self.path.with_suffix(suffix))
                    else:
                        self.path.with_suffix(suffix).unlink(missing_ok=True)
        except Exception as error:  # the adapters raise all kinds
            raise DropError(f"{self.path} cannot be written: {error or type(error).__name__}") from error

    def _copies(self, otio: Any) -> dict[Path, set[tuple[str, int, int]]]:
        """What the other formats hold: name, first frame and frames of each clip. Raises DropError."""
        copies = {}
        for suffix in _formats():
            path = self.path.with_suffix(suffix)
            try:
                timeline = otio.adapters.read_from_file(str(path), adapter_name=FORMATS[suffix][1])
                clips = [clip for track in timeline.audio_tracks() for clip in track.find_clips()]
                copies[path] = {(clip.name, *_place_in(clip, self._fps)) for clip in clips}
            except Exception as error:  # the adapters raise all kinds
                raise DropError(f"{path} cannot be read back: {error or type(error).__name__}") from error
        return copies


def _otio() -> Any:
    if importlib.util.find_spec("opentimelineio") is None:
        raise DropError(MISSING)
    import opentimelineio

    return opentimelineio


def _formats() -> list[str]:
    """The formats beside .otio whose adapters are installed."""
    return [suffix for suffix, (package, _) in FORMATS.items() if importlib.util.find_spec(package) is not None]


def _find(timeline: Any, job: DropJob) -> tuple[Any, Any] | None:
    """The job's track and clip."""
    for track in timeline.audio_tracks():
        for clip in track.find_clips():
            if clip.metadata.get(OURS, {}).get("id") == job.id:
                return track, clip
    return None


def _place_in(clip: Any, fps: float) -> tuple[int, int]:
    span = clip.range_in_parent()
    return round(span.start_time.rescaled_to(fps).value), round(span.duration.rescaled_to(fps).value)


def _first_frame(clip: Any) -> int:
    return round(clip.range_in_parent().start_time.value)


def _n_frames(clip: Any) -> int:
    return round(clip.source_range.duration.value)


def _lay(otio: Any, track: Any, clips: list[tuple[int, Any]], fps: float) -> None:
    """The track anew: the clips at their first frames, with gaps between."""
    time, span = otio.opentime.RationalTime, otio.opentime.TimeRange
    del track[:]
    end = 0
    for first, clip in sorted(clips, key=lambda each: each[0]):
        if first > end:
            track.append(otio.schema.Gap(source_range=span(time(0, fps), time(first - end, fps))))
        track.append(clip)
        end = first + _n_frames(clip)
