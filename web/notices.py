# ruff: noqa: INP001 - a script, no package
"""Write THIRD_PARTY_NOTICES.txt: the licenses of GraphiQL's parts, which the wheel contains and the server hands out.

GraphiQL's one file contains the code of the packages beneath it, so all pinned packages are listed. Run after
`web/build.py lock`, which installs them. Only the standard library.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent
TARGET = WEB.parent / "THIRD_PARTY_NOTICES.txt"
RULE = "-" * 100

HEAD = """customer-gql contains GraphiQL and its parts (customer_gql/graphiql/assets), which other people wrote.
The packages, their versions and their licenses are listed here; each text follows the packages it applies to.
Written by web/notices.py from web/package-lock.json; do not edit.
"""

MIT = """MIT License

Copyright (c) {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE."""


def main() -> None:
    packages_by_text: dict[str, list[str]] = defaultdict(list)
    for place, package in json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"].items():
        if place:
            name = place.rpartition("node_modules/")[2]
            packages_by_text[license_text(WEB / place, name)].append(
                f"{name} {package['version']}: {package['license']}"
            )
    sections = ["\n".join((RULE, *packages, RULE, "", text, "")) for text, packages in packages_by_text.items()]
    TARGET.write_text("\n".join((HEAD, *sections)), encoding="utf-8")


def license_text(folder: Path, name: str) -> str:
    files = sorted(file for file in folder.glob("*") if file.name.lower().startswith(("licence", "license", "copying")))
    if files:
        return "\n\n".join(file.read_text(encoding="utf-8").strip() for file in files)
    package: dict[str, Any] = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    if package["license"] != "MIT":
        raise SystemExit(f"web/notices.py: {name} has no license file, and its license is not MIT")
    # The package says MIT and leaves the text out.
    return MIT.format(holder=package.get("author") or f"the authors of {name}")


if __name__ == "__main__":
    main()
