"""Downloading the official model, from a stand-in of the hub by the hub's own client."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import model_download
from bridge.model_download import DownloadError, download, get
from engine.official_checkpoint import CLASSIFIER_FILES, FILES, INDEXTTS, OfficialFile, find, place
from tests.hub import Hub, hub

SMALL = OfficialFile("config.yaml", INDEXTTS, "1 kB")
BIG = OfficialFile("sub/weights.bin", "somebody/model", "12 MB")
BOTH = (SMALL, BIG)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Hub]:
    source = tmp_path / "hub"
    with hub() as server:
        for file, size in ((SMALL, 100), (BIG, 12_000_000)):
            path = source / file.repository / file.path
            path.parent.mkdir(parents=True)
            path.write_bytes(random.Random(size).randbytes(size))
            server.files[f"{file.repository}/{file.path}"] = path
        yield server


def content(server: Hub, file: OfficialFile) -> bytes:
    return server.files[f"{file.repository}/{file.path}"].read_bytes()


def test_files_come_to_where_the_model_is_read(server: Hub, tmp_path: Path) -> None:
    folder, said = tmp_path / "model", list[str]()
    download(folder, BOTH, say=said.append, endpoint=server.endpoint)
    for file in BOTH:
        path = find(folder, file)
        assert path == place(folder, file)
        assert path is not None and path.read_bytes() == content(server, file)
    assert [line[:5] for line in said[:2]] == ["[1/2]", "[2/2]"]
    assert "12 MB" in said[1] and str(folder) in said[-1]
    download(folder, BOTH, say=said.append, endpoint=server.endpoint)
    assert len(server.starts) == 2  # nothing comes twice


def test_a_download_that_was_cut_off_goes_on(server: Hub, tmp_path: Path) -> None:
    name = f"{BIG.repository}/{BIG.path}"
    server.break_off_at = 11_000_000  # the client keeps what came in whole chunks of 10 MiB
    for _ in range(2):  # the client tries again by itself, or the person does
        try:
            download(tmp_path / "model", [BIG], say=lambda line: None, endpoint=server.endpoint)
        except DownloadError as error:
            assert "start again" in str(error)
    assert place(tmp_path / "model", BIG).read_bytes() == content(server, BIG)
    assert [n for n, _ in server.starts] == [name, name]
    assert 0 < server.starts[1][1] <= 11_000_000


def test_a_damaged_file_is_fetched_again(server: Hub, tmp_path: Path) -> None:
    folder, said = tmp_path / "model", list[str]()
    download(folder, BOTH, say=said.append, endpoint=server.endpoint)
    for file in BOTH:
        path = place(folder, file)
        whole, stat = path.read_bytes(), path.stat()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))  # of the same size
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # and age, or the hub's own client would notice
    download(folder, BOTH, say=said.append, endpoint=server.endpoint)
    assert all(place(folder, file).read_bytes() == content(server, file) for file in BOTH)
    assert sum("fetched once more" in line for line in said) == 2


def test_what_arrives_otherwise_than_told_is_refused(server: Hub, tmp_path: Path) -> None:
    server.changes.add(f"{BIG.repository}/{BIG.path}")
    with pytest.raises(DownloadError, match=r"weights\.bin has 12,000,000 bytes"):
        download(tmp_path / "model", BOTH, say=lambda line: None, endpoint=server.endpoint)


def test_a_file_that_the_hub_lacks_is_named(server: Hub, tmp_path: Path) -> None:
    del server.files[f"{BIG.repository}/{BIG.path}"]
    with pytest.raises(DownloadError, match=r"sub/weights\.bin \(12 MB, from https://huggingface.co/somebody/model\)"):
        download(tmp_path / "model", BOTH, say=lambda line: None, endpoint=server.endpoint)
    assert not (tmp_path / "model").exists()  # nothing begins that cannot end


def test_no_room_is_told_before_anything_comes(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1_000_000})())
    with pytest.raises(DownloadError, match="make room"):
        download(tmp_path / "model", BOTH, say=lambda line: None, endpoint=server.endpoint)
    assert not server.starts


@pytest.mark.parametrize("answer", ["no", "", "maybe", None])
def test_nothing_comes_without_a_yes(answer: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_download, "download", lambda *args, **options: pytest.fail("it was downloaded"))
    said: list[str] = []

    def ask(question: str) -> str:
        assert said and "bilibili Model Use License" in said[0]  # the terms come before the question
        assert str(tmp_path) in question
        if answer is None:
            raise EOFError
        return answer

    assert not get(tmp_path, ask=ask, say=said.append)
    assert "Nothing" in said[-1]


def test_every_repository_has_its_terms() -> None:
    for file in (*FILES, *CLASSIFIER_FILES):
        assert f"{file.repository}:" in model_download.LICENCE
