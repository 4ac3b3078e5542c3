"""Presets as declared: complete, cited, and as the page says."""

from __future__ import annotations

from dataclasses import fields

import pytest

from data_access.presets import CAUSES, METRICS, PRESETS, PresetError, preset
from data_access.presets.definition import Definition
from data_access.presets.documentation import PAGE, presets_page

NOT_SWITCHED = {"text", "sources", "assumed", "business", "statistic"}


def test_every_metric_is_defined_or_said_to_be_missing() -> None:
    assert tuple(PRESETS) == (
        "afterwatch",
        "zendesk",
        "gorgias",
        "freshdesk",
        "intercom",
        "chatwoot",
    )
    for made in PRESETS.values():
        assert set(made.metrics) | set(made.missing) == set(METRICS), made.name
        assert not set(made.metrics) & set(made.missing), made.name


def test_every_definition_is_cited_and_says_what_is_assumed() -> None:
    known = {one.name for one in fields(Definition)}
    for made in PRESETS.values():
        for metric, definition in made.metrics.items():
            assert definition.text.endswith("."), (made.name, metric)
            assert definition.sources, (made.name, metric)
            assert set(definition.assumed) <= known, (made.name, metric)


def test_every_switch_is_a_cause() -> None:
    switched = {one.name for one in fields(Definition)} - NOT_SWITCHED
    assert set(CAUSES.values()) == switched


def test_the_page_says_what_is_declared() -> None:
    assert PAGE.read_text(encoding="utf-8") == presets_page()


def test_hours_can_be_chosen() -> None:
    assert preset("zendesk").definition("first_response").hours == "business"
    calendar = preset("zendesk:calendar").definition("first_response")
    assert (calendar.hours, calendar.schedule) == ("calendar", "in_force")
    business = preset("intercom:business").definition("first_response")
    assert (business.hours, business.schedule) == ("business", "in_force")
    assert preset("zendesk:business").definition("on_hold").schedule == "at_the_end"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("helpdesk", "There is no preset 'helpdesk'. Known: afterwatch, zendesk"),
        ("zendesk:night", "There is no preset 'zendesk:night'"),
        ("gorgias:business", "Gorgias shows no business hours"),
    ],
)
def test_unknown_presets(name: str, said: str) -> None:
    with pytest.raises(PresetError, match=said.replace("'", ".")):
        preset(name)


def test_unknown_metrics() -> None:
    with pytest.raises(PresetError, match=r"There is no time metric 'nps'\. Known: first_response"):
        preset("zendesk").definition("nps")
