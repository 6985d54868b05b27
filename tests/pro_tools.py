"""A stand-in of Pro Tools: a gRPC server with a session of tracks and clips, as strict about bodies as PTSL is.

With CUEVOX_PTSL=FOLDER, a folder that py-ptsl was unpacked into, its own stubs (made from Avid's file) read every
packet and every body, so that no name or number is taken on trust.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc

from bridge.drops.ptsl import METHOD, CommandId, TaskStatus, envelope
from bridge.wav import read_info

SAMPLES = "TLType_Samples"
# The fields that each body may have, as PTSL's stubs have them; others are refused as Pro Tools' parser does.
BODIES: Mapping[CommandId, tuple[str, ...]] = {
    CommandId.REGISTER_CONNECTION: ("company_name", "application_name"),
    CommandId.GET_SESSION_NAME: (),
    CommandId.GET_SESSION_SAMPLE_RATE: (),
    CommandId.GET_TRACK_LIST: ("page_limit", "track_filter_list", "is_filter_list_additive", "pagination_request"),
    CommandId.GET_CLIP_LIST: ("pagination_request",),
    CommandId.GET_TRACK_PLAYLISTS: ("track_id", "track_name", "pagination_request"),
    CommandId.GET_PLAYLIST_ELEMENTS: (
        "playlist_id",
        "playlist_name",
        "start_time",
        "end_time",
        "time_format",
        "pagination_request",
    ),
    CommandId.CREATE_NEW_TRACKS: (
        "number_of_tracks",
        "track_name",
        "track_format",
        "track_type",
        "track_timebase",
        "pagination_request",
        "insertion_point_position",
        "insertion_point_track_name",
    ),
    CommandId.IMPORT_AUDIO_TO_CLIP_LIST: ("file_list", "audio_operations", "destination_path"),
    CommandId.SPOT_CLIPS_BY_ID: (
        "src_clips",
        "dst_track_id",
        "dst_track_name",
        "dst_location_data",
        "clip_instance_attributes",
    ),
    CommandId.SELECT_TRACKS_BY_NAME: ("track_names", "selection_mode", "pagination_request"),
    CommandId.SET_TIMELINE_SELECTION: ("play_start_marker_time", "in_time", "out_time", "location_type"),
    CommandId.CLEAR: (),
    CommandId.UNDO: ("levels",),
}
ANSWERS = {  # whose bodies the stubs can read as well
    CommandId.GET_TRACK_LIST,
    CommandId.GET_CLIP_LIST,
    CommandId.GET_TRACK_PLAYLISTS,
    CommandId.GET_PLAYLIST_ELEMENTS,
    CommandId.IMPORT_AUDIO_TO_CLIP_LIST,
}


class Refusal(Exception):
    """What Pro Tools answers to a command that it does not carry out."""


@dataclass
class StandIn:
    """`tracks`: by name, clips as (id, start, end). `clips`: names by id."""

    rate: int = 48_000
    is_open: bool = True
    tracks: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)
    clips: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)
    also_cleared: str = ""  # a track that an edit group drags along
    selected: list[str] = field(default_factory=list)
    span: tuple[int, int] = (0, 0)
    undo: list[dict[str, list[tuple[str, int, int]]]] = field(default_factory=list)
    asked: list[CommandId] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def place(self, track: str, name: str, start: int, n_samples: int) -> None:
        clip_id = f"{{clip {next(self._numbers)}}}"
        self.clips[clip_id], self.lengths[clip_id] = name, n_samples
        self.tracks.setdefault(track, []).append((clip_id, start, start + n_samples))

    def answer(self, command: CommandId, body: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(command)
        if unknown := set(body) - set(BODIES[command]):
            raise Refusal(f"unknown fields {unknown}")
        if not self.is_open and command is not CommandId.REGISTER_CONNECTION:
            raise Refusal("PT_NoOpenedSession")
        match command:
            case CommandId.REGISTER_CONNECTION:
                return {"session_id": "a session"}
            case CommandId.GET_SESSION_NAME:
                return {"session_name": "Castle"}
            case CommandId.GET_SESSION_SAMPLE_RATE:
                return {"sample_rate": f"SRate_{self.rate}"}
            case CommandId.GET_TRACK_LIST:
                kinds = [*((name, "TType_Audio") for name in self.tracks), ("Picture", "TType_Video")]
                return self._paged(body, "track_list", [{"name": name, "type": kind} for name, kind in kinds])
            case CommandId.GET_CLIP_LIST:
                clips = [{"clip_id": each, "clip_root_name": name} for each, name in self.clips.items()]
                return self._paged(body, "clips", clips)
            case CommandId.GET_TRACK_PLAYLISTS:
                name = body["track_name"]
                other = {"playlist_id": f"{name} alt", "playlist_name": f"{name}.01", "is_target": False}
                main = {"playlist_id": f"{name} main", "playlist_name": name, "is_target": True}
                return self._paged(body, "playlists", [other, main])
            case CommandId.GET_PLAYLIST_ELEMENTS:
                return self._paged(body, "elements_list", self._elements(body))
            case CommandId.CREATE_NEW_TRACKS:
                self._keep()
                self.tracks[body["track_name"]] = []
                return {"number_of_tracks": 1}
            case CommandId.IMPORT_AUDIO_TO_CLIP_LIST:
                return self._import(Path(body["file_list"][0]))
            case CommandId.SPOT_CLIPS_BY_ID:
                self._spot(body)
            case CommandId.SELECT_TRACKS_BY_NAME:
                self.selected = list(body["track_names"])
            case CommandId.SET_TIMELINE_SELECTION:
                assert body["location_type"] == SAMPLES
                self.span = int(body["in_time"]), int(body["out_time"])
            case CommandId.CLEAR:
                self._keep()
                begin, end = self.span
                for track in filter(None, (*self.selected, self.also_cleared)):
                    self.tracks[track] = [c for c in self.tracks[track] if c[2] <= begin or end <= c[1]]
            case CommandId.UNDO:
                self.tracks = self.undo.pop()
        return {}

    def _paged(self, body: Mapping[str, Any], key: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        asked = body["pagination_request"]
        return {key: items[asked["offset"] : asked["offset"] + asked["limit"]]}

    def _elements(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        assert body["time_format"] == SAMPLES
        gap = {"start_time": _at(0), "end_time": _at(1), "channel_clips": [{"is_null": True}]}
        clips = self.tracks[body["playlist_id"].removesuffix(" main")]
        return [gap] + [
            {"start_time": _at(start), "end_time": _at(end), "channel_clips": [{"clip_id": clip_id}]}
            for clip_id, start, end in clips
        ]

    def _import(self, path: Path) -> dict[str, Any]:
        if not path.is_file():
            return {"file_list": [], "failure_list": [{"file_path": str(path), "failure_message": "no such file"}]}
        info = read_info(path)
        clip_id = f"{{clip {next(self._numbers)}}}"
        n_before = sum(name.startswith(path.stem) for name in self.clips.values())
        self.clips[clip_id] = f"{path.stem}-{n_before:02}" if n_before else path.stem
        self.lengths[clip_id] = info.n_samples
        file = {"file_id": "a file", "file_path": str(path), "clip_id_list": [clip_id]}
        return {"file_list": [{"original_input_path": str(path), "destination_file_list": [file]}]}

    def _spot(self, body: Mapping[str, Any]) -> None:
        self._keep()
        place = body["dst_location_data"]
        assert (place["location_type"], place["location"]["time_type"]) == ("SLType_Start", SAMPLES)
        start = int(place["location"]["location"])
        for clip_id in body["src_clips"]:
            self.tracks[body["dst_track_name"]].append((clip_id, start, start + self.lengths[clip_id]))

    def _keep(self) -> None:
        self.undo.append({name: list(clips) for name, clips in self.tracks.items()})


def _at(sample: int) -> dict[str, str]:
    return {"location": str(sample), "time_type": SAMPLES}


@contextlib.contextmanager
def serving(session: StandIn) -> Iterator[int]:
    """-> the port, which the system chose."""
    stubs = _stubs()
    request_type, response_type = (stubs.Request, stubs.Response) if stubs else envelope()

    def handle(request: Any, context: Any) -> Any:
        command = CommandId(request.header.command)
        response = response_type(header={"command": command, "status": TaskStatus.COMPLETED})  # type: ignore[operator]
        try:
            if command is not CommandId.REGISTER_CONNECTION and request.header.session_id != "a session":
                raise Refusal("not registered")
            body = json.loads(request.request_body_json or "{}")
            answer = session.answer(command, body)
            if stubs:
                _check(stubs, command, body, answer)
            response.response_body_json = json.dumps(answer)
        except Refusal as error:
            response.header.status = TaskStatus.FAILED
            told = {"command_error_type": "PT_UnknownError", "command_error_message": str(error)}
            response.response_error_json = json.dumps({"errors": [told]})
        return response

    handler = grpc.unary_unary_rpc_method_handler(
        handle,
        request_deserializer=request_type.FromString,  # type: ignore[attr-defined]
        response_serializer=lambda message: message.SerializeToString(),
    )
    service, method = METHOD.strip("/").split("/")
    server = grpc.server(ThreadPoolExecutor(2), options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def _stubs() -> ModuleType | None:
    folder = os.environ.get("CUEVOX_PTSL")
    if not folder:
        return None
    sys.path.insert(0, folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are of an older protobuf
            return importlib.import_module("ptsl.PTSL_pb2")
    finally:
        sys.path.remove(folder)


def _check(stubs: ModuleType, command: CommandId, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """What was sent and what comes back are bodies of PTSL, with its names of fields and values."""
    from google.protobuf import json_format

    name = "".join(word.capitalize() for word in command.name.split("_")).replace("Id", "ID")
    assert {key.lower(): value for key, value in stubs.CommandId.items()}[f"cid_{name.lower()}"] == command
    for suffix, content in (("RequestBody", body), ("ResponseBody", answer if command in ANSWERS else {})):
        if content:
            kind = next(getattr(stubs, each) for each in dir(stubs) if each.lower() == f"{name}{suffix}".lower())
            json_format.ParseDict(content, kind())
