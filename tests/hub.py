"""A stand-in for the Hugging Face hub: a server on this machine that answers as the hub does to its own client."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
BIG = 1000  # bytes from which a file has a SHA-256, as with git LFS; below it git's own checksum


class Hub(ThreadingHTTPServer):
    """Files by `REPOSITORY/PATH`. It can break off after some bytes, or send something else than it tells of."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, Path] = {}
        self.break_off_at: int | None = None  # of the next content, once
        self.changes: set[str] = set()  # files that are sent with a wrong byte
        self.starts: list[tuple[str, int]] = []  # what was sent, from which byte on

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(with_content=False)

    def do_GET(self) -> None:
        self._answer(with_content=True)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, *, with_content: bool) -> None:
        match = re.fullmatch(r"/(.+)/resolve/[^/]+/(.+)", self.path)
        name = f"{match[1]}/{match[2]}" if match else ""
        if name not in self.server.files:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = self.server.files[name].read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        start = int(asked[1]) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{etag(content)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if not with_content:
            return
        self.server.starts.append((name, start))
        if name in self.server.changes:
            content = content[:-1] + bytes([content[-1] ^ 1])
        end, self.server.break_off_at = self.server.break_off_at, None
        self.wfile.write(content[start:end])
        if end is not None:
            self.close_connection = True


def etag(content: bytes) -> str:
    if len(content) >= BIG:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def hub() -> Iterator[Hub]:
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
