"""The sample company's own alerting.yaml: usable, covered, and left alone once it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alerts import roster
from alerts.crisis.people import holders, speakers
from alerts.library.registering import shipped_library
from alerts.library.surroundings import holders as by_role
from alerts.notify.config import FILE_NAME, load
from alerts.playbooks.lint import lint
from alerts.statements.locales import LOCALES
from dashboard.demo.duty import declare


def test_every_hour_has_somebody_and_no_channel_leaves_the_machine(tmp_path: Path) -> None:
    declare(tmp_path)
    config = load(tmp_path / FILE_NAME)
    assert {channel.kind for channel in config.body.channels.values()} == {"log"}
    found = roster.findings(config, {}, datetime(2026, 3, 1, tzinfo=UTC))
    # China's holidays of a year are published in the year before.
    assert {finding.kind for _rota, finding in found} <= {"no_official_list"}


def test_what_somebody_wrote_stays(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("schema_version: 1\n", encoding="utf-8")
    declare(tmp_path)
    assert (tmp_path / FILE_NAME).read_text(encoding="utf-8") == "schema_version: 1\n"


def test_its_people_can_read_every_language_that_ships_and_sign_every_step(tmp_path: Path) -> None:
    declare(tmp_path)
    config = load(tmp_path / FILE_NAME)
    proofreaders = set(holders(config, "proofreader"))
    for locale in LOCALES:
        assert proofreaders & set(speakers(config, locale)), locale
    library = shipped_library(holders=by_role(config))
    people = {"nobody_holds", "too_few_signers"}
    for name, playbook in library.models["playbook"].items():
        assert [one for one in lint(playbook, library) if one.rule in people] == [], name
