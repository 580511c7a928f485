"""The browser: Debian's Chromium where there is one, else it is installed. `python -m tests.browser.chromium`"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
REMEDY = """
The browser tests need Chromium, and this machine has none. Install it and start again:
    Debian, Ubuntu:  sudo apt-get install chromium
    Fedora:          sudo dnf install chromium
or name another browser of its family: make test-browser CHROMIUM=/path/to/chrome
"""


def path() -> str:
    """Of the browser's program; "" if there is none."""
    named = os.environ.get("CHROMIUM", "")
    return named or next(filter(None, map(shutil.which, NAMES)), "")


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing chromium with apt-get")
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=environment)


def main() -> None:
    if not path():
        _install()
    if not path():
        sys.exit(REMEDY)


if __name__ == "__main__":
    main()
