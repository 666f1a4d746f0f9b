"""`--only cold`: the first answers after a start on a cold cache: PostgreSQL was stopped, and its files are not in the system's cache."""

import argparse
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson
from comparison import send_request
from prepare import DATA, SERVER_SETTINGS, BenchmarkShop, running_shop
from report import replace_section, store_figures
from variants import SERVE, Variant, request_bodies

from customer_gql.embedded.server import running_server

ANSWERS: Final = 20
TITLE: Final = "Cold cache"


def compare_cold(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Milliseconds of the first answers of each document, on a cache that is cold and on the warm one that this leaves."""
    with running_shop(options.customers) as shop:
        pass
    found: list[dict[str, Any]] = []
    for document in options.documents:
        evict_files(shop.server.data_dir)
        with _running_again(shop) as started:
            cold, warm = (time_answers(started, document) for _ in range(2))
        found.append({"document": document, "cold": cold, "warm": warm})
        print(f"{document:8} first answer {cold['first_ms']:.0f} ms cold, {warm['first_ms']:.0f} ms warm", flush=True)
    print("\n" + format_cold(found), flush=True)
    if options.write:
        store_figures("cold", found)
        replace_section(TITLE, format_cold(found))
    return found


@contextmanager
def _running_again(shop: BenchmarkShop) -> Generator[BenchmarkShop]:
    """The shop as it is, of which nothing was read since the start."""
    with running_server(DATA, settings=SERVER_SETTINGS) as server:
        yield replace(shop, server=server)


def evict_files(folder: Path) -> None:
    """Take the files out of the system's cache, which needs no rights beyond reading them; what is not on the disk yet is written first."""
    assert not (folder / "postmaster.pid").exists(), "the server still runs"
    for file in folder.rglob("*"):
        if not file.is_file() or file.is_symlink():
            continue
        opened = os.open(file, os.O_RDONLY)
        try:
            os.fsync(opened)
            os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(opened)


def time_answers(shop: BenchmarkShop, document: str) -> dict[str, float]:
    """Of a service that has just started, one request after the other, each about other customers."""
    service = Variant("service", SERVE, "/admin/graphql")
    service.start(shop.url)
    try:
        bodies = request_bodies(service, document, shop.variables[document][:ANSWERS])
        times: list[float] = []
        for body in bodies:
            begun = time.perf_counter()
            answer = orjson.loads(send_request(service, document, body, shop.token))
            times.append((time.perf_counter() - begun) * 1000)
            assert "errors" not in answer, answer
    finally:
        service.stop()
    rest = times[1:] or times
    return {"first_ms": round(times[0], 1), "mean_ms": round(sum(rest) / len(rest), 1)}


def format_cold(found: Any) -> str:
    if not found:
        return "Not measured."
    lines = [
        f"| Document | First answer, ms | warm | Mean of the next {ANSWERS - 1}, ms | warm |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {it['document']} | {it['cold']['first_ms']:.0f} | {it['warm']['first_ms']:.0f} "
        f"| {it['cold']['mean_ms']:.1f} | {it['warm']['mean_ms']:.1f} |"
        for it in found
    ]
    return "\n".join(lines)
