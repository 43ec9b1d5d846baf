"""The audit of the locked dependencies against known vulnerabilities."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

LOCKS = ("runtime.txt", "local.txt", "dev.txt")


def audit(locks: Path, say: Callable[[str], None]) -> bool:
    """Whether every locked dependency could be looked up and none is known to be vulnerable; say is told the rest.

    A dependency that pip-audit skips is not audited, and an audit of nothing must not pass as a clean one.
    """
    clean = True
    for name in LOCKS:
        command = [sys.executable, "-m", "pip_audit", "-r", str(locks / name), "--disable-pip", "--require-hashes"]
        done = subprocess.run([*command, "-f", "json", "--progress-spinner=off"], capture_output=True, check=False)
        try:
            dependencies = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            say(f"{name}: pip-audit gave no answer: {done.stderr.decode().strip()}")
            clean = False
            continue
        skipped = [one["name"] for one in dependencies if "skip_reason" in one]
        vulnerable = [one for one in dependencies if one.get("vulns")]
        for one in vulnerable:
            say(f"{name}: {one['name']} {one['version']}: {', '.join(vuln['id'] for vuln in one['vulns'])}")
        if skipped:
            say(f"{name}: {len(skipped)} of {len(dependencies)} could not be looked up, such as {skipped[0]}.")
        say(f"{name}: {len(dependencies) - len(skipped)} audited, {len(vulnerable)} vulnerable")
        clean = clean and bool(dependencies) and not skipped and not vulnerable
    return clean
