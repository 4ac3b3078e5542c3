"""One playbook in which the linter finds nothing, written out, for tests that break it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import yaml

CLEAN = """
schema_version: 1
id: clean
title: {en: A clean playbook, zh: 无误的处置手册}
summary: {en: Nothing is wrong with it, zh: 没有任何问题}
owner: tests
review_by: 2027-06-30
levels: [2, 3, 4]
topics: [product]
markets: [DE, CN]
roles:
  crisis_lead: {title: {en: Lead, zh: 负责人}}
  legal: {title: {en: Counsel, zh: 法务}, fallback: crisis_lead}
  pr: {title: {en: Public relations, zh: 公关}, fallback: crisis_lead}
variables:
  product: {type: text, title: {en: Product, zh: 商品}, required: true}
  injury: {type: boolean, title: {en: Hurt, zh: 受伤}}
  orders: {type: list, title: {en: Orders, zh: 订单}, default: "A, B"}
steps:
  - key: look
    kind: manual
    title: {en: "Look at {product}", zh: "查看 {product}"}
    phase: contain
    role: crisis_lead
    due: {after: {2: PT2H, 3: PT1H, 4: PT30M}, anchor: declared}
    asks: [injury]
    evidence: [affected-orders]
  - key: clocks
    kind: auto
    title: {en: Start the clocks, zh: 启动时限}
    phase: contain
    role: legal
    level: 3
    do: start_clocks
    needs: [look]
  - key: sign
    kind: approval
    title: {en: Sign it, zh: 签批}
    phase: contain
    role: legal
    roles: [legal, crisis_lead]
    of: look
    needs: [look]
    due: {after: PT3H, anchor: declared}
  - key: say
    kind: statement
    title: {en: Say it, zh: 发布声明}
    phase: apologise
    role: pr
    template: test-holding
    audience: customers
    channels: [email]
    public: true
    needs: [sign]
    due: {after: PT4H, anchor: declared}
  - key: pay
    kind: auto
    title: {en: Propose, zh: 提出补偿}
    phase: compensate
    role: crisis_lead
    do: propose_batch
    with: {cause: "{orders}"}
    needs: [look]
    when: injury
  - key: hook
    kind: auto
    title: {en: Call, zh: 调用}
    phase: compensate
    role: crisis_lead
    do: call_webhook
    with: {url: "https://example.org"}
    effect: at_most_once
    proof: {en: Look there, zh: 到对方系统查看}
    needs: [pay]
  - key: tell
    kind: notify
    title: {en: Tell, zh: 通知}
    phase: contain
    to: [pr, "#ops"]
    message: {en: "Now: {product}", zh: "进展：{product}"}
  - key: rest
    kind: wait
    title: {en: Wait, zh: 等待}
    phase: remedy
    for: PT6H
    needs: [say]
    due: {after: PT8H, anchor: say}
  - key: calm
    kind: check
    title: {en: Calm, zh: 平息}
    phase: prove
    that: cases < 5 and not injury
    needs: [look]
cadence:
  - audience: team
    every: {2: PT8H, 3: PT4H, 4: PT2H}
    role: crisis_lead
    message: {en: How it goes, zh: 进展}
clocks: [gdpr-72h]
compensation: standard
recovery:
  - markets: ["*"]
    order: [compensate, apologise, remedy]
    tone: {en: Plain, zh: 坦诚}
    reason: {en: It helps, zh: 有效}
    source: A study
metrics:
  - name: time_to_say
    title: {en: To the first statement, zh: 至首次声明}
    unit: hours
    target: 4
    since: declared
    until: say
drill:
  title: {en: Practice, zh: 演练}
  story: {en: A story, zh: 情节}
  variables: {product: Lamp}
  level: 3
"""

Body = dict[str, Any]
_BODY: Body = yaml.safe_load(CLEAN)


def body() -> Body:
    """The body, to be changed at will."""
    return copy.deepcopy(_BODY)


def step(body: Body, key: str) -> Body:
    """One step of a body."""
    found: Body = next(one for one in body["steps"] if one["key"] == key)
    return found


def changing(key: str, **fields: Any) -> Callable[[Body], None]:
    """Sets fields of a step; None takes them away."""

    def change(body: Body) -> None:
        found = step(body, key)
        for name, value in fields.items():
            if value is None:
                found.pop(name.rstrip("_"), None)
            else:
                found[name.rstrip("_")] = value

    return change


def setting(**fields: Any) -> Callable[[Body], None]:
    """Sets fields of the playbook; None takes them away."""

    def change(body: Body) -> None:
        for name, value in fields.items():
            if value is None:
                body.pop(name, None)
            else:
                body[name] = value

    return change
