# ruff: noqa: INP001 - a script, no package
"""Install a lock file with this Python's pip, and say in one line when the package index cannot be reached.

`python requirements/install.py requirements/run.lock [OPTION OF PIP ...]`. Only the standard library: it runs before
anything is installed.
"""

import re
import subprocess
import sys

# Three retries within two seconds; pip's own five would keep a person without a network waiting for half a minute.
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "3", "--require-hashes")
UNREACHABLE = re.compile(r"connection broken by|Could not fetch URL")


def main(lock: str, *options: str) -> str | None:
    """The reason of a failure, or `None`."""
    command = [sys.executable, *PIP, *options, "-r", lock]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - fixed words, no shell
    return reason(done.stderr) if done.returncode else None


def reason(output: str) -> str:
    if UNREACHABLE.search(output):
        return (
            "The Python package index cannot be reached, so nothing was installed. Check the network; "
            "`pip config list` shows which index is asked. Then run the same command again."
        )
    return output.strip() or "pip failed and did not say why."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
