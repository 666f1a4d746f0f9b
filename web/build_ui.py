# ruff: noqa: INP001 - a script, no package
"""Build the admin UI into the package: `python web/build_ui.py`.

`dev` serves its sources instead and sends requests to the service of `make run`, `check` judges them. Only the standard
library and `build.py` beside this file, so that it runs before anything else does.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from build import ROOT, WEB, Stop, install, node

UI = WEB / "admin"
ASSETS = ROOT / "src/customer_gql/admin_ui/assets"
SCHEMA = ROOT / "schema.graphql"
GENERATED = UI / "src/generated"
DOCUMENTS = GENERATED / "persisted-documents.json"
# Written last: tells which sources the files come from.
MARK = ASSETS / "built-from.txt"
INSTALLED = UI / "node_modules/.installed-from.txt"
_SKIPPED = ("node_modules", "dist", "generated")


def main() -> None:
    match sys.argv[1:]:
        case []:
            if not is_done():
                with node() as programs:
                    build_assets(programs)
        case ["dev" | "check" as script]:
            with node() as programs:
                install_packages(programs)
                run_script(script, programs)
        case _:
            raise Stop("say nothing, `dev` or `check`")


def build_assets(programs: Path) -> None:
    install_packages(programs)
    run_script("build", programs)
    # A fresh folder: what an older build left must not be served.
    shutil.rmtree(ASSETS, ignore_errors=True)
    shutil.copytree(UI / "dist", ASSETS)
    shutil.copyfile(DOCUMENTS, ASSETS / "documents.json")
    MARK.write_text(hash_sources(), encoding="utf-8")


def install_packages(programs: Path) -> None:
    wanted = hash_files([UI / "package-lock.json"])
    if INSTALLED.is_file() and INSTALLED.read_text(encoding="utf-8") == wanted:
        return
    install(UI, programs)
    INSTALLED.write_text(wanted, encoding="utf-8")


def is_done() -> bool:
    return MARK.is_file() and MARK.read_text(encoding="utf-8") == hash_sources()


def hash_sources() -> str:
    sources = (file for file in UI.rglob("*") if file.is_file() and not set(_SKIPPED) & set(file.parts))
    return hash_files([*sorted(sources), SCHEMA, Path(__file__)])


def hash_files(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def run_script(name: str, programs: Path) -> None:
    """A script of package.json; what it prints is shown."""
    search = os.pathsep.join((str(programs), os.environ.get("PATH", "")))
    command = [str(programs / "npm"), "run", "--silent", name]
    done = subprocess.run(command, cwd=UI, env={**os.environ, "PATH": search}, check=False)  # noqa: S603 - fixed words
    if done.returncode:
        raise Stop(f"`npm run {name}` failed in web/admin; its output is above")


if __name__ == "__main__":
    try:
        main()
    except (Stop, OSError) as problem:
        sys.exit(f"web/build_ui.py: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
