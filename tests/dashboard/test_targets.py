"""Targets of the settings take the place of those in the catalogue."""

from __future__ import annotations

from pathlib import Path

import flask
import pytest

from dashboard import targets
from dashboard.settings import CONFIG_NAME, SettingsError, load_settings
from data_access.metrics import CATALOGUE


def test_targets_of_an_application_win_inside_it_alone() -> None:
    server = flask.Flask("one")
    targets.keep(server, {"csat": 0.85, "nps": 40})
    with server.app_context():
        assert targets.target_of("csat") == 0.85
        assert targets.target_of("nps") == 40
        assert targets.target_of("reopen_rate") == CATALOGUE["reopen_rate"].target
        assert targets.judged("csat").title == CATALOGUE["csat"].title
    with flask.Flask("other").app_context():
        assert targets.target_of("csat") == CATALOGUE["csat"].target
    assert targets.target_of("csat") == CATALOGUE["csat"].target


def test_targets_come_from_the_file_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(home=tmp_path).targets == {}
    (tmp_path / CONFIG_NAME).write_text("[targets]\ncsat = 0.85\n")
    assert load_settings(home=tmp_path).targets == {"csat": 0.85}
    monkeypatch.setenv("AFTERWATCH_TARGETS", '{"nps": 40}')
    assert load_settings(home=tmp_path).targets["nps"] == 40


@pytest.mark.parametrize(
    ("targets", "why"),
    [
        ({"happiness": 0.9}, "there is no KPI 'happiness'"),
        ({"csat": 90}, "0.9 is 90 %"),
        ({"csat": -1}, "from 0 on"),
        ({"contacts": float("nan")}, "from 0 on"),
    ],
)
def test_a_wrong_target_is_refused_by_name(targets: dict[str, float], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        load_settings(targets=targets)
