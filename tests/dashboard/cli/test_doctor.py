"""`afterwatch doctor`: data-quality findings by check, with counts and what to do."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from alerts.crisis.acting import open_by_hand
from alerts.heartbeat import beat
from alerts.library import register
from alerts.notify.config import FILE_NAME, load
from dashboard.cli import group
from data_access.marts import refresh
from tests.data_access.metrics.home import Home
from tests.data_access.tables import at

NOW = at("2026-03-20 12:00")


def looked_over(folder: Path, *, early: int, names: tuple[str, str] = ("k1", "k2")) -> str:
    """What doctor says of two cases, of which `early` have a note from before their creation."""
    made = Home(folder)
    created = at("2026-03-10 09:00")
    cases = [{"case_id": name, "created_at": created, "status": "open"} for name in names]
    events = [
        {"event_id": name, "case_id": name, "at": at("2026-03-11 09:00"), "type": "agent_msg"}
        for name in names
    ]
    events += [
        {"event_id": f"{name}-{n}", "case_id": name, "at": at("2026-03-01 09:00"), "type": kind}
        for name in names[:early]
        for n, kind in enumerate(("note", "tag"))
    ]
    made.take_in({"cases": cases, "case_events": events}, NOW)
    refresh(made.warehouse, made.engine, NOW)
    made.close()
    done = CliRunner().invoke(group, ["doctor", "--home", str(folder)])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return " ".join(done.output.split())


def test_findings_are_counted_by_case_with_what_to_do(tmp_path: Path) -> None:
    told = looked_over(tmp_path, early=2)
    assert "data quality: Something happened before the case was created: 2 cases" in told
    assert "What lies before the creation is not counted." in told
    assert "Check the time zone of the export." in told
    assert "See: afterwatch explain k1 --source shop" in told


def test_a_case_number_is_quoted_for_the_shell(tmp_path: Path) -> None:
    told = looked_over(tmp_path, early=1, names=("a b; #1", "k2"))
    assert "See: afterwatch explain 'a b; #1' --source shop" in told


def test_clean_records_say_nothing(tmp_path: Path) -> None:
    assert "data quality" not in looked_over(tmp_path, early=0)
    assert "data quality: Something happened before the case was created: 1 case " in (
        looked_over(tmp_path / "other", early=1)
    )


def test_what_the_worker_could_not_use_or_deliver_is_told(tmp_path: Path) -> None:
    made = Home(tmp_path)
    fault = "alerting.yaml, line 7: route.receivers.0: there is no person 'Anna'; known: Ana."
    beat(made.engine, NOW, NOW, {"faults": [fault], "overdue": [], "dead_letters": 2})
    made.close()
    done = CliRunner().invoke(group, ["doctor", "--home", str(tmp_path)])
    told = " ".join(done.output.split())
    assert done.exit_code == 1
    assert f"! worker's fault: {fault}" in told
    assert "! messages: 2 could not be delivered See why: afterwatch notify outbox" in told
    assert "overdue" not in told


def test_late_steps_and_signatures_that_nobody_can_give_are_told(tmp_path: Path) -> None:
    people = "schema_version: 1\npeople:\n  Ana: {zone: Europe/Berlin, roles: [crisis_lead]}\n"
    (tmp_path / FILE_NAME).write_text(people, encoding="utf-8")
    made = Home(tmp_path)
    register(made.engine, None, NOW)
    opened = open_by_hand(
        made.engine,
        "Parcels stand still",
        {"topic": "delivery"},
        (),
        3,
        "told by the desk",
        config=load(tmp_path / FILE_NAME),
        actor="Ana",
        token=None,
        wall=NOW,
        chosen=("carrier-collapse",),
    )
    assert opened.result == "done", opened
    made.close()
    told = " ".join(CliRunner().invoke(group, ["doctor", "--home", str(tmp_path)]).output.split())
    assert re.search(r"! crisis: Parcels stand still: \d+ steps? overdue See: afterwatch", told)
    assert "! playbook carrier-collapse: steps.sign-message.roles: Nobody is left to sign" in told
