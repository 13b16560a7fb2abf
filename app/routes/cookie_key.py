"""The key that signs cookies: made once, kept beside the database, read by every process."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from app.errors import ConfigError

FILE_NAME = "secret.key"


def kept_in(data_dir: Path) -> str:
    """Return the key kept in a folder, making it first where there is none. Raises ConfigError where it cannot."""
    path = data_dir / FILE_NAME
    try:
        if not path.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        why = f"the cookie key cannot be kept in that folder ({error.strerror})"
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=why) from None
    if len(key) < 32:
        raise ConfigError(name="DOORSTEP_DATA_DIR", why=f"the file {FILE_NAME} in it holds no usable key; delete it")
    return key


def _make(path: Path) -> None:
    """Write a whole key under another name and link it: of several processes exactly one wins, none reads half."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
