"""A busy crisis for the screens that show one: a faulty lot at level 3, half way through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from alerts import library, runs
from alerts.crisis import criteria, rows
from alerts.crisis.acting import act, open_by_hand
from alerts.crisis.model import Action, Do, Link
from alerts.notify.config import Config
from alerts.notify.current import Current
from dashboard.demo.duty import declare
from data_access.state.engine import writing
from tests.alerts.runs.world import line, playbook_text

HEAD = """
schema_version: 1
id: {id}
title: {{en: Faulty lot and safety recall, zh: 批次缺陷与安全召回}}
summary: {{en: Stop the lot and make customers whole, zh: 停售该批次并补偿客户}}
owner: Supply
review_by: 2030-01-01
topics: [{topic}]
roles:
  crisis_lead: {{title: {{en: Crisis lead, zh: 危机负责人}}}}
  service_manager: {{title: {{en: Service manager, zh: 客服经理}}, fallback: crisis_lead}}
  supply: {{title: {{en: Supply and quality, zh: 供应与质量}}, fallback: crisis_lead}}
  legal: {{title: {{en: Legal, zh: 法务}}, fallback: crisis_lead}}
  pr: {{title: {{en: Public relations, zh: 公关}}, fallback: crisis_lead}}
  finance: {{title: {{en: Finance, zh: 财务}}, fallback: crisis_lead}}
variables:
  product: {{type: text, title: {{en: Product, zh: 商品}}}}
"""
TAIL = """
cadence:
  - {audience: customers, every: {2: PT8H, 3: PT4H, 4: PT2H}}
  - {audience: executives, every: {2: P1D, 3: PT8H, 4: PT4H}}
"""


def _due(after: str) -> dict[str, str]:
    return {"after": after, "anchor": "declared"}


STEPS = (
    line(
        "stop-sale", role="supply", due=_due("PT30M"),
        title={"en": "Stop the sale of the lot everywhere", "zh": "在所有渠道停售该批次"},
        text={"en": "Take the lot out of every shop and marketplace, then look whether it is gone.",
              "zh": "在所有店铺与平台下架该批次，并确认已下架。"},
    ),
    line(
        "quarantine", role="supply", needs=["stop-sale"], due=_due("PT2H"),
        title={"en": "Quarantine what is in stock", "zh": "隔离库存"},
        text={"en": "Lock the lot in every warehouse; write down how many units.",
              "zh": "在各仓库锁定该批次，并记录数量。"},
    ),
    line(
        "call-team", role="crisis_lead", due=_due("PT30M"),
        title={"en": "Call the crisis team together", "zh": "召集危机小组"},
        text={"en": "Lead, legal, public relations, supply: fifteen minutes, one question each.",
              "zh": "负责人、法务、公关、供应：十五分钟，每人一个问题。"},
    ),
    line(
        "decide-recall", "approval", of="call-team", roles=["legal", "crisis_lead"],
        needs=["call-team"], role="crisis_lead", due=_due("PT4H"),
        title={"en": "Decide on a recall", "zh": "决定是否召回"},
        text={"en": "Two people sign what the team decided.", "zh": "由两人签署小组的决定。"},
    ),
    line(
        "choose-compensation", phase="compensate", role="finance", due=_due("PT6H"),
        title={"en": "Choose who is compensated and how", "zh": "确定补偿对象与方式"},
    ),
    line(
        "write-customers", phase="apologise", role="pr", due=_due("PT3H"),
        title={"en": "Write to the customers of the lot", "zh": "致函该批次的客户"},
    ),
    line(
        "find-cause", phase="remedy", role="supply", needs=["quarantine"], due=_due("P3D"),
        title={"en": "Find the cause with the supplier", "zh": "与供应商查明原因"},
    ),
    line(
        "collect-proof", phase="prove", role="legal", due=_due("P1D"),
        title={"en": "Collect what proves it", "zh": "收集证据"},
    ),
    line(
        "review", phase="review", role="service_manager", needs=["find-cause"], due=_due("P7D"),
        title={"en": "Go through it together", "zh": "共同复盘"},
    ),
)  # fmt: skip


def ready(engine: Engine, home: Path, now: datetime) -> Config:
    """People in roles and the documents that ship, as a running Afterwatch has them."""
    declare(home)
    library.register(engine, home, now)
    return Current(home).config()


def led_by(
    engine: Engine,
    now: datetime,
    steps: Sequence[str] = STEPS,
    *,
    name: str = "test-lot",
    topic: str = "test-topic",
) -> None:
    """Put a playbook for `topic` in force."""
    text = playbook_text(*steps, head=HEAD.format(id=name, topic=topic), tail=TAIL)
    with writing(engine) as connection:
        library.store.add(connection, "playbook", name, text, origin="screen", by="Ana", now=now)


def opened(
    engine: Engine,
    config: Config,
    at: datetime,
    *,
    level: int = 3,
    title: str = "Kettles of lot L-2291 leak",
    topic: str = "test-topic",
) -> int:
    """A crisis declared by hand; its number."""
    outcome = open_by_hand(
        engine, title, {"topic": topic, "market": "DE", "lot": "L-2291"},
        (Link("lot", "plm", "L-2291", "Lot L-2291"),), level, "Two labs say so",
        config=config, actor="Ana Weber", token=None, wall=at,
    )  # fmt: skip
    assert outcome.result == "done", outcome
    return int((outcome.data or {})["crisis"])


def busy(engine: Engine, home: Path, now: datetime) -> int:
    """A crisis at level 3 for an hour and a half: some done, some overdue, one to be signed."""
    began = now - timedelta(minutes=95)
    config = ready(engine, home, began)
    led_by(engine, began)
    number = opened(engine, config, began)

    def acted(minutes: int, action: Action, actor: str = "Ana Weber") -> None:
        outcome = act(
            engine, number, action, config=config, actor=actor, version=None, token=None,
            wall=began + timedelta(minutes=minutes),
        )  # fmt: skip
        assert outcome.result == "done", outcome

    def stepped(minutes: int, key: str, action: runs.Action, actor: str) -> None:
        outcome = runs.act(
            engine, 1, key, action, config=config, actor=actor, version=None, token=None,
            wall=began + timedelta(minutes=minutes),
        )  # fmt: skip
        assert outcome.result == "done", outcome

    acted(3, Action(Do.FLAG, flag="recall_hint", note="The lab of the supplier wrote"))
    stepped(4, "call-team", runs.Action(runs.Do.START), "Ana Weber")
    stepped(24, "call-team", runs.Action(runs.Do.DONE, note="We stop the sale today"), "Ana Weber")
    stepped(31, "decide-recall", runs.Action(runs.Do.APPROVE, role="legal"), LEGAL)
    stepped(40, "stop-sale", runs.Action(runs.Do.START), "Mei Chen")
    acted(52, Action(Do.COMMENT, note="The marketplace desk asks for the list of offers."), LEGAL)
    measured(engine, number, began + timedelta(minutes=60))
    return number


LEGAL = "Lena Fischer"


def measured(engine: Engine, number: int, at: datetime) -> None:
    """What the worker would have measured."""
    figures = {
        "surge_markets": {"value": 2, "evidence": {}},
        "surge_channels": {"value": 1, "evidence": {}},
        "lot_cases": {"value": 34, "evidence": {}},
        "lot_rate": {"value": 0.083, "evidence": {}},
        "safety_injury": {"value": 0, "evidence": {}},
    }
    with writing(engine) as connection:
        stored = rows.load(connection, number)
        assert stored is not None
        levels = criteria.levels_of(connection, stored.levels_version_id)
        criteria.settle(connection, stored, levels, figures, at)
