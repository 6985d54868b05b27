"""Files that others read while we write them: whole or not there at all, with names that every system and DAW takes."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from bridge.errors import RefusedError

MAX_NAME_LENGTH = 80  # leaves room for a take suffix and a folder below Windows' 260 characters

PREVIOUS_SUFFIX = ".cuevox-bak"  # of the copy that `keep_previous` leaves

MAX_PART_BYTES = 255  # of a name between two slashes; what file systems hold

# Windows opens devices under these names whatever the extension is: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE_NAMES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)

_LEFTOVER = re.compile(r"\..{1,100}\.[0-9a-f]{12}\.part")  # the temporary names of atomic_file


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write into that appears at `path` only when the block has ended well; else nothing is left behind.

    Temporary name in the same folder, fsync, rename: a DAW that watches the folder never sees half a file, and a
    loss of power leaves the old file or the new one. Folders on the way are made. Raises OSError.
    """
    make_folder(path.parent)
    temporary = path.parent / f".{path.name[:100]}.{secrets.token_hex(6)}.part"
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """The folder and those above it, where they are missing, so that their names outlast a loss of power too.

    Raises OSError.
    """
    missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        with contextlib.suppress(OSError):  # a folder above that may be written to and not be read
            _sync_folder(each.parent)


def write_atomic(path: Path, data: bytes) -> None:
    """`data` as the whole content of `path`, or nothing changed. Raises OSError."""
    with atomic_file(path) as file:
        file.write(data)


def keep_previous(path: Path) -> None:
    """Before a change of `path` by `write_atomic` or `atomic_file`: what is there now stays beside it, as a copy.

    A second name for the same file where the disk can do that, which costs nothing however large it is: the change
    that follows puts a new file under the first name. Elsewhere a copy. Raises OSError.
    """
    if not path.exists():
        return
    kept = path.with_name(path.name + PREVIOUS_SUFFIX)
    temporary = path.parent / f".{kept.name[:100]}.{secrets.token_hex(6)}.part"
    try:
        os.link(path, temporary)
    except OSError:  # FAT, some network folders
        with atomic_file(kept) as copy, path.open("rb") as file:
            shutil.copyfileobj(file, copy)
        return
    try:
        os.replace(temporary, kept)
    finally:
        # A rename leaves two names of one file as they are: so it is after a crash between this and the change.
        temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> int:
    """Remove what `atomic_file` left anywhere under `folder` when the program was killed. -> how many files.

    Only for a folder in which no other program writes at this moment. Raises OSError.
    """
    found = [path for path in folder.rglob(".*.part") if _LEFTOVER.fullmatch(path.name)]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def safe_name(text: str, *, fallback: str = "unnamed") -> str:
    """A file or folder name for Windows, macOS and Linux: ASCII letters, digits, `_ - .` only.

    Accents are dropped, everything else becomes one `_`. Two texts may give one name: it names, it does not identify.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", ascii_text)
    name = re.sub(r"_{2,}", "_", name)[:MAX_NAME_LENGTH].strip(
        "._-"
    )  # a leading - reads as an option, a final . is lost
    if not name:
        return fallback
    return f"{name}_" if name.split(".")[0].lower() in _DEVICE_NAMES else name


def resolve_inside(folder: Path, path: str | Path) -> Path:
    """The real place of `path` (relative to `folder`, or absolute), links and `..` resolved.

    Raises RefusedError when that is not inside `folder`: a client never names an arbitrary file.
    """
    root = folder.resolve()
    given = str(path)
    # Windows also splits at backslash and reads `C:`: a name that means another place there is taken nowhere.
    if not given or "\0" in given or (os.name == "posix" and ("\\" in given or re.match(r"[A-Za-z]:", given))):
        raise RefusedError(f"{given!r} is not a file name that works on every system; use letters, digits and _ - .")
    for part in Path(given).parts:
        if len(part.encode(errors="replace")) > MAX_PART_BYTES or part.split(".")[0].strip().lower() in _DEVICE_NAMES:
            raise RefusedError(f"{part[:60]!r} is too long for a file name, or names a device on Windows; rename it")
    place = (root / given).resolve()
    if place != root and root not in place.parents:
        raise RefusedError(f"{given!r} lies outside {root}; only files inside that folder may be used")
    return place


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself last; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems refuse it; the file is complete all the same
    finally:
        os.close(handle)
