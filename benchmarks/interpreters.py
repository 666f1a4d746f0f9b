"""The interpreters that run the service: that of the benchmark, and the one of Debian, which is built with its profile (PGO) and LTO."""

import platform
import subprocess
import sys
from pathlib import Path
from typing import Final

DEBIAN: Final = Path("/usr/bin/python3")
OLDEST: Final = (3, 11)
ROOT: Final = Path(__file__).parent.parent
ENVIRONMENT: Final = Path(__file__).parent / ".data" / "debian"
_VERSION: Final = "import sys; print(*sys.version_info[:3], sep='.')"


def find_debian(python: Path = DEBIAN) -> str:
    """Its version, or nothing where it is absent, too old, or runs the benchmark itself."""
    if not python.exists() or python.resolve() == Path(sys.executable).resolve():
        return ""
    done = subprocess.run([python, "-c", _VERSION], capture_output=True, text=True, check=False)
    version = done.stdout.strip()
    return version if version and tuple(map(int, version.split(".")[:2])) >= OLDEST else ""


def describe_interpreters(python: Path = DEBIAN) -> str:
    own = f"Python {platform.python_version()} ({platform.python_compiler()}, {sys.base_prefix})"
    if version := find_debian(python):
        return f"{own} runs everything but service-debian, which runs on Debian's Python {version} ({python})."
    if python.resolve() == Path(sys.executable).resolve():
        return f"{own}, the interpreter of the distribution, runs everything."
    return f"{own} runs everything: there is no {python} of {OLDEST[0]}.{OLDEST[1]} or newer beside it, so no row of service-debian."


def prepare_environment(environment: Path = ENVIRONMENT) -> Path:
    """The program of the service in an environment of Debian's interpreter, with the packages of `make run`; made once and kept."""
    program, stamp = environment / "bin" / "customer-gql", environment / "installed.txt"
    lock = ROOT / "requirements" / "run.lock"
    wanted = f"{find_debian()}\n{lock.read_text()}"
    if program.exists() and stamp.exists() and stamp.read_text() == wanted:
        return program
    print(f"installing the service for {DEBIAN} in {environment}: about a minute", flush=True)
    subprocess.run([DEBIAN, "-m", "venv", "--clear", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", "--require-hashes", "-r", lock], check=True)
    of_checkout = ["--disable-pip-version-check", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    subprocess.run([*pip, *of_checkout], check=True)
    stamp.write_text(wanted)
    return program
