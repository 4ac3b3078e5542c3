"""What a measurement ran on: figures without it mean nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version


def described(*packages: str) -> str:
    """One sentence: cores, interpreter, versions and how busy the machine was."""
    used = ", ".join(f"{name} {version(name)}" for name in ("polars", *packages))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {used}"
        f"; load average when written: {load}."
    )
