"""Format Python and templates in place; with --check, say which templates are not formatted."""

import os
import subprocess
import sys
from pathlib import Path

from family import ROOT

RUFF = [sys.executable, "-m", "ruff"]
DJADE = [str(Path(sys.executable).with_name("djade")), "--target-version", "6.1"]


def main() -> int:
    os.chdir(ROOT)
    templates = sorted(map(str, ROOT.glob("templates/**/*.html")))
    if "--check" in sys.argv:
        return subprocess.run([*DJADE, "--check", *templates]).returncode
    subprocess.run([*RUFF, "check", "-q", "--fix-only", "."])
    subprocess.run([*RUFF, "format", "-q", "."])
    subprocess.run([*DJADE, *templates])  # its code says whether it changed something
    return 0


if __name__ == "__main__":
    sys.exit(main())
