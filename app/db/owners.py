"""Whose the files are: what one command makes beside the database belongs to whom the database belongs."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

#: Nobody but its owner reads a file that holds addresses.
PRIVATE = 0o600


def open_like(path: Path, example: Path, flags: int) -> int:
    """Open a file, making it if need be, and return its descriptor; a new one has the owner of an example."""
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        descriptor = os.open(path, flags | os.O_CREAT, PRIVATE)
    give_to_owner_of(path, example)
    return descriptor


def make_folder(folder: Path) -> None:
    """Make a folder unless it is there, of the same owner as the one that it lies in."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        give_to_owner_of(folder, folder.parent)


def give_to_owner_of(path: Path, example: Path) -> None:
    """Let a file that root just made belong to the owner of another, or of its folder where there is none.

    Nobody but root may give files away.
    """
    if os.geteuid() == 0:
        owner = (example if example.exists() else path.parent).stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def stranger_to(path: Path) -> str:
    """Return the name of a file's owner if this process runs as somebody else, else ""; "" where there is no file."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return ""
    return "" if owner == os.geteuid() else name_of(owner)


def name_of(user_id: int) -> str:
    """Return a user's name, or the number where the system knows none."""
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)
