"""`afterwatch kpi`: what it prints, and what it says when it cannot answer."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import group
from dashboard.services import open_services
from dashboard.settings import load_settings
from data_access.marts import refresh
from data_access.metrics import CATALOGUE
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-10")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    made = Home(folder)
    cases = [
        {"case_id": "a", "created_at": at("2026-03-01 23:30"), "country": "DE", "status": "open"},
        {"case_id": "b", "created_at": at("2026-03-03 09:00"), "country": "FR", "status": "open"},
        {"case_id": "c", "created_at": at("2026-03-03 10:00"), "country": "DE", "status": "open"},
    ]
    events = [
        {"event_id": "1", "case_id": "a", "at": at("2026-03-02 01:00"), "type": "agent_msg"},
        {"event_id": "2", "case_id": "b", "at": at("2026-03-04 09:00"), "type": "agent_msg"},
        {"event_id": "3", "case_id": "c", "at": at("2026-03-03 10:00"), "type": "created"},
    ]
    made.take_in({"cases": cases, "case_events": events}, NOW)
    refresh(made.warehouse, made.engine, NOW)
    made.close()
    return folder


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["kpi", *words, "--home", str(home)])


def rows(home: Path, *words: str) -> list[dict[str, object]]:
    done = run(home, *words, "--format", "json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def test_json_rows_have_the_promised_fields_in_order(home: Path) -> None:
    asked = ("first_response_within_target", "--by", "market,week", "--to", "2026-03-02")
    (row,) = rows(home, *asked)
    assert list(row) == [
        *("market", "week", "value", "n", "low", "high", "unit", "as_of", "fresh_at"),
    ]
    assert row == {
        "market": "DE",
        "week": "2026-02-23",
        "value": 1.0,
        "n": 1,
        "low": pytest.approx(0.2065, abs=1e-4),
        "high": 1.0,
        "unit": "share",
        "as_of": "2026-03-10T00:00:00Z",
        "fresh_at": "2026-03-10T00:00:00Z",
    }


def test_doubted_rows_are_told_beside_the_number(tmp_path: Path) -> None:
    made = Home(tmp_path)
    cases = [
        {"case_id": "a", "created_at": at("2026-03-01 09:00"), "country": "DE", "status": "open"},
        {"case_id": "b", "created_at": at("2026-03-01 09:00"), "country": "FR", "status": "open"},
    ]
    events = [
        {"event_id": "1", "case_id": "a", "at": at("2026-03-01 08:00"), "type": "customer_msg"},
        {"event_id": "2", "case_id": "a", "at": at("2026-03-01 10:00"), "type": "agent_msg"},
        {"event_id": "3", "case_id": "b", "at": at("2026-03-01 10:00"), "type": "agent_msg"},
    ]
    made.take_in({"cases": cases, "case_events": events}, NOW)
    refresh(made.warehouse, made.engine, NOW)
    made.close()
    asked = ("first_response_within_target", "--by", "market")
    found = rows(tmp_path, *asked)
    assert [(row["market"], row["tainted"]) for row in found] == [("DE", 1), ("FR", 0)]
    assert "rows that a data-quality check doubts" in run(tmp_path, *asked).output
    (clean,) = rows(tmp_path, *asked, "--where", "market=FR")
    assert "tainted" not in clean


def test_split_filter_zone_and_as_of(home: Path) -> None:
    by_market = rows(home, "contacts", "--by", "market")
    assert [(row["market"], row["n"]) for row in by_market] == [("DE", 2), ("FR", 1)]
    assert rows(home, "contacts", "--where", "market=DE", "--from", "2026-03-02")[0]["n"] == 1
    berlin = rows(home, "contacts", "--by", "day", "--zone", "Europe/Berlin")
    assert (berlin[0]["day"], berlin[0]["n"]) == ("2026-03-02", 1)
    assert rows(home, "contacts", "--as-of", "2026-03-02")[0]["n"] == 1
    assert rows(home, "contacts", "--as-of", "2026-03-03T09:30")[0]["n"] == 2
    assert rows(home, "contacts", "--where", "market=DE", "--where", "market=FR")[0]["n"] == 3


def test_csv_and_table(home: Path) -> None:
    text = run(home, "contacts", "--by", "market", "--format", "csv").stdout
    assert [row["n"] for row in csv.DictReader(io.StringIO(text))] == ["2", "1"]
    shown = run(home, "contacts", "--by", "market").stdout
    assert "Contacts (count)" in shown
    assert "As of 2026-03-10 00:00 UTC, newest import 2026-03-10 00:00." in shown


def test_without_a_name_the_catalogue(home: Path) -> None:
    listed = json.loads(CliRunner().invoke(group, ["kpi", "--format", "json"]).stdout)
    assert [kpi["name"] for kpi in listed] == list(CATALOGUE)
    assert "first_response_within_target" in CliRunner().invoke(group, ["kpi"]).stdout


def test_a_value_that_nobody_has_gets_a_hint(home: Path) -> None:
    done = run(home, "contacts", "--by", "channel", "--where", "market=XX", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == []
    assert "no row has market=XX. Known: DE, FR." in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["joy"], "There is no KPI 'joy'. Known: contacts"),
        (["contacts", "--by", "joy"], "contacts has no dimension 'joy'"),
        (["on_time_delivery", "--where", "channel=email"], "on_time_delivery has no dimension"),
        (["contacts", "--where", "market"], "write dimension=value"),
        (["contacts", "--where", "joy=1"], "write dimension=value with one of market"),
        (["contacts", "--from", "2026-13-01"], "--from '2026-13-01' is no day"),
        (["contacts", "--as-of", "noon"], "--as-of 'noon' is no time"),
        (["contacts", "--as-of", "9999-12-31"], "--as-of '9999-12-31' is no time"),
        (["contacts", "--as-of", "9999-12-31T23:59-05:00"], "is no time"),
        (["contacts", "--zone", "Mars/Base"], "no IANA time zone"),
        (["contacts", "--currency", "DOL"], "no ISO 4217 currency"),
        (["contacts", "--from", "2026-03-02", "--to", "2026-03-01"], "ends (2026-03-01) before"),
    ],
)
def test_wrong_usage_is_told_in_one_message(home: Path, words: list[str], said: str) -> None:
    done = run(home, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_an_empty_home_has_no_numbers_but_no_error(tmp_path: Path) -> None:
    services = open_services(load_settings(home=tmp_path))
    services.engine.dispose()
    (row,) = rows(tmp_path, "first_response_within_target")
    assert (row["n"], row["value"], row["fresh_at"]) == (0, None, None)
    assert "nothing imported yet" in run(tmp_path, "contacts").stdout
