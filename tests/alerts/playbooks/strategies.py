"""Playbooks without a finding, drawn at random, and a library that they are clean in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import yaml
from hypothesis import strategies as st

from alerts.library.model import Library
from alerts.playbooks.format import PHASES, Playbook

TODAY = date(2026, 11, 22)

LIBRARY = Library(
    models={
        "statement": {
            "test-holding": SimpleNamespace(
                public=True,
                sign_offs=("translated", "proofread", "final"),
                channels={"email": None, "social": None},
                locales={"en": None, "zh-Hans": None, "de": None},
                variables={"product": SimpleNamespace(type="text")},
            ),
            "test-update": SimpleNamespace(
                public=False,
                sign_offs=("final",),
                channels={"email": None},
                locales={"en": None, "zh-Hans": None},
                variables={},
            ),
        },
        "compensation": {"standard": SimpleNamespace()},
        "levels": {"levels": SimpleNamespace(flags={"injury_confirmed": None})},
        "statutory": {
            "statutory": SimpleNamespace(
                rules=(SimpleNamespace(key="gdpr-72h"), SimpleNamespace(key="gpsr-notification"))
            )
        },
        "checklists": {
            "crisis": SimpleNamespace(
                items=(SimpleNamespace(id="affected-orders"), SimpleNamespace(id="test-report"))
            )
        },
    },
    effects={
        "propose_batch": {"cause": "why", "level": "which"},
        "start_clocks": {},
        "call_webhook": {"url": "where", "body": "what"},
        "collect_rows": {"tables": "which"},
    },
    # Three of each, so that whoever made something leaves enough others to sign it.
    holders={
        "crisis_lead": ("Ana", "Ada", "Abe"),
        "legal": ("Lex", "Lou", "Liz"),
        "pr": ("Pia", "Pat", "Pim"),
    },
    today=TODAY,
    measures={"cases": int, "anger_max": float},
)
"""What the playbooks drawn here refer to."""

KINDS = ("manual", "auto", "approval", "statement", "notify", "wait", "check")
ROLES = ("crisis_lead", "legal", "pr")
CONDITIONS = (
    "level >= 1",
    "level >= 3",
    "drill",
    "not drill",
    'labels.market == "DE"',
    "injury",
    "units > 10 or injury",
    'product == "Lamp"',
)
"""What is known from the start, at least at the highest level; labels may stay unknown."""


def texts(word: str) -> dict[str, str]:
    """A text in both languages."""
    return {"en": f"Do {word} for {{product}}", "zh": f"为 {{product}} 执行 {word}"}


@st.composite
def bodies(draw: st.DrawFn, most_steps: int = 12) -> dict[str, Any]:
    """The body of a playbook without a finding, as YAML has it."""
    levels = draw(st.sampled_from([[1, 2, 3, 4], [2, 3, 4], [3, 4], [2, 3], [1]]))
    count = draw(st.integers(1, most_steps))
    steps: list[dict[str, Any]] = []
    for place in range(count):
        steps.append(draw(_steps(place, steps, levels)))
    apologetic = {"compensate", "apologise"} & {step["phase"] for step in steps}
    if apologetic and not any(step["phase"] == "remedy" for step in steps):
        steps[-1]["phase"] = "remedy"
    proposes = any(step.get("do") == "propose_batch" for step in steps)
    starts = any(step.get("do") == "start_clocks" for step in steps)
    used = {role for step in steps for role in (step.get("role"), *step.get("roles", ()))}
    used |= {name for step in steps for name in step.get("to", ())}
    return {
        "schema_version": 1,
        "id": "drawn",
        "title": {"en": "Drawn", "zh": "随机"},
        "summary": {"en": "Drawn at random", "zh": "随机生成"},
        "owner": "tests",
        "review_by": "2027-06-30",
        "levels": levels,
        "markets": draw(st.sampled_from([[], ["DE"], ["US", "CN"]])),
        "roles": {role: {"title": {"en": role, "zh": "角色"}} for role in ROLES if role in used},
        "variables": {
            "product": {"type": "text", "title": {"en": "Product", "zh": "商品"}, "required": True},
            "units": {"type": "integer", "title": {"en": "Units", "zh": "数量"}, "default": 5},
            "injury": {"type": "boolean", "title": {"en": "Hurt", "zh": "受伤"}, "default": False},
        },
        "steps": steps,
        "cadence": [
            {
                "audience": "staff",
                "every": {2: "PT8H", 3: "PT4H", 4: "PT2H"},
                "message": {
                    "en": "Where things stand: {product} {units} {injury}",
                    "zh": "目前进展：{product} {units} {injury}",
                },
            }
        ],
        "clocks": ["gdpr-72h"] if starts else [],
        "compensation": "standard" if proposes else None,
        "metrics": [
            {
                "name": "time_to_last_step",
                "title": {"en": "Time to the last step", "zh": "完成用时"},
                "unit": "hours",
                "target": 72,
                "since": "start",
                "until": steps[-1]["key"],
            }
        ],
        "drill": {
            "title": {"en": "Practice", "zh": "演练"},
            "story": {"en": "A made-up story", "zh": "虚构情节"},
            "variables": {"product": "Lamp"},
            "level": levels[-1],
        },
    }


@st.composite
def _steps(
    draw: st.DrawFn, place: int, before: list[dict[str, Any]], levels: list[int]
) -> dict[str, Any]:
    """A step that may build on those before it; its due time grows with its place."""
    level = draw(st.sampled_from(levels))
    below = [step["key"] for step in before if step["level"] <= level]
    needs = draw(st.lists(st.sampled_from(below), unique=True, max_size=3)) if below else []
    # Nothing can be signed before there is something to sign.
    kind = draw(st.sampled_from(KINDS if below else [one for one in KINDS if one != "approval"]))
    key = f"{kind}-{place}"
    step: dict[str, Any] = {
        "key": key,
        "kind": kind,
        "title": texts(key),
        "phase": draw(st.sampled_from(PHASES)),
        "role": draw(st.sampled_from(ROLES)),
        "level": level,
        "needs": needs,
        "due": {"after": f"PT{(place + 1) * 30 + draw(st.integers(0, 29))}M"},
        "on_timeout": draw(st.sampled_from(["escalate", "fail", "skip"])),
    }
    condition = draw(st.none() | st.sampled_from(CONDITIONS))
    if condition is not None and not (condition == "level >= 3" and levels[-1] < 3):
        step["when"] = condition
    match kind:
        case "manual":
            step["asks"] = draw(st.sampled_from([[], ["injury"], ["units", "injury"]]))
            step["evidence"] = draw(st.sampled_from([[], ["affected-orders"], ["test-report"]]))
        case "auto":
            step |= draw(st.sampled_from(_AUTO))
        case "approval":
            step["of"] = draw(st.sampled_from(below))
            step["needs"] = sorted({*needs, step["of"]})
            step["roles"] = draw(
                st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True)
            )
            step["on_timeout"] = draw(st.sampled_from(["escalate", "fail"]))
        case "statement":
            step |= draw(st.sampled_from(_STATEMENTS))
        case "notify":
            step["to"] = draw(st.lists(st.sampled_from([*ROLES, "#ops"]), min_size=1, unique=True))
            step["message"] = texts("told")
        case "wait":
            step["for"] = draw(st.sampled_from(["PT10M", "PT20M", "PT30M"]))
        case "check":
            step["that"] = draw(st.sampled_from(["cases < 5", "anger_max < 60 and not injury"]))
    return step


_AUTO: tuple[Mapping[str, Any], ...] = (
    {"do": "propose_batch", "with": {"cause": "{product}", "level": 2}},
    {"do": "start_clocks"},
    {"do": "collect_rows", "with": {"tables": ["orders"]}},
    {
        "do": "call_webhook",
        "with": {"url": "https://example.org/{units}"},
        "effect": "at_most_once",
        "proof": {"en": "Look there for {product}.", "zh": "请在该处查看 {product}。"},
    },
)
_STATEMENTS: tuple[Mapping[str, Any], ...] = (
    {
        "template": "test-holding",
        "audience": "customers",
        "channels": ["email", "social"],
        "public": True,
    },
    {
        "template": "test-update",
        "audience": "staff",
        "channels": ["email"],
        "locales": ["en", "zh-Hans"],
    },
)


def playbooks(most_steps: int = 12) -> st.SearchStrategy[Playbook]:
    """Playbooks in which the linter finds nothing, given `LIBRARY`."""
    return bodies(most_steps).map(Playbook.model_validate)


def written(body: Mapping[str, Any]) -> str:
    """A body as YAML, in which nothing refers to another place."""
    # JSON parts what two places share, which YAML would write as an alias; levels become texts.
    return yaml.safe_dump(json.loads(json.dumps(body)), sort_keys=False, allow_unicode=True)
