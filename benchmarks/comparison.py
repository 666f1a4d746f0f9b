"""Checks, before anything is timed, that every variant returns the same data."""

import re
import urllib.error
import urllib.request
from typing import Any, Final

import orjson
from prepare import BenchmarkShop
from variants import Variant, request_bodies

_FRACTION: Final = re.compile(r"(T\d\d:\d\d:\d\d\.\d*?)0+(?=\+)")


def send_request(variant: Variant, document: str, body: str, token: str) -> bytes:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{variant.port}{variant.document_path(document)}"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise SystemExit(
            f"{variant.name} refuses {document}: {error.read().decode(errors='replace')[:2000]}"
        ) from error


def compare_answers(variants: list[Variant], shop: BenchmarkShop, documents: list[str]) -> None:
    for document in documents:
        variables = shop.variables[document][:25]
        answers: dict[str, list[Any]] = {}
        for variant in variants:
            bodies = request_bodies(variant, document, variables)
            answers[variant.name] = [orjson.loads(send_request(variant, document, body, shop.token)) for body in bodies]
        first = next(iter(answers))
        for name, found in answers.items():
            assert all(answer.get("data") and "errors" not in answer for answer in found), (name, found[0])
            for expected, answer in zip(answers[first], found, strict=True):
                _compare_data(document, name, expected["data"], answer["data"])


def _compare_data(document: str, name: str, expected: Any, data: Any) -> None:
    if name == "postgraphile":
        # Its schema differs, but contains the same texts of the database, in the same order.
        assert _collect_texts(expected) == _collect_texts(data), (document, name)
    else:
        left, right = _strip_zeros(expected), _strip_zeros(data)
        assert left == right, (document, name, _describe_difference(left, right))


def _strip_zeros(data: Any) -> Any:
    """PostgreSQL omits trailing zeros of a second's fraction, Python writes them; the instant is the same."""
    if isinstance(data, dict):
        return {key: _strip_zeros(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_strip_zeros(value) for value in data]
    return _FRACTION.sub(r"\1", data) if isinstance(data, str) else data


def _collect_texts(data: Any) -> list[str]:
    """E-mail addresses, order numbers, SKUs and titles."""
    if isinstance(data, dict):
        own = [value for key, value in data.items() if key in {"email", "sku", "title"} and value]
        return own + [text for value in data.values() for text in _collect_texts(value)]
    return [text for value in data for text in _collect_texts(value)] if isinstance(data, list) else []


def _describe_difference(one: Any, other: Any, path: str = "") -> str:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                return _describe_difference(one.get(key), other.get(key), f"{path}.{key}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                return _describe_difference(left, right, f"{path}[{i}]")
    return f"{path}: {one!r} is not {other!r}"
