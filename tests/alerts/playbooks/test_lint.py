"""Each rule of the linter finds its fault where it is, and nothing where there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.library.model import Finding, Library
from alerts.playbooks.format import Playbook
from alerts.playbooks.lint import MESSAGES, RULES, lint
from tests.alerts.playbooks.clean import Body, body, changing, setting, step
from tests.alerts.playbooks.strategies import LIBRARY

Change = Callable[[Body], Any]


def found(change: Change = lambda _body: None, library: Library = LIBRARY) -> list[Finding]:
    changed = body()
    change(changed)
    return lint(Playbook.model_validate(changed), library)


def with_template(**changed: Any) -> Library:
    """The library with another holding statement."""
    holding = LIBRARY.models["statement"]["test-holding"]
    models = {kind: dict(named) for kind, named in LIBRARY.models.items()}
    models["statement"]["test-holding"] = SimpleNamespace(**{**vars(holding), **changed})
    return replace(LIBRARY, models=models)


def wanting(name: str, kind: str) -> Library:
    """The library with a holding statement that wants another variable."""
    return with_template(variables={name: SimpleNamespace(type=kind)})


def collecting(body: Body) -> None:
    changing("pay", do="collect_rows", with_={"tables": "{orders}"})(body)


def without_pr(body: Body) -> None:
    changing("say", role="legal")(body)
    changing("tell", to=["#ops"])(body)


def odd_default(body: Body) -> None:
    body["variables"]["injury"]["default"] = "no"


def add_step(body: Body, **fields: Any) -> None:
    title = {"en": "Another", "zh": "另一步"}
    body["steps"].append({"kind": "manual", "title": title, "phase": "contain", **fields})


def role_of_level_4(body: Body) -> None:
    body["roles"]["legal"] = {"title": {"en": "Counsel", "zh": "法务"}, "levels": [4]}


def circle_of_roles(body: Body) -> None:
    body["roles"]["crisis_lead"]["fallback"] = "legal"


def circle(body: Body) -> None:
    step(body, "look")["needs"] = ["say"]


def due_circle(body: Body) -> None:
    step(body, "look")["due"] = {"after": "PT1H", "anchor": "say"}
    step(body, "say")["due"] = {"after": "PT1H", "anchor": "look"}


def more_variables(**variables: Any) -> Change:
    def change(body: Body) -> None:
        for name, variable in variables.items():
            title = {"en": "Something", "zh": "某项"}
            body["variables"][name] = {"title": title, **variable}

    return change


def stating(name: str, flag: str) -> Change:
    def change(body: Body) -> None:
        body["variables"][name]["flag"] = flag

    return change


def unasked(body: Body) -> None:
    step(body, "look").pop("asks")


def two_audiences(body: Body) -> None:
    body["cadence"] *= 2


def mute_cadence(body: Body) -> None:
    body["cadence"][0].pop("message")


def high_cadence(body: Body) -> None:
    body["cadence"][0]["levels"] = [1]


def metric(**fields: Any) -> Change:
    def change(body: Body) -> None:
        for name, value in fields.items():
            if value is None:
                body["metrics"][0].pop(name)
            else:
                body["metrics"][0][name] = value

    return change


def no_remedy(body: Body) -> None:
    step(body, "rest")["phase"] = "prove"


def drill(**fields: Any) -> Change:
    def change(body: Body) -> None:
        body["drill"].update(fields)

    return change


def in_both(field: str, en: str, zh: str) -> Change:
    def change(body: Body) -> None:
        step(body, "look")[field] = {"en": en, "zh": zh}

    return change


CASES: list[tuple[str, str, Change]] = [
    ("unknown_step", "steps.say.needs", changing("say", needs=["sign", "nowhere"])),
    ("unknown_step", "steps.sign.of", changing("sign", of="nowhere")),
    ("unknown_step", "steps.say.due.anchor", changing("say", due={"after": "PT4H", "anchor": "x"})),
    ("cycle", "steps.look.needs", circle),
    ("cycle", "steps.look.due.anchor", due_circle),
    ("unreachable", "steps.say.when", changing("say", when="level == 1")),
    ("unreachable", "steps.clocks.when", changing("clocks", when="level < 3 and injury")),
    ("needs_higher_level", "steps.say.needs", changing("say", needs=["sign", "clocks"])),
    ("due_before_need", "steps.say.due", changing("say", due={"after": "PT2H"})),
    ("wait_longer_than_due", "steps.rest.due", changing("rest", for_="PT9H")),
    ("no_due", "steps.look", changing("look", due=None)),
    ("of_not_needed", "steps.sign.needs", changing("sign", needs=["tell"])),
    ("skips_approval", "steps.sign.on_timeout", changing("sign", on_timeout="skip")),
    ("missing_field", "steps.sign.roles", changing("sign", roles=None)),
    ("missing_field", "steps.say.template", changing("say", template=None)),
    ("missing_field", "steps.say.channels", changing("say", channels=None)),
    ("missing_field", "steps.tell.message", changing("tell", message=None)),
    ("missing_field", "steps.rest.for", changing("rest", for_=None)),
    ("missing_field", "steps.calm.that", changing("calm", that=None)),
    ("no_effect", "steps.clocks.do", changing("clocks", do=None)),
    ("foreign_field", "steps.look.do", changing("look", do="start_clocks")),
    ("foreign_field", "steps.tell.with", changing("tell", with_={"a": 1})),
    ("no_proof", "steps.hook.proof", changing("hook", proof=None)),
    ("no_role", "steps.look.role", changing("look", role=None)),
    ("unknown_effect", "steps.clocks.do", changing("clocks", do="pay_out")),
    ("unknown_param", "steps.pay.with.amount", changing("pay", with_={"amount": "{orders}"})),
    ("unknown_template", "steps.say.template", changing("say", template="nothing-like-it")),
    ("unknown_template", "cadence.team.template", lambda b: b["cadence"][0].update(template="xx")),
    ("unknown_channel", "steps.say.channels", changing("say", channels=["email", "fax"])),
    ("missing_locale", "steps.say.locales", changing("say", locales=["en", "fr"])),
    ("market_without_locale", "steps.say.locales", setting(markets=["DE", "JP"])),
    ("public_mismatch", "steps.say.public", changing("say", public=False)),
    ("unknown_policy", "compensation", setting(compensation="generous")),
    ("no_policy", "steps.pay.do", setting(compensation=None)),
    ("policy_unused", "compensation", collecting),
    ("unknown_clock", "clocks", setting(clocks=["gdpr-72h", "law-of-the-sea"])),
    ("clocks_never_start", "clocks", changing("clocks", do="collect_rows")),
    ("unknown_checklist", "checklist", setting(checklist="none-such")),
    ("unknown_item", "steps.look.evidence", changing("look", evidence=["moon-rock"])),
    ("unknown_flag", "variables.injury.flag", stating("injury", "moon_landed")),
    ("flag_type", "variables.product.flag", stating("product", "injury_confirmed")),
    ("unknown_role", "steps.look.role", changing("look", role="captain")),
    ("unknown_role", "steps.sign.roles", changing("sign", roles=["legal", "captain"])),
    ("unknown_role", "cadence.team.role", lambda b: b["cadence"][0].update(role="captain")),
    ("unknown_recipient", "steps.tell.to", changing("tell", to=["pr", "captain"])),
    ("fallback_cycle", "roles.legal.fallback", circle_of_roles),
    ("role_not_at_level", "steps.sign.role", role_of_level_4),
    ("role_unused", "roles.pr", without_pr),
    ("undeclared", "steps.look.text.en", in_both("text", "See {nothing}", "见 {nothing}")),
    ("undeclared", "steps.look.asks", changing("look", asks=["injury", "weather"])),
    ("undeclared", "drill.variables", drill(variables={"product": "Lamp", "weather": "bad"})),
    ("variable_unused", "variables.idle", more_variables(idle={"type": "text"})),
    ("bad_condition", "steps.pay.when", changing("pay", when="injury and")),
    ("bad_condition", "steps.pay.when", changing("pay", when="cases > 5")),
    ("bad_condition", "steps.calm.that", changing("calm", that="temperature < 5")),
    ("never_known", "steps.pay.when", unasked),
    ("never_known", "steps.pay.when", changing("pay", when='results.say == "done"')),
    ("default_type", "variables.injury.default", odd_default),
    ("not_translated", "steps.look.title.zh", in_both("title", "Look", "Look")),
    ("not_translated", "steps.look.title.en", in_both("title", "查看", "查看")),
    ("texts_differ", "steps.look.title", in_both("title", "Look at {product}", "查看")),
    ("cadence_twice", "cadence.team", two_audiences),
    ("cadence_words", "cadence.team", mute_cadence),
    ("cadence_levels", "cadence.team.levels", high_cadence),
    ("metric_source", "metrics.time_to_say", metric(until=None)),
    ("unknown_moment", "metrics.time_to_say.until", metric(until="nowhere")),
    ("unknown_moment", "metrics.time_to_say.since", metric(since="dawn")),
    ("no_remedy", "steps", no_remedy),
    ("no_drill", "drill", setting(drill=None)),
    ("drill_variable", "drill.variables", drill(variables={})),
    ("drill_level", "drill.level", drill(level=1)),
]  # fmt: skip
"""Rule, place, and a change of the clean playbook that breaks it."""


def test_the_clean_playbook_is_clean() -> None:
    assert found() == []


@pytest.mark.parametrize(("rule", "where", "change"), CASES)
def test_a_fault_is_found_where_it_is(rule: str, where: str, change: Change) -> None:
    told = found(change)
    assert (rule, where) in [(one.rule, one.where) for one in told]
    one = next(one for one in told if one.rule == rule)
    assert one.severity == MESSAGES[rule].severity
    assert "{" not in one.what.zh.replace("{product}", "").replace("{nothing}", "")


LIBRARY_CASES: list[tuple[str, str, Library]] = [
    ("unsigned_public", "steps.say.template", with_template(sign_offs=("final",))),
    ("template_variable", "steps.say", wanting("lot", "text")),
    (
        "template_variable_type",
        "steps.say",
        wanting("product", "money"),
    ),
    ("nobody_holds", "roles.crisis_lead", replace(LIBRARY, holders={"legal": ("Lex",)})),
    (
        "too_few_signers",
        "steps.sign.roles",
        replace(LIBRARY, holders={"crisis_lead": ("Ana",), "legal": ("Ana",), "pr": ("Pia",)}),
    ),
    ("review_overdue", "review_by", replace(LIBRARY, today=date(2027, 7, 1))),
]  # fmt: skip
"""Rule, place, and a library in which the clean playbook is not clean any more."""


@pytest.mark.parametrize(("rule", "where", "library"), LIBRARY_CASES)
def test_a_fault_that_others_make_is_found(rule: str, where: str, library: Library) -> None:
    assert (rule, where) in [(one.rule, one.where) for one in found(library=library)]


def test_every_rule_is_tested() -> None:
    tested = {rule for rule, _where, _change in CASES} | {one[0] for one in LIBRARY_CASES}
    assert tested == set(MESSAGES)


def test_somebody_who_stands_in_is_enough() -> None:
    told = found(library=replace(LIBRARY, holders={"crisis_lead": ("Ana",)}))
    assert [one for one in told if one.rule == "nobody_holds"] == []


def test_below_level_3_one_signature_is_enough() -> None:
    library = with_template(sign_offs=("final",))

    def low(body: Body) -> None:
        body["levels"], body["drill"]["level"] = [1, 2], 2
        body["steps"] = [one for one in body["steps"] if one["key"] != "clocks"]
        body["clocks"] = []

    assert found(low, library) == []


def test_a_step_may_be_due_before_one_that_is_not_there_yet() -> None:
    def change(body: Body) -> None:
        add_step(
            body,
            key="late",
            role="legal",
            level=4,
            needs=["look"],
            due={"after": {2: "PT1M", 4: "PT1H"}, "anchor": "declared"},
        )

    assert found(change) == []


def test_nothing_is_said_of_what_nobody_can_tell() -> None:
    blind = replace(LIBRARY, effects=None, holders=None, today=None, measures=None)
    assert found(library=blind) == []


def test_errors_come_first() -> None:
    def change(body: Body) -> None:
        more_variables(idle={"type": "text"})(body)
        changing("look", role="captain")(body)

    severities = [one.severity for one in found(change)]
    assert severities == sorted(severities, key=lambda one: one != "error")
    assert {"error", "warning"} <= set(severities)


def test_every_message_says_what_to_do_in_both_languages() -> None:
    for message in MESSAGES.values():
        for words in (message.what, message.advice):
            assert words.en.strip().endswith((".", "}"))
            assert words.zh.strip().endswith(("。", "}"))
    assert len(RULES) == len(set(RULES))
