"""The wire of Pro Tools' scripting interface (PTSL): one gRPC call, whose bodies are JSON text.

Only its envelope is protobuf. Its few fields are described here, so that grpcio alone will do and no file of Avid's is
needed. grpcio is not installed by itself: it comes with the extra `protools`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import IntEnum
from types import TracebackType
from typing import Any, Self

from bridge.drops.base import DropError
from bridge.extras import advice

METHOD = "/ptsl.PTSL/SendGrpcRequest"
VERSION = 2025  # of the interface that the bodies are written for: Pro Tools 2025.06 was the first with all of them
VERSION_MINOR = 6
PAGE = 500  # items of a list that are asked for at once
ADVICE = "start it, open a session, and close any dialogue that is open in it"
TO_INSTALL = f"Pro Tools needs the package grpcio, which is not installed yet: {advice('protools')}"


class CommandId(IntEnum):
    """The commands that are used here, by PTSL's names and numbers."""

    GET_TRACK_LIST = 3
    CLEAR = 23
    GET_SESSION_SAMPLE_RATE = 35
    GET_SESSION_NAME = 42
    REGISTER_CONNECTION = 70
    CREATE_NEW_TRACKS = 72
    SELECT_TRACKS_BY_NAME = 73
    SET_TIMELINE_SELECTION = 81
    UNDO = 104
    IMPORT_AUDIO_TO_CLIP_LIST = 123
    SPOT_CLIPS_BY_ID = 124
    GET_CLIP_LIST = 125
    GET_TRACK_PLAYLISTS = 154
    GET_PLAYLIST_ELEMENTS = 158


class TaskStatus(IntEnum):
    """How a command ended."""

    COMPLETED = 3
    FAILED = 4


def envelope() -> tuple[type, type]:
    """The classes of PTSL's Request and Response. Raises ImportError without protobuf."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    text, whole, message = 9, 5, 11  # protobuf's own numbers of string, int32 and message

    file = descriptor_pb2.FileDescriptorProto(name="cuevox/ptsl.proto", package="ptsl", syntax="proto3")

    def add(name: str, *fields: tuple[int, str, int, str]) -> None:
        described = file.message_type.add(name=name)
        for number, field, kind, type_name in fields:
            described.field.add(number=number, name=field, type=kind, label=1, type_name=type_name or None)

    # Enumerations and int32 are the same on the wire, so the names of all commands need not be told.
    add(
        "RequestHeader",
        (1, "task_id", text, ""),
        (2, "command", whole, ""),
        (3, "version", whole, ""),
        (4, "session_id", text, ""),
        (5, "version_minor", whole, ""),
    )
    add("Request", (1, "header", message, ".ptsl.RequestHeader"), (2, "request_body_json", text, ""))
    add("ResponseHeader", (1, "task_id", text, ""), (2, "command", whole, ""), (3, "status", whole, ""))
    add(
        "Response",
        (1, "header", message, ".ptsl.ResponseHeader"),
        (2, "response_body_json", text, ""),
        (3, "response_error_json", text, ""),
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    request, response = (pool.FindMessageTypeByName(f"ptsl.{name}") for name in ("Request", "Response"))
    return message_factory.GetMessageClass(request), message_factory.GetMessageClass(response)


class ProTools:
    """A connection to the Pro Tools of this machine. A context manager; all calls raise DropError."""

    def __init__(self, port: int, *, timeout_s: float = 10.0) -> None:
        self._port, self._timeout_s = port, timeout_s
        self._session = ""

    def __enter__(self) -> Self:
        try:
            import grpc

            self._grpc: Any = grpc
            request, response = envelope()
        except ImportError as error:
            raise DropError(f"{TO_INSTALL} ({error})") from error
        self._request: Any = request
        # Never through a proxy that the environment names: it is this machine's own port.
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._port}", options=[("grpc.enable_http_proxy", 0)])
        self._call = self._channel.unary_unary(
            METHOD,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=response.FromString,  # type: ignore[attr-defined]
        )
        try:
            names = {"company_name": "Cuevox", "application_name": "Cuevox"}
            self._session = str(self.ask(CommandId.REGISTER_CONNECTION, names).get("session_id", ""))
        except BaseException:
            self._channel.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()

    def ask(self, command: CommandId, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One command, and the body of its answer."""
        header = {"command": command, "version": VERSION, "version_minor": VERSION_MINOR, "session_id": self._session}
        message = self._request(header=header, request_body_json=json.dumps(body) if body is not None else "")
        what = command.name.lower().replace("_", " ")
        try:
            answer = self._call(message, timeout=self._timeout_s)
        except self._grpc.RpcError as error:
            why = str(error.details() if hasattr(error, "details") else error)
            raise DropError(f"Pro Tools does not answer on port {self._port} ({why}); {ADVICE}") from error
        if answer.header.status != TaskStatus.COMPLETED:
            raise DropError(f"Pro Tools refused to {what}: {_reason(answer.response_error_json)}")
        try:
            found = json.loads(answer.response_body_json or "{}")
        except ValueError as error:
            raise DropError(f"Pro Tools' answer to {what} cannot be read: {error}") from error
        return found if isinstance(found, dict) else {}

    def ask_all(self, command: CommandId, body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        """The items of a list that is answered in pages."""
        items: list[dict[str, Any]] = []
        while True:
            pagination = {"limit": PAGE, "offset": len(items)}
            found = self.ask(command, {**body, "pagination_request": pagination}).get(key, [])
            items += found
            if len(found) < PAGE:
                return items


def _reason(error_json: str) -> str:
    try:
        errors = json.loads(error_json)["errors"]
        return "; ".join(str(error["command_error_message"] or error["command_error_type"]) for error in errors)
    except (ValueError, KeyError, TypeError):
        return error_json[:200] or "no reason given"
