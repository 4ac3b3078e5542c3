"""Which version of the code makes documents: a release alone does not tell two checkouts apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

from dashboard.reports.values import Part

_DOCUMENT = ("dashboard.reports", "dashboard.reports.sections")
_NUMBERS = (
    "data_access.metrics",
    "data_access.metrics.catalogue",
    "data_access.rollups",
    "data_access.rollups.cohorts",
    "data_access.survival",
)
_LENGTH = 16


class Code(Part):
    """A release, and fingerprints of what decides documents."""

    release: str
    sections: str
    """Of what chooses and words figures: periods, sections, headline."""
    numbers: str
    """Of what computes them."""
    polars: str


@cache
def code() -> Code:
    """Of the running process."""
    return Code(
        release=_version("afterwatch"),
        sections=_fingerprint(_DOCUMENT),
        numbers=_fingerprint(_NUMBERS),
        polars=_version("polars"),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _fingerprint(packages: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for name, content in _sources(packages):
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:_LENGTH]


def _sources(packages: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    for package in packages:
        modules: list[Traversable] = [
            one for one in files(package).iterdir() if one.name.endswith(".py")
        ]
        for module in sorted(modules, key=lambda one: one.name):
            yield f"{package}.{module.name}", module.read_bytes()
