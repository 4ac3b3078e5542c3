"""The sample company's own alerting.yaml: usable, covered, and left alone once it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alerts import roster
from alerts.notify.config import FILE_NAME, load
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
