"""`afterwatch report send`: a stored report to people who are named on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dashboard.reports.schedule_file import Receiver
    from dashboard.reports.store import Report
    from dashboard.services import Services


def queue(
    services: Services,
    report: Report,
    receivers: tuple[str, ...],
    languages: tuple[str, ...],
    forms: tuple[str, ...],
    by: str,
) -> list[str]:
    """Put the messages into the outbox; a line for each, for people.

    Raises:
        click.ClickException: somebody who is named cannot be reached.
        click.UsageError: a form that cannot be attached.
    """
    from alerts.event_log import Entry, append, lock
    from alerts.notify.current import Current
    from alerts.notify.duty import Duty
    from dashboard.reports import delivery, issuing
    from dashboard.reports.schedule_file import ATTACHABLE
    from data_access.state.engine import writing

    for form in forms:
        if form not in ATTACHABLE:
            raise click.UsageError(f"--form {form}: known are {', '.join(ATTACHABLE)}.")
    name = by.strip()
    if not name:
        raise click.UsageError("--by is empty; say who sends it.")
    settings, now = services.settings, services.clock()
    config = Current(settings.home, public_url=settings.public_url).config()
    with services.engine.connect() as connection:
        duty = Duty(connection, config, now)
        wanted = [_receiver(one) for one in receivers]
        to = delivery.addressed(config, wanted, oncall=duty, now=now)
    if to.faults:
        raise click.ClickException(" ".join(to.faults))
    order = delivery.Order(f"by hand {report.id} {now.isoformat()}", languages, forms)
    made, _faults = delivery.messages(services, config, report, to.to, order, now)
    told = {"template": report.template, "period": report.period, "to": list(receivers)}
    with writing(services.engine) as connection:
        lock(connection)
        numbers = delivery.enqueue(connection, made, now)
        entry = Entry(
            now, name, "report_sent", issuing.SUBJECT, str(report.id), {**told, "outbox": numbers}
        )
        append(connection, [entry])
    return [
        f"Message {number} to {one.recipient} over {one.channel} is queued; the worker sends it."
        for number, one in zip(numbers, made, strict=True)
    ]


def _receiver(text: str) -> Receiver:
    from dashboard.reports.schedule_file import Receiver

    if text.startswith("#"):
        return Receiver(kind="channel", name=text[1:] or "#")
    if text.startswith("role:") and len(text) > len("role:"):
        return Receiver(kind="role", name=text.removeprefix("role:"))
    if text.startswith("rota:") and len(text) > len("rota:"):
        return Receiver(kind="rota", name=text.removeprefix("rota:"))
    if not text.strip():
        raise click.UsageError("--to is empty; name a person, #channel, role:NAME or rota:NAME.")
    return Receiver(kind="person", name=text)
