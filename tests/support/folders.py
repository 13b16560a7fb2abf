"""Where the tests find the program, its sample extracts, and larger data that may lie beside the repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
#: Larger extracts, feeds and recorded answers; absent in most checkouts.
SHARED = ROOT.parent / "shared" / "data"
#: A folder a region.
REGIONS = SHARED / "regions"
