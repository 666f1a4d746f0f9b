"""Scripts and styles of the page: our own beside this file, GraphiQL's in `assets`, copied there by web/build.py."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route

from customer_gql.security.network import is_loopback_address

OURS = Path(__file__).parent
ASSETS = OURS / "assets"
NEEDED = ("react.min.js", "react-dom.min.js", "graphiql.min.js", "graphiql.min.css", "explorer.js", "explorer.css")

# Fixed here instead of guessed from the machine's tables: with `nosniff` a wrong type breaks the page.
TYPES = {".js": "text/javascript", ".css": "text/css", ".txt": "text/plain"}


def is_built() -> bool:
    return part_files().keys() >= set(NEEDED)


def mount_parts() -> Mount:
    return Mount("/graphiql", routes=[Route("/{name}", serve_part)], middleware=[Middleware(GZipMiddleware)])


async def serve_part(request: Request) -> FileResponse:
    if request.client is None or not is_loopback_address(request.client.host):
        raise HTTPException(403)
    file = part_files().get(request.path_params["name"])
    if file is None:
        raise HTTPException(404)
    # During a deployment an old server may be asked for the new version's file: browsers must not keep its answer.
    is_current = request.query_params.get("v") == parts_version()
    lifetime = "public, max-age=31536000, immutable" if is_current else "no-cache"
    headers = {"Cache-Control": lifetime, "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, media_type=TYPES[file.suffix], headers=headers)


def part_files() -> dict[str, Path]:
    found = [file for folder in (OURS, ASSETS) for file in folder.glob("*") if file.suffix in TYPES]
    return {file.name: file for file in found}


@cache
def parts_version() -> str:
    digest = hashlib.sha256()
    for _, file in sorted(part_files().items()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
