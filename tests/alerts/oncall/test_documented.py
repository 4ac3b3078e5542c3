"""The rota and the escalation that the documentation shows can be used as they stand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import yaml

from alerts.oncall.format import Escalation, Rota
from alerts.oncall.rota import check

PAGE = Path(__file__).parents[3] / "docs" / "notification.md"


def test_the_examples_can_be_used_and_leave_nothing_open() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    parts = {name: part for block in blocks for name, part in yaml.safe_load(block).items()}
    rota = Rota.model_validate(parts["rotas"]["europe"])
    assert check(rota, date(2026, 1, 1), people={"anna", "ben", "cem", "dai", "eva"}) == []
    policy = Escalation.model_validate(parts["escalations"]["standard"])
    assert (len(policy.steps), policy.repeat) == (2, 2)
