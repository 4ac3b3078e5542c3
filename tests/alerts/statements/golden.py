"""Every shipped statement in every language and channel, filled with its examples.

`golden.json` holds what was read and found right. After changing a template, read the difference
that `python -m tests.alerts.statements.golden` makes before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path

from alerts.statements.lint import filled
from tests.alerts.statements.world import SHIPPED, template

GOLDEN = Path(__file__).parent / "golden.json"
NAMES = tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def renders() -> dict[str, str]:
    """Text by `template/locale/channel`; channels that say the same stand together."""
    found: dict[str, str] = {}
    for name in NAMES:
        made = template(name)
        for locale in made.locales:
            by_text: dict[str, list[str]] = {}
            for channel in made.channels:
                text = filled(made, locale, channel, made.examples())
                by_text.setdefault(text, []).append(channel)
            for text, channels in by_text.items():
                found[f"{name}/{locale}/{'+'.join(channels)}"] = text
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(renders(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
