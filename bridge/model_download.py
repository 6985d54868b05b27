"""The official model's files from the Hugging Face hub: asked for first, taken up where they were cut off, checked.

Nothing else in Cuevox goes to the network, and this only when `launcher.py model get` is called.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import BridgeError
from bridge.extras import advice
from engine.official_checkpoint import CLASSIFIER_FILES, FILES, OfficialFile, place

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

LICENCE = """\
The official IndexTTS-2 is not part of Cuevox and has terms of its own. What we read in them, which is no legal advice:

IndexTeam/IndexTTS-2: bilibili Model Use License. A company with more than 100 million monthly users or a revenue of
1 billion RMB a year needs a licence of its own. Notices are to be kept. Neither the weights nor what they speak may be
used to improve other AI models, except non-commercially. Changed, quantised or fine-tuned copies are derivatives,
which need a disclaimer when you pass them on.
facebook/w2v-bert-2.0: MIT.
amphion/MaskGCT: Creative Commons, non-commercial, as far as we know. Read its page before any commercial use.
funasr/campplus: Apache-2.0 (3D-Speaker).
nvidia/bigvgan_v2_22khz_80band_256x: MIT.

Read them yourself at https://huggingface.co/ and the name. Speak only with voices that you have the right to."""

Say = Callable[[str], None]


class DownloadError(BridgeError):
    """Files of the model that could not be had."""

    code = "download_failed"


def get(folder: Path, *, ask: Callable[[str], str], say: Say) -> bool:
    """Show the terms, ask, and bring all files into `folder`. -> whether they are there. Raises DownloadError."""
    say(LICENCE)
    try:
        answer = ask(f"\nAbout 9 GB go to {folder}. Do you accept these terms? [yes/no] ")
    except EOFError:  # nobody is there to say yes
        answer = ""
    if answer.strip().lower() not in ("yes", "y"):
        say("Nothing was downloaded.")
        return False
    download(folder, say=say)
    return True


def download(
    folder: Path, files: Sequence[OfficialFile] = (*FILES, *CLASSIFIER_FILES), *, say: Say, endpoint: str | None = None
) -> None:
    """Bring files into `folder`; what is there and right stays, what was cut off goes on. Raises DownloadError.

    endpoint: of the hub; None: the public one, or the one that HF_ENDPOINT names.
    """
    try:
        import huggingface_hub
    except ImportError as error:
        raise DownloadError(
            f"downloading needs huggingface-hub, which is not installed yet: {advice('full')}"
        ) from error
    known = {}
    for file in files:
        try:
            url = huggingface_hub.hf_hub_url(file.repository, file.path, endpoint=endpoint)
            known[file] = huggingface_hub.get_hf_file_metadata(url, token=False, endpoint=endpoint)
        except Exception as error:  # of the hub's client, of HTTP, of the network
            raise _failed(file, error) from error
    wanting = [file for file in files if not _has_size(place(folder, file), known[file])]
    _require_room(folder, sum(known[file].size or 0 for file in wanting))
    for i, file in enumerate(files, 1):
        say(f"[{i}/{len(files)}] {file}")
        path = place(folder, file)
        for forced in (False, True):  # a second time for a file that is there and wrong
            try:
                huggingface_hub.hf_hub_download(
                    file.repository,
                    file.path,
                    revision=known[file].commit_hash,
                    local_dir=_root(folder, file),
                    force_download=forced,
                    token=False,
                    endpoint=endpoint,
                )
            except Exception as error:
                raise _failed(file, error) from error
            if is_whole(path, known[file]):
                break
            say(f"{path} is not what the hub has; it is fetched once more")
        else:
            raise DownloadError(
                f"{path} has {path.stat().st_size:,} bytes and not the content that the hub tells of; something on the "
                "way changes it. Try again, or from another network"
            )
    say(f"The model is complete. Speak with it: launcher.py --model {folder}")


def is_whole(path: Path, known: HfFileMetadata) -> bool:
    """Whether a file has the size and the checksum that the hub tells of: SHA-256, or git's for small files."""
    if not _has_size(path, known):
        return False
    etag = known.etag or ""
    if re.fullmatch("[0-9a-f]{64}", etag):
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == etag
    if re.fullmatch("[0-9a-f]{40}", etag):
        content_of = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(content_of) + content_of, usedforsecurity=False).hexdigest() == etag
    return True


def _has_size(path: Path, known: HfFileMetadata) -> bool:
    return path.is_file() and known.size in (None, path.stat().st_size)


def _root(folder: Path, file: OfficialFile) -> Path:
    """The folder that the file's path in its repository is relative to."""
    return place(folder, file).parents[len(Path(file.path).parts) - 1]


def _require_room(folder: Path, n_bytes: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise DownloadError(f"{folder} cannot be made ({error.strerror or error}); name another folder") from error
    if n_bytes > free:
        raise DownloadError(
            f"{folder} has room for {free / 1e9:.1f} GB and {n_bytes / 1e9:.1f} GB are to come; make room, or name a "
            "folder on another disk"
        )


def _failed(file: OfficialFile, error: Exception) -> DownloadError:
    return DownloadError(
        f"{file} cannot be had: {str(error).splitlines()[0] if str(error) else type(error).__name__}. Look whether the "
        "network is up, and start again: what is there stays"
    )
