"""Drops into the session that is open in Pro Tools, by its scripting interface (PTSL, bridge.drops.ptsl).

Pro Tools 2025.06 and newer. A clip is known again by its name and its place: Pro Tools names it after its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.drops.base import GAP_S, DropError, DropJob, DropReceipt, Probe, check_clip, free_track, resample_position
from bridge.drops.ptsl import CommandId, ProTools
from bridge.timeline import Position

SAMPLES = "TLType_Samples"  # how places are told: counted from the start of the session


@dataclass(frozen=True)
class _Clip:
    track: str
    name: str
    start: int
    end: int


@dataclass(frozen=True)
class _Session:
    name: str
    rate: int
    tracks: tuple[str, ...]  # those of sound
    clips: tuple[_Clip, ...]  # on the main playlist of each


class ProToolsLive:
    """The drop target `pro_tools`."""

    name = "pro_tools"

    def __init__(self, port: int, *, connect: Callable[[int], ProTools] = ProTools) -> None:
        self.port = port
        self._connect = connect

    def probe(self) -> Probe:
        try:
            with self._connect(self.port) as pro_tools:
                name, rate = _named(pro_tools)
        except DropError as error:
            return Probe(False, str(error))
        return Probe(True, f"Pro Tools has the session {name!r} open, at {rate} Hz")

    def drop(self, job: DropJob) -> DropReceipt:
        """The clip on its character's track, copied into the session's own audio files, and read back."""
        check_clip(job)
        with self._connect(self.port) as pro_tools:
            session = _look(pro_tools)
            if session.rate != job.rate:
                raise DropError(
                    f"the session {session.name!r} runs at {session.rate} Hz and {job.title} at {job.rate}; render it "
                    f"at the session's rate (rate in the settings), since a converted clip has another length"
                )
            if _find(session, job) is None:
                self._add(pro_tools, session, job)
                session = _look(pro_tools)
            return self._receipt(session, job)

    def verify(self, job: DropJob) -> DropReceipt:
        with self._connect(self.port) as pro_tools:
            return self._receipt(_look(pro_tools), job)

    def undo(self, job: DropJob) -> None:
        """Clears the clip off its track; its file stays in the session's clip list."""
        with self._connect(self.port) as pro_tools:
            before = _look(pro_tools)
            clip = _find(before, job)
            if clip is None:
                raise _not_there(before, job)
            selected = {"track_names": [clip.track], "selection_mode": "SMode_Replace"}
            pro_tools.ask(CommandId.SELECT_TRACKS_BY_NAME, selected)
            span = {"in_time": str(clip.start), "out_time": str(clip.end), "location_type": SAMPLES}
            pro_tools.ask(CommandId.SET_TIMELINE_SELECTION, span)
            pro_tools.ask(CommandId.CLEAR)
            after = _look(pro_tools)
            if set(after.clips) != set(before.clips) - {clip}:
                pro_tools.ask(CommandId.UNDO, {"levels": 1})
                raise DropError(
                    f"clearing {job.title} changed something else in Pro Tools as well, so it was undone; switch "
                    "'Link Track and Edit Selection' on and leave edit groups, or take the clip out by hand"
                )

    def _add(self, pro_tools: ProTools, session: _Session, job: DropJob) -> None:
        start = _start(session, job)
        spans = [(clip.track, clip.start, clip.end) for clip in session.clips]
        track = free_track(_track_name(job), spans, start, start + job.n_samples)
        if track not in session.tracks:
            wanted = {
                "number_of_tracks": 1,
                "track_name": track,
                "track_format": "TFormat_Mono",
                "track_type": "TType_Audio",
                "track_timebase": "TTimebase_Samples",
            }
            pro_tools.ask(CommandId.CREATE_NEW_TRACKS, wanted)
        wanted = {"file_list": [str(job.clip.resolve())], "audio_operations": "AOperations_CopyAudio"}
        imported = pro_tools.ask(CommandId.IMPORT_AUDIO_TO_CLIP_LIST, wanted)
        spot = {
            "src_clips": _imported_clips(imported, job),
            "dst_track_name": track,
            "dst_location_data": {
                "location_type": "SLType_Start",
                "location": {"location": str(start), "time_type": SAMPLES},
            },
        }
        pro_tools.ask(CommandId.SPOT_CLIPS_BY_ID, spot)

    def _receipt(self, session: _Session, job: DropJob) -> DropReceipt:
        clip = _find(session, job)
        if clip is None:
            raise _not_there(session, job)
        if clip.end - clip.start != job.n_samples:
            raise DropError(f"{job.title} is {clip.end - clip.start} samples long in Pro Tools, not {job.n_samples}")
        text = f"read back from Pro Tools: track {clip.track}, samples {clip.start} to {clip.end}"
        return DropReceipt(self.name, clip.track, Position(clip.start, session.rate), job.n_samples, text)


def _named(pro_tools: ProTools) -> tuple[str, int]:
    """The session's name and rate."""
    name = str(pro_tools.ask(CommandId.GET_SESSION_NAME).get("session_name", ""))
    told = str(pro_tools.ask(CommandId.GET_SESSION_SAMPLE_RATE).get("sample_rate", ""))
    digits = re.search(r"\d+", told)  # as a number, or as the name SR_48000 or SRate_48000
    if digits is None:
        raise DropError(f"Pro Tools tells no sample rate but {told!r}; open a session")
    return name, int(digits[0])


def _look(pro_tools: ProTools) -> _Session:
    name, rate = _named(pro_tools)
    try:
        tracks = [
            str(track["name"])
            for track in pro_tools.ask_all(CommandId.GET_TRACK_LIST, {}, "track_list")
            if str(track.get("type")) in ("TType_Audio", "TT_Audio", "AudioTrack", "2")
        ]
        names = {
            clip["clip_id"]: str(clip.get("clip_root_name") or clip.get("clip_full_name", ""))
            for clip in pro_tools.ask_all(CommandId.GET_CLIP_LIST, {}, "clips")
        }
        clips = [clip for track in tracks for clip in _clips_on(pro_tools, track, names)]
    except (KeyError, TypeError, ValueError) as error:
        raise DropError(f"Pro Tools' lists cannot be read ({error!r}); Cuevox knows those of 2025.06") from error
    return _Session(name, rate, tuple(tracks), tuple(clips))


def _clips_on(pro_tools: ProTools, track: str, names: dict[str, str]) -> list[_Clip]:
    playlists = pro_tools.ask_all(CommandId.GET_TRACK_PLAYLISTS, {"track_name": track}, "playlists")
    main = next((each for each in playlists if each.get("is_target")), None)
    if main is None:
        return []
    wanted = {"playlist_id": main["playlist_id"], "time_format": SAMPLES}
    elements = pro_tools.ask_all(CommandId.GET_PLAYLIST_ELEMENTS, wanted, "elements_list")
    return [
        _Clip(track, names.get(clip_id, ""), int(each["start_time"]["location"]), int(each["end_time"]["location"]))
        for each in elements
        if (clip_id := _clip_id(each.get("channel_clips", ())))
    ]


def _clip_id(channels: Sequence[dict[str, Any]]) -> str:
    """Of the first channel; empty for a gap."""
    return str(channels[0].get("clip_id", "")) if channels and not channels[0].get("is_null") else ""


def _imported_clips(imported: dict[str, Any], job: DropJob) -> list[str]:
    failures = [str(each.get("failure_message", "")) for each in imported.get("failure_list", ())]
    try:
        (entry,) = imported["file_list"]
        return [str(clip) for file in entry["destination_file_list"] for clip in file["clip_id_list"]]
    except (KeyError, TypeError, ValueError) as error:
        why = "; ".join(filter(None, failures)) or "no clip came of it"
        raise DropError(f"Pro Tools did not import {job.clip.name}: {why}") from error


def _find(session: _Session, job: DropJob) -> _Clip | None:
    """The clip where the job wants it; anywhere on its character's tracks when it names no place."""
    start = None if job.at is None else resample_position(job.at.sample, job.at.rate, session.rate)
    named = re.compile(rf"{re.escape(job.clip.stem)}(-\d+)?(\.wav)?")  # a second import gets a number
    own = re.compile(rf"{re.escape(_track_name(job))}( \d+)?")
    for clip in session.clips:
        if named.fullmatch(clip.name) and own.fullmatch(clip.track) and start in (None, clip.start):
            return clip
    return None


def _not_there(session: _Session, job: DropJob) -> DropError:
    where = "anywhere" if job.at is None else f"at sample {resample_position(job.at.sample, job.at.rate, session.rate)}"
    return DropError(f"{job.title} does not lie {where} in the session {session.name!r}; drop it first")


def _start(session: _Session, job: DropJob) -> int:
    if job.at is not None:
        return resample_position(job.at.sample, job.at.rate, job.rate)
    return max(clip.end for clip in session.clips) + GAP_S * job.rate if session.clips else 0


def _track_name(job: DropJob) -> str:
    return " ".join(job.character.split()) or "Cuevox"
