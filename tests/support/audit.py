"""Asks whether a pinned library is known to be unsafe: `python -m tests.support.audit`, a part of `make lint`.

What is known comes from osv.dev. Where that cannot be reached the audit says so in one sentence and does not fail: no
network is no fault of the program. A finding fails, and so does an audit that ends in any other way.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.folders import ROOT

OSV_URL = "https://api.osv.dev/v1/query"
PINNED = ROOT / "constraints.txt"
SECONDS = 15
#: What pip-audit ends with when its data cannot be had.
NOT_REACHED = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ServiceError", "HTTPError")


def audit(osv_url: str = OSV_URL, pinned: Path = PINNED) -> int:
    """Print what is known to be unsafe and return 1 if anything is; 0 if nothing is, or where that cannot be known."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(pinned), "--no-deps", "--disable-pip"]
    command += ["--vulnerability-service", "osv", "--osv-url", osv_url, "--timeout", str(SECONDS)]
    done = subprocess.run([*command, "--format", "json", "--progress-spinner", "off"], capture_output=True, text=True)
    try:
        libraries = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return _not_audited(done.stderr)
    unsafe = [(each, fault) for each in libraries for fault in each.get("vulns", ())]
    for library, fault in unsafe:
        mended = " or ".join(fault["fix_versions"]) or "no version yet"
        print(f"{library['name']} {library['version']} is known to be unsafe: {fault['id']}, mended in {mended}.")
    skipped = [each["name"] for each in libraries if "skip_reason" in each]
    if skipped:
        print(f"Of these libraries nothing is known: {', '.join(skipped)}.")
    print(f"{len(libraries) - len(skipped)} libraries audited, {len(unsafe)} faults.")
    return 1 if unsafe else 0


def _not_audited(errors: str) -> int:
    last = (errors.strip().splitlines() or ["it said nothing"])[-1]
    if any(error in last for error in NOT_REACHED):
        print("The libraries were not audited: what is known of their faults (osv.dev) cannot be reached from here.")
        return 0
    print(f"The audit of the libraries failed: {last}")
    return 1


if __name__ == "__main__":
    sys.exit(audit())
