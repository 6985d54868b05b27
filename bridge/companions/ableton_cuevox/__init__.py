"""Cuevox companion for Ableton Live 12.0.5 and newer: puts clips into the open Set as Cuevox asks for them.

Copy this folder into the User Library's `Remote Scripts` as `Cuevox`, start Live, and choose *Cuevox* as a control
surface under Settings > Link, Tempo & MIDI. It listens on 127.0.0.1:27184.

A request is one line of JSON, its answer another. Runs in Live's own Python and imports nothing of Cuevox.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable
from typing import Any

from _Framework.ControlSurface import ControlSurface

HOST, PORT = "127.0.0.1", 27184
MAX_LINE = 100_000  # bytes of a request


Job = dict  # a request or an answer: names and values


class Refused(Exception):
    """What Live cannot do; the text reaches the user of Cuevox."""


class Companion:
    """What is asked about the open Set. All of it on Live's main thread, as Live demands."""

    def __init__(self, song: Any) -> None:
        self._song = song

    def answer(self, line: str) -> str:
        """A request's line -> the answer's; never raises."""
        try:
            request = json.loads(line)
            action = {"probe": self._probe, "drop": self._drop, "verify": self._verify, "undo": self._undo}.get(
                request["action"]
            )
            if action is None:
                raise Refused(f"this companion does not know the action {request['action']!r}")
            result = dict(action(request), ok=True)
        except Refused as error:
            result = {"ok": False, "text": str(error)}
        except Exception as error:  # Live raises its own kinds; whoever waits has to hear of it
            result = {"ok": False, "text": f"the companion stumbled: {type(error).__name__}: {error}"}
        return json.dumps(result)

    def _probe(self, request: Job) -> Job:
        return {"tempo": float(self._song.tempo), "tracks": len(self._song.tracks)}

    def _drop(self, job: Job) -> Job:
        found = self._find(job)
        if found is None:
            if not os.path.isfile(job["file"]):
                raise Refused(f"the file {job['file']} is gone")
            self._step("begin_undo_step")
            try:
                if "seconds" in job:
                    self._into_arrangement(job)
                else:
                    self._into_session(job)
            finally:
                self._step("end_undo_step")
        return self._verify(job)

    def _verify(self, job: Job) -> Job:
        found = self._find(job)
        if found is None:
            raise Refused(f"{job['name']} is not in the open Set at its place")
        track, clip, slot = found
        if clip.warping:
            raise Refused(f"{job['name']} is warped, so its length is not its own; turn Warp off")
        place = {"slot": slot} if "seconds" not in job else {"seconds": self._seconds(clip.start_time)}
        return dict(place, track=track.name, n_samples=int(clip.sample_length))

    def _undo(self, job: Job) -> Job:
        found = self._find(job)
        if found is None:
            raise Refused(f"{job['name']} is not in the open Set at its place")
        track, clip, slot = found
        if slot is None:
            track.delete_clip(clip)
        else:
            track.clip_slots[slot].delete_clip()
        return {}

    def _into_arrangement(self, job: Job) -> None:
        start = self._beats(job["seconds"])
        end = self._beats(job["seconds"] + job["n_samples"] / float(job["rate"]))
        track = self._free_track(
            job["track"],
            lambda track: any(c.start_time < end and start < c.end_time for c in track.arrangement_clips),
        )
        self._dress(track.create_audio_clip(job["file"], start), job)

    def _into_session(self, job: Job) -> None:
        track = self._free_track(job["track"], lambda track: False)
        slot = next((slot for slot in track.clip_slots if not slot.has_clip), None)
        if slot is None:
            self._song.create_scene(-1)
            slot = track.clip_slots[len(track.clip_slots) - 1]
        self._dress(slot.create_audio_clip(job["file"]), job)

    @staticmethod
    def _dress(clip: Any, job: Job) -> None:
        clip.warping = False  # or Live would stretch it to its guess of a tempo
        clip.name = job["name"]

    def _free_track(self, name: str, is_in_the_way: Callable[[Any], bool]) -> Any:
        """The track of that name, or NAME 2, NAME 3... where something is in the way; made where it is missing."""
        wanted, n = name, 2
        while True:
            track = next((t for t in self._song.tracks if t.name == wanted), None)
            if track is None:
                self._song.create_audio_track(-1)
                track = self._song.tracks[len(self._song.tracks) - 1]
                track.name = wanted
            if not hasattr(track, "create_audio_clip"):
                raise Refused("this Live cannot make audio clips from a script; Live 12.0.5 or newer is needed")
            if track.has_audio_input and not track.is_frozen and not is_in_the_way(track):
                return track
            wanted, n = f"{name} {n}", n + 1

    def _find(self, job: Job) -> Any:
        """(track, clip, slot): the clip of that file at that place; slot is None in the Arrangement."""
        tolerance = 0.5 / job["rate"]
        for track in self._song.tracks:
            if "seconds" in job:
                for clip in track.arrangement_clips:
                    if self._is_of(clip, job) and abs(self._seconds(clip.start_time) - job["seconds"]) <= tolerance:
                        return track, clip, None
            else:
                for i, slot in enumerate(track.clip_slots):
                    if slot.has_clip and self._is_of(slot.clip, job):
                        return track, slot.clip, i
        return None

    @staticmethod
    def _is_of(clip: Any, job: Job) -> bool:
        return bool(clip.is_audio_clip and os.path.normcase(clip.file_path) == os.path.normcase(job["file"]))

    def _beats(self, seconds: float) -> float:
        return seconds * self._tempo() / 60.0

    def _seconds(self, beats: float) -> float:
        return beats * 60.0 / self._tempo()

    def _tempo(self) -> float:
        """Of the whole Set. Live tells a script the tempo at the playhead only, so it must not change on the way."""
        if self._song.master_track.mixer_device.song_tempo.automation_state:
            raise Refused(
                "the Set's tempo is automated, and Live does not tell where a second lies then; take the automation "
                "out, or drop without a place into the Session"
            )
        return float(self._song.tempo)

    def _step(self, name: str) -> None:
        step = getattr(self._song, name, None)
        if step is not None:
            step()


class Port:
    """Requests from this machine, one client at a time, looked for without ever waiting."""

    def __init__(self, answer: Callable[[str], str], port: int = PORT) -> None:
        self._answer = answer
        self._client: Any = None
        self._read = b""
        self._server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if os.name != "nt":
            self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.bind((HOST, port))
        self._server.listen(4)
        self._server.setblocking(False)

    @property
    def number(self) -> int:
        return int(self._server.getsockname()[1])

    def look(self) -> None:
        """Answer what has come."""
        try:
            if self._client is None:
                self._client, _ = self._server.accept()
                self._client.setblocking(False)
                self._read = b""
            block = self._client.recv(65536)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                self._hang_up()
            return
        self._read += block
        if not block or len(self._read) > MAX_LINE:
            self._hang_up()
            return
        while b"\n" in self._read:
            line, self._read = self._read.split(b"\n", 1)
            try:
                # An answer is short and goes into the socket's buffer at once.
                self._client.sendall(self._answer(line.decode("utf-8", "replace")).encode("utf-8") + b"\n")
            except OSError:
                self._hang_up()
                return

    def close(self) -> None:
        self._hang_up()
        self._server.close()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


class Cuevox(ControlSurface):
    """Live calls `update_display` some ten times a second; nothing else is on this surface."""

    def __init__(self, c_instance: Any) -> None:
        super().__init__(c_instance)
        self._port: Port | None = None
        try:
            self._port = Port(Companion(self.song()).answer)
            self.show_message(f"Cuevox listens on port {PORT}")
        except OSError as error:
            self.show_message(f"Cuevox cannot listen on port {PORT}: {error}")

    def update_display(self) -> None:
        super().update_display()
        if self._port is not None:
            self._port.look()

    def disconnect(self) -> None:
        if self._port is not None:
            self._port.close()
        super().disconnect()


def create_instance(c_instance: Any) -> Cuevox:
    return Cuevox(c_instance)
