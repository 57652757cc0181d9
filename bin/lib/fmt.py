"""Format Python in place."""

import os
import subprocess
import sys

from family import ROOT

RUFF = [sys.executable, "-m", "ruff"]


def main() -> int:
    os.chdir(ROOT)
    fixed = subprocess.run([*RUFF, "check", "-q", "--fix-only", "."]).returncode
    return subprocess.run([*RUFF, "format", "-q", "."]).returncode or fixed


if __name__ == "__main__":
    sys.exit(main())
