"""`docs/settings.md`, written from the settings class.

`python -m dashboard.settings_documentation --write` rewrites the page, `--check` fails on drift.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dashboard.settings import CONFIG_NAME, Settings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"


def settings_page() -> str:
    """The page as Markdown; the default home is shown as `~/.afterwatch`."""
    lines = [
        "# Settings",
        "",
        "<!-- Written by `python -m dashboard.settings_documentation --write`; do not edit. -->",
        "",
        "A setting is an environment variable, or a key of the same name in lower case without the",
        f"prefix in `{CONFIG_NAME}` in the home. A command's option wins over the variable, the",
        "variable over the file, the file over the default.",
        "",
        "| variable | key in the file | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        variable = f"`AFTERWATCH_{name.upper()}`"
        key = "" if name == "home" else f"`{name}`"
        default = (
            "~/.afterwatch"
            if name == "home"
            else _plain(field.get_default(call_default_factory=True))
        )
        lines.append(f"| {variable} | {key} | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _plain(value: object) -> str:
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value or "")
    return f"`{text}`" if text else "empty"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(settings_page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != settings_page():
        sys.exit(
            "docs/settings.md is out of date: python -m dashboard.settings_documentation --write"
        )
