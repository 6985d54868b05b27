"""OSCQuery: the commands as a tree in JSON, over HTTP, so that a program can offer them without being told by hand.

Made from the one table of commands. It tells what may be sent, and nothing of what anybody has made with it: no lines,
no presets, no folders, no name of the machine.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from bridge.osc_command import Command
from bridge.version import VERSION

MAX_HEAD = 8192  # bytes of a request; longer ones are no question
METHODS = (b"GET ", b"HEAD")  # how a connection begins that asks over HTTP rather than in OSC
WRITE_ONLY = 2  # OSCQuery's ACCESS of what is sent to, and has no value to be read
ATTRIBUTES = ("FULL_PATH", "CONTENTS", "DESCRIPTION", "ACCESS", "TYPE")

_REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


def answer(head: bytes, table: Mapping[str, Command], port: int) -> bytes:
    """The whole answer to the head of an HTTP request."""
    method, _, rest = head.decode("latin-1").partition(" ")
    target, _, headers = rest.partition(" ")
    status, values = (403, None) if not _is_named_as_we_are(headers) else _asked(target, table, port)
    body = b"" if values is None else json.dumps(values, indent=1).encode()
    lines = (
        f"HTTP/1.1 {status} {_REASONS[status]}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + (b"" if method == "HEAD" else body)


def tree(table: Mapping[str, Command]) -> dict[str, Any]:
    """Every command as a node below those of its address."""
    root: dict[str, Any] = {"FULL_PATH": "/", "CONTENTS": {}, "DESCRIPTION": f"Cuevox {VERSION}", "ACCESS": 0}
    for address, command in table.items():
        node = root
        for name in address.strip("/").split("/"):
            path = f"{node['FULL_PATH'].rstrip('/')}/{name}"
            node = node.setdefault("CONTENTS", {}).setdefault(name, {"FULL_PATH": path, "ACCESS": 0})
        node["ACCESS"] = WRITE_ONLY
        node["DESCRIPTION"] = f"{command.about}. Arguments: {command.usage}"
        if command.types:
            node["TYPE"] = command.types
    return root


def host_info(port: int) -> dict[str, Any]:
    return {
        "NAME": "Cuevox",
        "OSC_PORT": port,
        "OSC_TRANSPORT": "UDP",
        "EXTENSIONS": {"ACCESS": True, "DESCRIPTION": True, "VALUE": False, "LISTEN": False, "PATH_CHANGED": False},
    }


def _asked(target: str, table: Mapping[str, Command], port: int) -> tuple[int, Any]:
    """The status, and what is told."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return 400, None
    if parts.query == "HOST_INFO":
        return 200, host_info(port)
    node = tree(table)
    for name in filter(None, unquote(parts.path).split("/")):
        node = node.get("CONTENTS", {}).get(name)
        if node is None:
            return 404, None
    if not parts.query:
        return 200, node
    if parts.query not in ATTRIBUTES or parts.query not in node:
        return 204, None
    return 200, {parts.query: node[parts.query]}


def _is_named_as_we_are(headers: str) -> bool:
    """A page in a browser may have a name of its own point to this machine; by an address it cannot."""
    for line in headers.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "host":
            host = urlsplit(f"//{value.strip()}").hostname or ""
            try:
                return host == "localhost" or bool(ipaddress.ip_address(host))
            except ValueError:
                return False
    return True
