"""Drops into the project that is open in Audacity 3, by its scripting pipe.

Audacity tells places with six digits, and its clips bear no id. So each drop gets a label over its length, on a label
track of our own, that holds id and exact place; a clip is found again by its label.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bridge.drops.audacity_pipe import AudacityPipe
from bridge.drops.base import (
    GAP_S,
    DropError,
    DropJob,
    DropReceipt,
    Probe,
    check_clip,
    free_track,
    resample_position,
    seconds_text,
)
from bridge.timeline import Position

LABELS = "Cuevox"  # name of the label track
DIGITS = 6  # of the numbers in Audacity's lists

_LABEL = re.compile(r"(.+) smp:(\d+)@(\d+)")


@dataclass(frozen=True)
class _Clip:
    track: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class _Project:
    """What Audacity has open, as its lists tell it."""

    tracks: tuple[tuple[str, str], ...]  # name and kind
    clips: tuple[_Clip, ...]
    labels: tuple[str, ...]  # all, in the order in which they are numbered

    def track(self, name: str, kind: str) -> int | None:
        return next((i for i, track in enumerate(self.tracks) if track == (name, kind)), None)


class Audacity:
    """The drop target `audacity`."""

    name = "audacity"

    def __init__(self, connect: Callable[[], AudacityPipe] = AudacityPipe) -> None:
        self._connect = connect

    def probe(self) -> Probe:
        try:
            with self._connect() as pipe:
                project = _look(pipe)
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"Audacity has a project with {len(project.tracks)} tracks open")

    def drop(self, job: DropJob) -> DropReceipt:
        """The clip on its character's track. What Audacity shows of it is read back."""
        check_clip(job)  # a file that it cannot read would leave Audacity with a dialogue
        with self._connect() as pipe:
            project = _look(pipe)
            if _label_of(project, job) is None:
                self._add(pipe, project, job)
            return self._read_back(_look(pipe), job)

    def verify(self, job: DropJob) -> DropReceipt:
        with self._connect() as pipe:
            return self._read_back(_look(pipe), job)

    def undo(self, job: DropJob) -> None:
        with self._connect() as pipe:
            project = _look(pipe)
            receipt = self._read_back(project, job)
            tracks = [project.track(receipt.track, "wave"), project.track(LABELS, "label")]
            _select(pipe, [track for track in tracks if track is not None], receipt.where.sample, job)
            pipe.do("SplitDelete")
            if _label_of(_look(pipe), job) is not None:
                raise DropError(f"Audacity did not take {job.title} out; look at its window")

    def _add(self, pipe: AudacityPipe, project: _Project, job: DropJob) -> None:
        start = _start(project, job)
        spans = [
            (project.tracks[clip.track][0], round(clip.start_s * job.rate), round(clip.end_s * job.rate))
            for clip in project.clips
        ]
        slack = _slack_samples(start + job.n_samples, job.rate)
        name = free_track(_one_line(job.character) or LABELS, spans, start - slack, start + job.n_samples + slack)
        new, there = len(project.tracks), project.track(name, "wave")
        pipe.do("Import2", Filename=str(job.clip.resolve()))
        pipe.do("SelectTracks", Track=new, TrackCount=1, Mode="Set")
        if there is None:
            pipe.do("SetClip", At=0, Start=seconds_text(start, job.rate), Name=job.title)
            pipe.do("SetTrackStatus", Track=new, Name=name)
        else:
            pipe.do("SetClip", At=0, Name=job.title)
            pipe.do("SelTrackStartToEnd")
            pipe.do("Cut")
            pipe.do("RemoveTracks")
            _select(pipe, [there], start, job, end=start)
            pipe.do("Paste")
        labels = _look(pipe).track(LABELS, "label")
        if labels is None:
            pipe.do("NewLabelTrack")
            labels = next(i for i, (_, kind) in reversed(list(enumerate(_look(pipe).tracks))) if kind == "label")
            pipe.do("SelectTracks", Track=labels, TrackCount=1, Mode="Set")
            pipe.do("SetTrackStatus", Track=labels, Name=LABELS)
        _select(pipe, [labels], start, job)
        pipe.do("AddLabel")
        added = next((i for i, text in enumerate(_look(pipe).labels) if not text), None)
        if added is None:
            raise DropError(f"{job.title} is in Audacity but could not be labelled; take it out with Ctrl+Z")
        pipe.do("SetLabel", Label=added, Text=f"{_one_line(job.id)} smp:{start}@{job.rate}", Selected=0)

    def _read_back(self, project: _Project, job: DropJob) -> DropReceipt:
        start = _label_of(project, job)
        if start is None:
            raise DropError(f"{job.title} is not in the project that Audacity has open; drop it first")
        if job.at is not None and start != resample_position(job.at.sample, job.at.rate, job.rate):
            raise DropError(f"{job.title} lies at sample {start} in Audacity, not where it was asked for")
        end = start + job.n_samples
        for clip in project.clips:
            if _is_near(clip.start_s, start, job.rate) and _is_near(clip.end_s, end, job.rate):
                track = project.tracks[clip.track][0]
                if _is_of(track, _one_line(job.character) or LABELS):
                    shown = f"track {track}, {clip.start_s:g} to {clip.end_s:g} s, as far as Audacity shows it"
                    return DropReceipt(
                        self.name, track, Position(start, job.rate), job.n_samples, f"read back from Audacity: {shown}"
                    )
        raise DropError(f"{job.title} has its label in Audacity, but no clip lies there; it was moved or cut")


def _look(pipe: AudacityPipe) -> _Project:
    try:
        return _Project(
            tuple((track["name"], track["kind"]) for track in pipe.info("Tracks")),
            tuple(_Clip(clip["track"], clip["start"], clip["end"]) for clip in pipe.info("Clips")),
            tuple(label[2] for _, labels in pipe.info("Labels") for label in labels),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DropError(f"Audacity's lists cannot be read ({error!r}); Cuevox knows those of Audacity 3") from error


def _label_of(project: _Project, job: DropJob) -> int | None:
    """The sample that the job's label names."""
    for text in project.labels:
        found = _LABEL.fullmatch(text)
        if found is not None and found[1] == _one_line(job.id) and int(found[3]) == job.rate:
            return int(found[2])
    return None


def _start(project: _Project, job: DropJob) -> int:
    if job.at is not None:
        return resample_position(job.at.sample, job.at.rate, job.rate)
    ends = [
        round(clip.end_s * job.rate) + _slack_samples(round(clip.end_s * job.rate), job.rate) for clip in project.clips
    ]
    return max(ends) + GAP_S * job.rate if ends else 0


def _select(pipe: AudacityPipe, tracks: list[int], start: int, job: DropJob, end: int | None = None) -> None:
    for i, track in enumerate(tracks):
        pipe.do("SelectTracks", Track=track, TrackCount=1, Mode="Add" if i else "Set")
    end = start + job.n_samples if end is None else end
    pipe.do(
        "SelectTime",
        Start=seconds_text(start, job.rate),
        End=seconds_text(end, job.rate),
        RelativeTo="ProjectStart",
    )


def _is_near(shown_s: float, sample: int, rate: int) -> bool:
    return abs(shown_s * rate - sample) <= _slack_samples(sample, rate)


def _slack_samples(sample: int, rate: int) -> int:
    """How far Audacity's six digits may be off at this place; at least one sample."""
    whole_digits = len(str(max(1, sample // rate)))
    return 1 + round(rate * 10.0 ** (whole_digits - DIGITS) / 2)


def _is_of(track: str, character: str) -> bool:
    return track == character or re.fullmatch(rf"{re.escape(character)} \d+", track) is not None


def _one_line(text: str) -> str:
    """As it comes back from Audacity: what its quoting cannot hold is already replaced."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text).replace('"', "'").replace("\\", "/").strip()
