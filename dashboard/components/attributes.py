"""`data-` and `aria-` attributes, which are no Python names."""

from __future__ import annotations

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """`aria_label="x"` → `{"aria-label": "x"}`, to be spread into a component of `dash.html`."""
    return {name.replace("_", "-"): text for name, text in named.items()}
