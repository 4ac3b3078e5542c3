"""The inputs of a report: what they hold, and when there are none to be had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.event_log import Entry, append
from alerts.notify.config import default
from dashboard.reports import recording
from dashboard.reports.document import canonical, fingerprint
from dashboard.reports.inputs import Inputs, ReportError, context_of, take
from dashboard.reports.issuing import built
from dashboard.services import Services, open_services
from dashboard.settings import Settings
from data_access.state.engine import writing
from tests.dashboard.reports import report_home
from tests.migrated_state import opened

NOW, WEEK = report_home.NOW, report_home.WEEK


def taken(home: Services, week: str = WEEK, **given: datetime) -> Inputs:
    now = given.pop("now", NOW)
    return take(home, report_home.weekly(home), report_home.week(week), now=now, **given)  # type: ignore[arg-type]


def test_inputs_are_the_same_text_after_reading(home: Services) -> None:
    inputs = taken(home)
    again = Inputs.model_validate_json(canonical(inputs))
    assert again == inputs
    assert fingerprint(again) == fingerprint(taken(home))


def test_inputs_hold_what_the_report_is_made_from(home: Services) -> None:
    inputs = taken(home)
    assert inputs.as_of == NOW
    assert inputs.company == "Meadow & Main"
    assert inputs.targets["csat"] > 0
    assert inputs.template.text == report_home.SMALL
    assert inputs.state["marts"]["cases"] == home.warehouse.snapshot_id("cases", "marts")
    assert inputs.catalogue["csat"]["numerator"] == "surveys_csat.top"
    currencies = {rate.currency: rate for rate in inputs.rates.last}
    assert "EUR" not in currencies
    assert 0.5 < currencies["USD"].rate < 2
    assert currencies["USD"].day <= report_home.week().last


def test_an_older_report_says_what_was_known_a_day_after_its_end(home: Services) -> None:
    assert taken(home, "2026-W08").as_of == datetime(2026, 2, 24, tzinfo=UTC)
    chosen = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert taken(home, "2026-W08", as_of=chosen).as_of == chosen


@pytest.mark.parametrize(
    ("week", "given", "says"),
    [
        ("2026-W11", {}, "not over.*2026-03-15"),
        ("2031-W01", {}, "not over"),
        (WEEK, {"as_of": NOW + timedelta(hours=1)}, "last refresh was at"),
        (WEEK, {"as_of": datetime(2026, 3, 5, tzinfo=UTC)}, "was not over"),
        (WEEK, {"as_of": datetime(2026, 3, 9, 4)}, "time zone"),  # noqa: DTZ001
        ("2026-W11", {"now": NOW + timedelta(days=9)}, "before the end of 2026-W11"),
    ],
)
def test_what_cannot_be_had_is_told(
    home: Services, week: str, given: dict[str, datetime], says: str
) -> None:
    with pytest.raises(ReportError, match=says):
        taken(home, week, **given)


def test_a_home_without_numbers_says_what_to_do(tmp_path: Path) -> None:
    empty = open_services(Settings(home=tmp_path), clock=lambda: NOW)
    template = report_home.weekly(empty)
    with pytest.raises(ReportError, match="Import something first"):
        take(empty, template, report_home.week(), now=NOW)


def test_a_week_before_all_data_makes_a_report_that_says_so(home: Services) -> None:
    document = built(taken(home, "2019-W05"), home)
    assert document.period == "2019-W05"
    for section in document.sections:
        assert section.blocks


def test_settings_changed_later_do_not_reach_a_report(home: Services) -> None:
    inputs = taken(home)
    document = built(inputs, home)
    changed = home.settings.model_copy(
        update={"targets": {"csat": 0.1}, "company": "Other", "currency": "USD"}
    )
    assert built(inputs, replace(home, settings=changed)) == document
    assert context_of(inputs, home).kpi("csat").target == inputs.targets["csat"]


def test_a_record_is_read_between_two_entries_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'state.sqlite'}")
    seen: list[int] = []

    def busy(engine: Engine, *_: object) -> list[int]:
        # While the first one is read, somebody acts.
        seen.append(len(seen))
        if len(seen) == 1:
            with writing(engine) as connection:
                append(connection, [Entry(NOW, "Ada", "x", "y", "1", {})])
        return [len(seen)]

    monkeypatch.setattr(recording, "parts", lambda: {"busy": busy})
    found = recording.record(engine, default(), report_home.week(), "UTC", NOW)
    assert found.part("busy") == [2]


def test_a_record_is_read_although_somebody_always_acts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'state.sqlite'}")
    heads = iter(range(99))
    monkeypatch.setattr(recording, "_head", lambda _: next(heads))
    monkeypatch.setattr(recording, "parts", lambda: {"one": lambda *_: {"b": 1, "a": [2]}})
    found = recording.record(engine, default(), report_home.week(), "UTC", NOW)
    assert found.part("one") == {"a": [2], "b": 1}


@pytest.mark.parametrize("part", [{"at": NOW}, [float("nan")], {1, 2}])
def test_a_part_that_is_no_json_is_refused(part: object) -> None:
    with pytest.raises(recording.RecordingError, match="'odd' is no plain JSON"):
        recording.plain("odd", part)


def test_every_area_gathers_its_parts_from_an_empty_database(tmp_path: Path) -> None:
    engine = opened(f"sqlite:///{tmp_path / 'state.sqlite'}")
    found = recording.record(engine, default(), report_home.week(), "UTC", NOW)
    assert set(found.parts) == set(recording.parts())
    assert "decisions" in found.parts
