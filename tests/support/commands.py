"""The site's commands, each in a process of its own as an operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.folders import ROOT


def flask(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the site's on a data folder, whatever comes of it."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env=os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
