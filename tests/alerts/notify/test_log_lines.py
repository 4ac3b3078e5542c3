"""The log as a channel."""

from __future__ import annotations

import logging

import pytest

from alerts.notify.channels.log_lines import LogChannel
from tests.alerts.notify.examples import outgoing


@pytest.mark.parametrize(
    ("severity", "level"), [("info", "INFO"), ("warning", "WARNING"), ("critical", "CRITICAL")]
)
def test_a_message_is_one_line_of_its_severity(
    caplog: pytest.LogCaptureFixture, severity: str, level: str
) -> None:
    caplog.set_level(logging.INFO, "afterwatch.notify")
    given = outgoing(severity=severity, body="严重：滞留\n/alerts/7 [abcd1234]\n")
    assert LogChannel().send(given).outcome == "ok"
    (record,) = caplog.records
    assert record.levelname == level
    assert record.getMessage() == "严重：滞留 /alerts/7 [abcd1234]"
