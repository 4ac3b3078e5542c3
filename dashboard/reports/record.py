"""What the state database says about a period, read once and kept with the report.

State goes on changing: an incident is closed, an action done. So a report keeps what it read, as
JSON, and a rebuild takes it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Record:
    """Parts by name, each plain JSON: lists and mappings of text, numbers, ISO times."""

    parts: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str) -> Any:
        """A part; an empty list where nothing was read."""
        return self.parts.get(name, [])
