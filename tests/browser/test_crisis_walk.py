"""A crisis lead's night: the faulty lot from the alert to the published review.

Nothing is put into the database by hand: the sample company is imported, the worker judges the
shipped rules and criteria, the shipped playbook leads, and what people do they do in the browser,
with a colleague's browser watching. The worker's turns are taken in between, as its jobs would.
Only what repeats is done without the browser: the signatures of further languages and channels, and
the steps that come days later.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from alerts import runs, statements
from alerts.crisis.people import holders
from alerts.crisis_room import room
from alerts.dossier.verifier import LOG
from alerts.event_log import verify
from alerts.notify.config import Config
from alerts.notify.current import Current
from alerts.worker import Worker
from data_access.state import schema
from tests.browser import live
from tests.browser.conftest import PATIENCE
from tests.browser.live import Live
from tests.browser.test_shell import opened

pytestmark = pytest.mark.browser

ORDERS = 40_000
"""As many as the walk through the inbox has: enough for the lot to stand out."""
CHANGED = 30_000
"""Milliseconds within which another browser sees a change without reloading."""
LEAD, SUPPLY, LEGAL, PR = "Ana Weber", "Mei Chen", "Lena Fischer", "Omar Haddad"
TEAM, FINANCE, SPONSOR = "Jonas Lind", "Priya Nair", "Sam Ortiz"


@pytest.fixture(scope="module")
def company(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The sample company as `afterwatch demo` shows it, every rule and criterion judged."""
    expect.set_options(timeout=CHANGED)
    with live.company(serve_wsgi, tmp_path_factory.mktemp("crisis"), ORDERS) as made:
        yield made
    expect.set_options(timeout=PATIENCE)


@dataclass
class Night:
    """Who is there: the company, the browser of those who act, and that of a colleague."""

    company: Live
    new_page: Callable[..., Page]
    number: int = 0
    _opened: dict[str, Page] = field(default_factory=dict)

    @property
    def page(self) -> Page:
        """Where people act."""
        if "page" not in self._opened:
            self._opened["page"] = self.new_page()
        return self._opened["page"]

    @property
    def colleague(self) -> Page:
        """The room on a phone, opened once and never reloaded."""
        if "colleague" not in self._opened:
            page = self.new_page(width=390, height=844, touch=True)
            self._opened["colleague"] = opened(page, f"{self.company.url}/crises/{self.number}")
        return self._opened["colleague"]

    def room(self) -> Page:
        """The room in the acting browser."""
        return opened(self.page, f"{self.company.url}/crises/{self.number}")

    def config(self) -> Config:
        """Who holds which role."""
        return Current(self.company.services.settings.home).config()

    def work(self) -> None:
        """The worker's turn at the steps of the playbook."""
        worker = Worker(self.company.services)
        assert worker.lead() is not None
        worker.run_steps()
        worker.leave()


def test_the_faulty_lot_from_alert_to_review(
    new_page: Callable[..., Page], company: Live, tmp_path: Path
) -> None:
    night = Night(company, new_page)
    found(night)
    declared(night)
    contained_first(night)
    signed(night)
    compensated(night)
    steps_that_come_later(night)
    proved(night, tmp_path)
    closed(night)
    reviewed(night)

    assert verify(company.services.engine) is None
    told = _told(company, night.number)
    in_order = (
        "crisis_proposed",
        "crisis_declared",
        "crisis_contained",
        "crisis_closed",
        "review_published",
        "summary_published",
    )
    assert sorted(in_order, key=told.index) == list(in_order)


def found(night: Night) -> None:
    """The lot's incident leads to the crisis that its criteria ask for."""
    page = opened(night.page, f"{night.company.url}/alerts")
    page.locator(".aw-inbox__title a", has_text="lot").first.click()
    expect(page.locator("#alert-answer")).to_contain_text("VAN-201-X7", timeout=CHANGED)
    page.locator("#alert-crisis").click()
    expect(page.locator("#crisis-answer")).to_contain_text("proposed as level 3", timeout=CHANGED)
    held = page.locator("#crisis-level .is-held")
    expect(held.first).to_contain_text("One lot fails far too often")
    night.number = int(page.url.rsplit("/", 1)[-1].split("?")[0])
    expect(night.colleague.locator("#crisis-answer")).to_contain_text("nobody has declared it")


def declared(night: Night) -> None:
    """A person declares it; the playbook of its topic begins."""
    page, colleague = night.page, night.colleague
    _named(page, LEAD)
    actions = page.locator("#crisis-actions")
    actions.get_by_role("button", name="Declare", exact=True).click()
    form = page.locator("#crisis-act-declare")
    expect(form.locator("select").first).to_have_value("3")
    form.get_by_role("button", name="Declare the crisis").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("its playbook runs")
    expect(page.locator("#crisis-head")).to_contain_text("Level 3: Regional or regulated")
    expect(colleague.locator("#crisis-answer")).to_contain_text("level 3", timeout=CHANGED)
    expect(_task(colleague, "confirm-facts")).to_be_visible(timeout=CHANGED)


def contained_first(night: Night) -> None:
    """Facts, stop of sale, what is said; each by whose task it is, seen by the colleague."""
    page, colleague = night.page, night.colleague
    page.locator("#crisis-people-actions").get_by_role("button", name="Give a role").click()
    form = page.locator("#crisis-people-act-assign_role")
    form.locator("select").select_option("crisis_lead")
    form.get_by_label("To whom").fill(LEAD)
    form.get_by_role("button", name="Give a role").click()
    expect(page.locator("#crisis-answer")).to_contain_text(f"{LEAD} leads")
    _done(page, "confirm-facts", {"Somebody was hurt": "false"}, "Ten complaints read")
    expect(_task(colleague, "confirm-facts")).to_have_class(
        "aw-task aw-task--done aw-task--brief", timeout=CHANGED
    )
    _named(page, SUPPLY)
    expect(page.locator(".aw-tasks__group").first).to_contain_text("Yours")
    task = _task(page, "stop-sale")
    task.get_by_role("button", name="Take it").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("It is yours")
    expect(_task(colleague, "stop-sale")).to_contain_text(f"{SUPPLY} has it", timeout=CHANGED)
    _done(page, "stop-sale", {}, "Blocked in every shop; screenshots are filed")
    _named(page, PR)
    said = {
        "Name under which customers know us": "Northlight",
        "Product as customers know it": "Vanity mirror 201",
        "Production lot": "VAN-201-X7",
        "When we speak again": "2026-11-24T09:00",
        "Page with the current facts": "https://northlight.example/lot",
        "How customers reach us": "help@northlight.example",
    }
    _done(page, "agree-message", said, "Three sentences, nothing about the cause")
    for name, role in ((LEGAL, "legal"), (LEAD, "crisis_lead")):
        _named(page, name)
        task = _task(page, "sign-message")
        task.locator("[data-opens=approve]").click()
        form = task.locator("form[data-action=approve]")
        form.locator("select").select_option(role)
        form.get_by_role("button", name="I approve it").click()
        expect(page.locator("#crisis-outcome")).to_contain_text("Signed.")
        # The second signature ends the step; the first one stands on it until then.
        seen = "Approved by" if role == "legal" else "Done"
        expect(_task(page, "sign-message")).to_contain_text(seen)
    night.work()


def signed(night: Night) -> None:
    """The holding statement in two languages: three people sign each, and somebody publishes it.

    Each proofreader reads the language; the translation was marked as seen by no native speaker.
    """
    for language, people in (
        ("English", (PR, TEAM, LEGAL)),
        ("Spanish", (SUPPLY, SPONSOR, LEGAL)),
    ):
        page = night.room()
        expect(page.locator("#crisis-statements")).to_contain_text("Faulty lot", timeout=CHANGED)
        row = page.locator("#crisis-statements tr", has_text=language)
        expect(row).to_have_count(1)
        row.get_by_role("link").first.click()
        page.wait_for_url("**/statements/*")
        buttons = ("Sign as right", "Sign as proofread", "Sign as final")
        for name, button in zip(people, buttons, strict=True):
            _named(page, name)
            _press(page, "statement", page.get_by_role("button", name=button), "Signed")
            expect(page.locator("#statement-chain")).to_contain_text(f"{name} · ")
        _named(page, PR)
        page.get_by_role("button", name="Note where it was published").click()
        form = page.locator("#statement-record_sent")
        form.locator("input[name=where]").fill("Sent to every buyer of the lot")
        _press(page, "statement", form.get_by_role("button", name="Note it"), "Noted")
        expect(page.locator("#statement-answer")).to_contain_text(f"Sent by {PR}")
        expect(page.locator("#statement-sent")).to_contain_text("VAN-201-X7")
    _all_signed(night)
    night.work()
    expect(_task(night.colleague, "holding-statement")).to_have_class(
        "aw-task aw-task--done aw-task--brief", timeout=CHANGED
    )


def compensated(night: Night) -> None:
    """Everybody who bought from the lot: submitted, approved by two people, exported."""
    page = night.room()
    page.locator("#crisis-batches tbody").get_by_role("link").first.click()
    page.wait_for_url("**/compensation/*")
    _named(page, TEAM)
    bar = "compensation-batch"
    _press(page, bar, page.get_by_role("button", name="Submit for approval"), "Submitted")
    for name, said in ((FINANCE, "Signed"), (SPONSOR, "Approved")):
        _named(page, name)
        _press(page, bar, page.get_by_role("button", name="Approve", exact=True), said)
    _named(page, FINANCE)
    page.get_by_role("button", name="Export", exact=True).click()
    form = page.locator("#compensation-batch-act-export")
    _press(page, bar, form.get_by_role("button", name="Export"), "Exported")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file of batch").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > 1
    expect(night.colleague.locator("#crisis-batches")).to_contain_text("Exported", timeout=CHANGED)
    night.work()


def steps_that_come_later(night: Night) -> None:
    """What the following days bring, done by whose task it is, without the browser."""
    said = {"recall": False, "signer": "Ana Weber, crisis lead", "since": "2026-11-20"}
    for _turn in range(12):
        night.work()
        _all_signed(night)
        going = _waiting(night)
        if not going:
            break
        for step in going:
            _stepped(night, step, said)
    expect(_task(night.colleague, "open-review")).to_have_class(
        "aw-task aw-task--done aw-task--brief", timeout=CHANGED
    )


def proved(night: Night, folder: Path) -> None:
    """The pack is built, taken along, and checked by the program inside it."""
    page = opened(night.page, f"{night.company.url}/evidence/{night.number}")
    _named(page, LEGAL)
    page.get_by_role("button", name="Write a note").click()
    form = page.locator("#evidence-act-note")
    form.get_by_label("Title").fill("Sale stopped")
    form.get_by_label("It proves").select_option("stop-sale")
    form.get_by_label("What you know, and from whom").fill("Off since 9:40, says the shop.")
    form.get_by_role("button", name="Keep the note").click()
    expect(page.locator("#evidence-outcome")).to_contain_text("Filed as evidence")
    page.get_by_role("button", name="Build a pack of now").click()
    expect(page.locator("#evidence-built")).to_contain_text("The pack is built and holds")
    with page.expect_download() as waiting:
        page.locator("#evidence-packs tbody tr a").first.click()
    pack = folder / "pack.zip"
    waiting.value.save_as(pack)
    with zipfile.ZipFile(pack) as opened_pack:
        program = Path(opened_pack.extract("verify.py", folder))
    command = [sys.executable, "-S", "-I", str(program), str(pack)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    forged = folder / "forged.zip"
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(forged, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == LOG:
                lines = content.split(b"\n")
                content = b"\n".join([*lines[:3], *lines[4:]])
            new.writestr(info, content)
    command[-1] = str(forged)
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode != 0
    assert "dropped" in checked.stdout + checked.stderr


def closed(night: Night) -> None:
    """Contained, then closed; the colleague sees both."""
    page, colleague = night.room(), night.colleague
    _named(page, LEAD)
    for button, form_id, submit, said, seen in (
        ("Contained", "contain", "It is contained", "Contained", "contained"),
        ("Close", "close", "Close the crisis", "Closed", "losed"),
    ):
        actions = page.locator("#crisis-actions")
        actions.get_by_role("button", name=button, exact=True).click()
        form = page.locator(f"#crisis-act-{form_id}")
        form.locator("[name=note]").fill("No complaint since the sale was stopped")
        _press(page, "crisis", form.get_by_role("button", name=submit), said)
        expect(colleague.locator("#crisis-answer")).to_contain_text(seen, timeout=CHANGED)


def reviewed(night: Night) -> None:
    """Written, caused, answered with an action, published; its summary goes out without names."""
    page = opened(night.page, f"{night.company.url}/reviews/{night.number}")
    _named(page, LEAD)
    written = {
        "happened": "One lot of mirrors left the factory without inspection.",
        "went_well": "The sale was stopped within the hour.",
        "went_badly": "The first complaints lay for two days.",
    }
    _reviewed(page, "Write", "review-act-save", written, "Save", "Saved.")
    asked = {"title": "Why did the lot leave without inspection?"}
    _reviewed(page, "Ask why", "review-cause-ask", asked, "Ask why", "Asked.")
    why = {"code": "supply.inspection", "finding": "Nobody had to release a lot"}
    _reviewed(page, "Say why", "review-cause-analyse", why, "Say why", "The cause is written")
    decided = {"text": "A lot ships once inspected", "owner": SUPPLY}
    _reviewed(page, "Decide an action", "review-cause-add_action", decided, "Decide", "Decided.")
    _reviewed(page, "Publish the review", "", {}, "", "Published.")
    texts = {
        "en": "One lot was not inspected. Mei Chen or help@northlight.example knows more.",
        "zh": "有一个批次未经检验。详情请询问 help@northlight.example。",
    }
    draft = "review-summary-draft_summary"
    _reviewed(page, "Draft the summary", draft, texts, "Redact it", "Drafted")
    _named(page, LEGAL)
    _reviewed(page, "Confirm the redacted text", "", {}, "", "Confirmed")
    _reviewed(page, "Publish the summary", "", {}, "", "never changes")
    expect(page.locator("#review-summary-title")).to_contain_text(f"published by {LEGAL}")
    address = f"{night.company.url}/reviews/{night.number}/summary.txt"
    public = page.request.get(address).text()
    assert "One lot was not inspected." in public
    assert SUPPLY not in public
    assert "help@northlight.example" not in public


def _reviewed(
    page: Page, button: str, form: str, said: dict[str, str], submit: str, then: str
) -> None:
    """Press a button of the review, fill its form if it has one, and wait for the fresh page."""
    before = page.locator("#review-bar").get_attribute("data-rows") or ""
    page.get_by_role("button", name=button, exact=True).first.click()
    if form:
        shown = page.locator(f"#{form}")
        _filled(shown, said)
        shown.get_by_role("button", name=submit).click()
    expect(page.locator("#review-outcome")).to_contain_text(then)
    expect(page.locator("#review-bar")).not_to_have_attribute("data-rows", before)


def _filled(form: Locator, said: dict[str, str]) -> None:
    for name, value in said.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)


def _waiting(night: Night) -> list[Any]:
    """Steps that a person can do something about."""
    services = night.company.services
    shown = room(services.engine, night.number, services.clock(), night.config())
    assert shown is not None
    return [step for step in shown.steps if str(step.state) in ("ready", "running")]


def _stepped(night: Night, step: Any, said: dict[str, Any]) -> None:
    """A step done by one of those whose task it is; a signature by each who is asked for one."""
    if step.kind in ("auto", "statement"):
        return
    if step.kind == "check":
        _did(night, step, runs.Action(runs.Do.SKIP, note="Looked at by hand"), LEAD)
        return
    if step.kind == "approval":
        for role in step.roles:
            action = runs.Action(runs.Do.APPROVE, role=role)
            _did(night, step, action, holders(night.config(), role)[0])
        return
    result = {one.name: said[one.name] for one in step.asks}
    done = runs.Action(runs.Do.DONE, result=result, note="Done as the playbook says")
    _did(night, step, done, step.people[0])


def _did(night: Night, step: Any, action: runs.Action, actor: str) -> None:
    services = night.company.services
    outcome = runs.act(
        services.engine, step.run_id, step.key, action, config=night.config(), actor=actor,
        version=None, token=None, wall=services.clock(),
    )  # fmt: skip
    assert outcome.result == "done", (step.key, outcome)


def _all_signed(night: Night) -> None:
    """Sign and publish what the other languages and channels wait for, as their people would."""
    services, config = night.company.services, night.config()
    table = schema.statement.c
    with services.engine.connect() as connection:
        open_ = connection.execute(
            select(table.id)
            .where(table.crisis_id == night.number, table.status.not_in(("sent", "withdrawn")))
            .order_by(table.source_id.is_not(None), table.id)
        ).scalars()
        numbers = list(open_)
    for number in numbers:
        text = statements.page(services.engine, number, config, services.clock())
        assert text is not None
        left = [each for each in text.signatures if each.given is None]
        given = {each.given.by for each in text.signatures if each.given is not None}
        people = next(
            chosen
            for chosen in product(*[each.who for each in left])
            if len({*chosen, *given}) == len(chosen) + len(given)
        )
        for each, name in zip(left, people, strict=True):
            _on_statement(night, number, statements.Action(each.do), name)
        sent = statements.Action(statements.Do.RECORD_SENT, where="Its own channel")
        _on_statement(night, number, sent, PR)


def _on_statement(night: Night, number: int, action: statements.Action, actor: str) -> None:
    services = night.company.services
    outcome = statements.act(
        services.engine, number, action, config=night.config(), actor=actor,
        version=None, token=None, wall=services.clock(),
    )  # fmt: skip
    assert outcome.result == "done", (number, outcome)


def _named(page: Page, name: str) -> None:
    """Somebody else sits down at the same browser."""
    page.fill("#shell-actor-name", name)
    page.press("#shell-actor-name", "Enter")


def _press(page: Page, bar: str, button: Locator, said: str) -> None:
    """Press a button, and wait until the page shows what came of it: else the next is stale."""
    actions = page.locator(f"#{bar}-actions")
    before = actions.get_attribute("data-rows") or ""
    button.click()
    expect(page.locator(f"#{bar}-outcome")).to_contain_text(said)
    expect(actions).not_to_have_attribute("data-rows", before)


def _task(page: Page, key: str) -> Locator:
    return page.locator(f"#step-{key}")


def _done(page: Page, key: str, asked: dict[str, str], note: str) -> None:
    """Fill in what a step asks for and say that it is done."""
    task = _task(page, key)
    task.locator("[data-opens=done]").click()
    form = task.locator("form[data-action=done]")
    for label, value in asked.items():
        field = form.get_by_label(label)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_label("What came of it").fill(note)
    form.get_by_role("button", name="Done").click()
    expect(page.locator("#crisis-outcome")).to_contain_text("Done.")


def _told(company: Live, number: int) -> list[str]:
    log = schema.event_log.c
    with company.services.engine.connect() as connection:
        return list(
            connection.execute(
                select(log.kind)
                .where(log.subject_kind == "crisis", log.subject_id == str(number))
                .order_by(log.seq)
            ).scalars()
        )
