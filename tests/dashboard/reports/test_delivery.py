"""Reports as messages: to whom, what they say, and what a mail server really gets."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest

from alerts.notify import sender
from alerts.notify.channels import building
from alerts.notify.config import Config
from alerts.notify.limits import LIMITS
from dashboard.reports import delivery, files, forms, store
from dashboard.reports.delivery import Order
from dashboard.reports.schedule_file import Receiver
from tests.alerts.notify.mail_server import MailServer, mail_server
from tests.dashboard.reports.planned import ALERTING, NOW, PLAN, Home, home

ROOMS = """\
schema_version: 1
channels:
  mail: {kind: email, host: 127.0.0.1, security: none, sender: "Afterwatch <a@shop.example>"}
  slack: {kind: slack, url_env: SLACK}
  teams: {kind: teams, url_env: TEAMS}
  wecom: {kind: wecom, url_env: WECOM, locale: zh}
  dingtalk: {kind: dingtalk, url_env: DING, locale: zh}
  feishu: {kind: feishu, url_env: FEISHU, locale: zh}
  hook: {kind: webhook, url: "https://hooks.shop.example/a"}
people:
  Ana: {addresses: {mail: ana@shop.example}, roles: [finance]}
  Ben: {roles: [finance]}
  Cai: {locale: zh, addresses: {mail: cai@shop.example}}
"""


@pytest.fixture
def own(sqlite_url: str, tmp_path: Path) -> Iterator[Home]:
    """A home of its own."""
    made = home(sqlite_url, tmp_path / "home")
    yield made
    made.close()


def parsed(raw: bytes) -> EmailMessage:
    """A mail as its reader's program reads it."""
    made = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def attached(mail: EmailMessage) -> dict[str, bytes]:
    """Files by name, byte for byte."""
    found = {}
    for part in mail.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_filename())] = content
    return found


def sent(own: Home, server: MailServer) -> dict[str, EmailMessage]:
    """Send what waits, to a real server; mails by mailbox."""
    port = f"security: none, port: {server.port}, timeout_seconds: 2"
    own.people(ALERTING.replace("security: none", port))
    config = own.config()

    def clock() -> datetime:
        return NOW

    channels = building.build(config, clock, home=own.services.settings.home)
    report = sender.send_due(own.services.engine, own.lease, config, channels, clock, rng=Random(1))
    assert report.faults == ()
    return {str(mail["To"]): mail for mail in map(parsed, server.mails)}


def test_a_mail_carries_summary_files_and_link_in_the_readers_language(own: Home) -> None:
    own.plan(PLAN.replace("forms: [csv]", "forms: [csv, html]"))
    own.run()
    with mail_server() as server:
        mails = sent(own, server)
    assert set(mails) == {"mei@shop.example", "sam@shop.example"}
    chinese, english = mails["mei@shop.example"], mails["sam@shop.example"]
    assert chinese["Subject"].startswith("周报 2026-W47：")
    assert english["Subject"].startswith("Weekly page 2026-W47: ")
    for mail, language, code in ((chinese, "zh_Hans", "zh"), (english, "en", "en")):
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert html is not None
        link = f"https://watch.shop.example/reports/{own.slot().report_id}"
        assert link in text.get_content()
        assert text.get_content().index(link) < text.get_content().index("\n-- \n")
        assert f'href="{link}"' in html.get_content()
        found = attached(mail)
        assert set(found) == {f"weekly-2026-W47-{code}.csv", f"weekly-2026-W47-{code}.html"}
        for name, content in found.items():
            form = name.rpartition(".")[2]
            number = own.slot().report_id
            assert number is not None
            made = files.made(own.services, number, language, form)
            assert content == made
    assert all(len(line) <= 998 for raw in server.mails for line in raw.split(b"\r\n"))


def test_the_pdf_arrives_byte_for_byte(own: Home) -> None:
    own.plan(PLAN.replace("forms: [csv]", "forms: [pdf]"))
    own.run()
    with mail_server() as server:
        mails = sent(own, server)
    (part,) = mails["mei@shop.example"].iter_attachments()
    assert part.get_content_type() == "application/pdf"
    content = part.get_content()
    assert content.startswith(b"%PDF")
    number = own.slot().report_id
    assert number is not None
    assert content == files.made(own.services, number, "zh_Hans", "pdf")


def test_both_languages_may_be_asked_for(own: Home) -> None:
    own.plan(PLAN + "    languages: [zh, en]\n")
    own.run()
    with mail_server() as server:
        mails = sent(own, server)
    both = {"weekly-2026-W47-zh.csv", "weekly-2026-W47-en.csv"}
    assert set(attached(mails["sam@shop.example"])) == both
    assert mails["sam@shop.example"]["Subject"].startswith("Weekly page")


def test_the_text_is_in_a_language_of_the_files(own: Home) -> None:
    own.plan(PLAN + "    languages: [zh]\n")
    own.run()
    assert [row.locale for row in own.outbox()] == ["zh", "zh", "zh"]


def test_files_that_are_too_large_are_left_to_the_link(own: Home) -> None:
    own.plan(PLAN.replace("schedules:", "attach_up_to_mb: 0.001\nschedules:"))
    own.run()
    with mail_server() as server:
        mails = sent(own, server)
    mail = mails["sam@shop.example"]
    assert attached(mail) == {}
    body = mail.get_body(("plain",))
    assert body is not None
    assert "larger than 0.001 MB: weekly-2026-W47-en.csv" in body.get_content()


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_file_that_is_gone_when_it_is_sent_is_said_and_the_mail_goes(
    own: Home, damage: str
) -> None:
    own.run()
    for row in own.outbox():
        for one in own.payload(row).get("attachments", ()):
            path = own.services.settings.home / one["path"]
            if damage == "gone":
                path.unlink()
            else:
                path.write_bytes(b"something else")
    with mail_server() as server:
        mails = sent(own, server)
    mail = mails["sam@shop.example"]
    assert attached(mail) == {}
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert "the file is gone or was changed: weekly-2026-W47-en.csv" in body.get_content()


def test_a_path_outside_of_the_home_is_never_read(own: Home, tmp_path: Path) -> None:
    import hashlib

    from alerts.notify import attachments

    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    sha256 = hashlib.sha256(b"secret").hexdigest()
    for path in ("../secret", str(secret)):
        one = {"name": "a", "type": "text/plain", "path": path, "sha256": sha256, "size": 6}
        assert attachments.read(own.services.settings.home, [one]) == ((), ("a",))


def test_a_form_that_cannot_be_made_is_left_out_after_three_failures(
    own: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files.made

    def made(services: object, number: int, language: str, form: str) -> bytes:
        if form == "csv":
            raise forms.FormError("A font is missing.")
        return real(own.services, number, language, form)

    monkeypatch.setattr(files, "made", made)
    now = NOW
    for _ in range(3):
        own.run(now)
        slot = own.slot()
        assert slot.state == "failed"
        assert slot.next_at is not None
        now = slot.next_at
    own.run(now)
    assert own.slot().state == "sent"
    assert own.slot().reason["faults"] == ["weekly-2026-W47-en.csv", "weekly-2026-W47-zh.csv"]
    assert "Could not be made: weekly-2026-W47-en.csv." in own.outbox()[0].body
    assert "attachments" not in own.payload(own.outbox()[0])


def rooms(own: Home) -> Config:
    """People and every kind of room."""
    own.people(ROOMS)
    return own.config()


def test_every_room_gets_headline_summary_and_link_within_its_limits(own: Home) -> None:
    own.run()
    config = rooms(own)
    names = [name for name, one in config.body.channels.items() if one.kind != "email"]
    wanted = [Receiver(kind="channel", name=name) for name in names]
    to = delivery.addressed(config, wanted, oncall=lambda *_: None, now=NOW)
    assert to.faults == ()
    number = own.slot().report_id
    assert number is not None
    report = store.load(own.services.engine, number)
    made, _ = delivery.messages(own.services, config, report, to.to, Order("x"), NOW)
    assert {one.channel for one in made} == {*names}
    for one in made:
        kind = config.body.channels[one.channel].kind
        assert LIMITS[kind].fits(one.body)
        assert f"https://watch.shop.example/reports/{report.id}" in one.body
        assert "2026-W47" in one.body.replace("\\", "")
        assert "attachments" not in one.payload
        assert "html" not in one.payload
        assert one.payload["data"]["report"] == report.id
    hook = next(one for one in made if one.channel == "hook")
    assert hook.payload["data"]["sha256"] == report.document_sha256


def test_nobody_is_told_twice_and_who_is_not_there_is_named(own: Home) -> None:
    config = rooms(own)
    wanted = [
        Receiver(kind="role", name="finance"),
        Receiver(kind="person", name="Ana"),
        Receiver(kind="person", name="Ben"),
        Receiver(kind="role", name="wizard"),
        Receiver(kind="rota", name="night"),
        Receiver(kind="channel", name="sms"),
    ]
    to = delivery.addressed(config, wanted, oncall=lambda *_: None, now=NOW)
    assert [one.recipient for one in to.to] == ["Ana"]
    assert len(to.faults) == 4
    assert "role wizard: nobody holds it in alerting.yaml (known: finance)." in to.faults


def test_under_one_key_everybody_is_told_once(own: Home) -> None:
    own.run()
    number = own.slot().report_id
    assert number is not None
    report, config = store.load(own.services.engine, number), own.config()
    to = delivery.addressed(config, [Receiver(kind="person", name="Sam")], oncall=_nobody, now=NOW)
    order = Order("board 2026-W47", forms=())
    made, _ = delivery.messages(own.services, config, report, to.to, order, NOW)
    with own.services.engine.begin() as connection:
        assert delivery.enqueue(connection, made, NOW) == []
    other, _ = delivery.messages(own.services, config, report, to.to, Order("by hand"), NOW)
    assert other[0].idem_key != made[0].idem_key


def _nobody(_rota: str, _at: datetime) -> None:
    return None


def test_the_outbox_neither_bundles_nor_delays_reports(own: Home) -> None:
    bundle = "bundle: {at_least: 2, window: 2m}\nthrottles: [{messages_per_hour: 1}]\n"
    own.people(ALERTING + bundle)
    own.plan(PLAN + PLAN.split("schedules:\n")[1].replace("board", "again"))
    own.run()
    with mail_server() as server:
        port = f"security: none, port: {server.port}, timeout_seconds: 2"
        own.people((ALERTING + bundle).replace("security: none", port))
        config = own.config()
        channels = building.build(config, lambda: NOW, home=own.services.settings.home)
        done = sender.send_due(
            own.services.engine, own.lease, config, channels, lambda: NOW, rng=Random(1)
        )
    assert (done.sent, done.dropped, done.delayed) == (6, 0, 0)
    assert len(server.mails) == 4
