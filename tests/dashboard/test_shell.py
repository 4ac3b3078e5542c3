"""The frame: what an address means, when screens ask again, whether the tower is alive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dash import no_update

from alerts import heartbeat
from callbacks.shell import CONTROLS, note, poll, restore
from dashboard.filter_bar import known_values
from dashboard.ids import Shell
from dashboard.pulse import is_stale, judge
from dashboard.services import Services
from dashboard.url_filter import Ignored
from tests.dashboard.fakes import NOW, services


def test_an_address_sets_every_control(fake_services: Services) -> None:
    query, said, *values = restore(fake_services, "?range=7d&market=FR,XX&zone=Asia/Tokyo", None)
    controls = dict(zip([control for control, _value in CONTROLS], values, strict=True))
    assert query == "range=7d&market=FR&zone=Asia%2FTokyo"
    assert said == "Left out of the filter, because the data do not have it: market = XX."
    assert controls[Shell.RANGE] == "7d"
    assert controls[Shell.MARKET] == ["FR"]
    assert controls[Shell.ZONE] == "Asia/Tokyo"
    assert controls[Shell.CURRENCY] == "EUR"
    assert controls[Shell.FROM] == ""


def test_the_present_view_is_not_asked_again(fake_services: Services) -> None:
    assert restore(fake_services, "market=FR", "market=FR")[0] is no_update


def test_long_notes_are_cut() -> None:
    parts = tuple(Ignored("market", f"X{number}") for number in range(5))
    assert note(parts).endswith("market = X0, market = X1, market = X2 and 2 more.")
    assert note(()) == ""


def test_unreadable_values_leave_the_bar_usable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = services(tmp_path, fail=True)
    assert known_values(broken, "market") == []
    assert "cannot be read" in caplog.text
    assert restore(broken, "market=FR", None)[0] == "market=FR"
    broken.engine.dispose()


def test_the_version_is_sent_only_when_it_changed(fake_services: Services) -> None:
    assert poll(fake_services, None, None)[0] == "v1"
    assert poll(fake_services, "v1", None)[0] is no_update


def test_freshness_and_worker_are_told(fake_services: Services) -> None:
    _version, css, at, text, worker_css, worker, _news, _needs = poll(fake_services, None, None)
    assert css == "aw-stamp"
    assert at == "2026-11-22T04:01:00Z"
    assert text == "22 Nov 2026 04:01"
    assert (worker_css, worker) == ("aw-status aw-status--none", "No worker yet")
    heartbeat.beat(fake_services.engine, NOW - timedelta(seconds=20), NOW, {})
    assert poll(fake_services, None, None)[4:6] == ("aw-status aw-status--ok", "Worker running")
    later = replace(fake_services, clock=lambda: NOW + timedelta(hours=5))
    assert poll(later, None, None)[1] == "aw-stamp is-stale"
    assert poll(later, None, None)[5] == "Worker stopped"


def test_an_empty_home_is_not_stale(tmp_path: Path) -> None:
    empty = services(tmp_path, empty=True)
    assert poll(empty, None, None)[1:4] == ("aw-stamp", "", "none yet")
    empty.engine.dispose()


@pytest.mark.parametrize(
    ("age", "state"),
    [(0, "ok"), (120, "ok"), (121, "watch"), (600, "watch"), (601, "breach")],
)
def test_a_late_worker_is_seen(age: int, state: str) -> None:
    assert judge(NOW - timedelta(seconds=age), NOW) == state


def test_stale_after_the_set_minutes() -> None:
    assert not is_stale(NOW - timedelta(minutes=90), NOW, 90)
    assert is_stale(NOW - timedelta(minutes=91), NOW, 90)
    assert not is_stale(None, NOW, 90)
