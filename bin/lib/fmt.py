"""Format Python and templates in place."""

import os
import subprocess
import sys

from family import ROOT

COMMANDS = [
    ["-m", "ruff", "check", "-q", "--fix-only", "."],
    ["-m", "ruff", "format", "-q", "."],
]

if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(max(subprocess.run([sys.executable, *each]).returncode for each in COMMANDS))
