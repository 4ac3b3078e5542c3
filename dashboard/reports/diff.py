"""What differs between two issues, figure by figure, and between what they were made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dashboard.reports.document import Document, canonical
from dashboard.reports.figures import OPENING, Figure, figures
from dashboard.reports.inputs import Inputs
from dashboard.reports.values import Day, Instant, Money, Number, Plain, Span, Value

Kind = Literal["changed", "new", "gone"]

INPUTS = "inputs"
"""Section of what is no figure: targets, template, definitions, rates, refresh."""

_ARRANGED = "arrangement"
_FRAMED = {"sections", "as_of", "zone", "currency", "company"}
"""Fields of a document that are compared on their own."""


@dataclass(frozen=True)
class Difference:
    """One figure that is not the same in both."""

    key: str
    section: str
    kind: Kind
    before: Value | None
    after: Value | None

    @property
    def absolute(self) -> float | None:
        """After − before, in the unit of the figure; None where one of them is no number."""
        was, is_ = amount(self.before), amount(self.after)
        return None if was is None or is_ is None else is_ - was

    @property
    def relative(self) -> float | None:
        """The change as a share of what it was; None where that was 0 or no number."""
        change, was = self.absolute, amount(self.before)
        return None if change is None or not was else change / abs(was)


def diff(before: Document, after: Document) -> list[Difference]:
    """Figures that differ, in the order of the later document; those that are gone last.

    Of a section whose figures are the same but not its arrangement (titles, order, links, marks)
    one difference `<section>/arrangement` is told.
    """
    found = _differences(
        {figure.key: figure for figure in (*_frame(before), *figures(before))},
        {figure.key: figure for figure in (*_frame(after), *figures(after))},
    )
    told = {one.section for one in found}
    return [*found, *(one for one in _arranged(before, after) if one.section not in told)]


def diff_inputs(before: Inputs, after: Inputs) -> list[Difference]:
    """What they were made from that differs, in the section `inputs`.

    Keys: `inputs/target/<kpi>`, `inputs/definition/<kpi>/<field>`, `inputs/rate/<currency>`,
    `inputs/rates`, `inputs/template`, `inputs/company`, `inputs/zone`, `inputs/currency`,
    `inputs/refresh`, `inputs/import`, `inputs/code/<part>`, `inputs/record/<part>`,
    `inputs/missing/<code>`.
    """
    return _differences(
        {figure.key: figure for figure in _of_inputs(before)},
        {figure.key: figure for figure in _of_inputs(after)},
    )


def amount(value: Value | None) -> float | None:
    """A value as a bare number: minor units of money, seconds of a span; None: it is none."""
    match value:
        case Number():
            return value.value
        case Money():
            return None if value.minor is None else float(value.minor)
        case Span():
            return float(value.seconds)
    return None


def _differences(before: Mapping[str, Figure], after: Mapping[str, Figure]) -> list[Difference]:
    found = []
    for key, figure in after.items():
        if key not in before:
            found.append(Difference(key, figure.section, "new", None, figure.value))
        elif before[key].value != figure.value:
            was = before[key].value
            found.append(Difference(key, figure.section, "changed", was, figure.value))
    found += [
        Difference(key, figure.section, "gone", figure.value, None)
        for key, figure in before.items()
        if key not in after
    ]
    return found


def _arranged(before: Document, after: Document) -> list[Difference]:
    def texts(document: Document) -> dict[str, Figure]:
        whole = document.model_dump(mode="json", exclude=_FRAMED)
        parts = {OPENING: json.dumps(whole, sort_keys=True)}
        for section in document.sections:
            parts[section.key] = parts.get(section.key, "") + canonical(section)
        return {
            f"{name}/{_ARRANGED}": Figure(f"{name}/{_ARRANGED}", name, _ARRANGED, _short(text))
            for name, text in parts.items()
        }

    return _differences(texts(before), texts(after))


def _short(text: str) -> Plain:
    return Plain(text=hashlib.sha256(text.encode()).hexdigest()[:16])


def _frame(document: Document) -> Iterator[Figure]:
    """What holds for the whole document."""
    yield _input("as_of", Instant(value=document.as_of))
    yield _input("zone", Plain(text=document.zone))
    yield _input("currency", Plain(text=document.currency))
    yield _input("company", Plain(text=document.company))


def _of_inputs(inputs: Inputs) -> Iterator[Figure]:
    yield _input("template", Plain(text=inputs.template.sha256[:16]))
    yield _input("as_of", Instant(value=inputs.as_of))
    for name in ("zone", "currency", "company"):
        yield _input(name, Plain(text=getattr(inputs, name)))
    for kpi, target in sorted(inputs.targets.items()):
        unit = str(inputs.catalogue.get(kpi, {}).get("unit", "count"))
        yield _input(f"target/{kpi}", Number(value=target, unit=unit))
    for kpi, fields in sorted(inputs.catalogue.items()):
        for name, told in sorted(fields.items()):
            yield _input(f"definition/{kpi}/{name}", Plain(text=str(told)))
    yield _input("rates", Plain(text=inputs.rates.sha256[:16]))
    for rate in inputs.rates.last:
        yield _input(f"rate/{rate.currency}", Number(value=rate.rate, unit="ratio"))
        yield _input(f"rate/{rate.currency}/day", Day(value=rate.day))
    yield _input("import", Number(value=inputs.state["batch_id"], unit="count"))
    yield _input("refresh", Plain(text=str(inputs.state["as_of"])))
    for name, told in inputs.code.model_dump().items():
        yield _input(f"code/{name}", Plain(text=told))
    for name, part in sorted(inputs.record.items()):
        yield _input(f"record/{name}", Plain(text=json.dumps(part, sort_keys=True)))
    for say in inputs.missing:
        yield _input(f"missing/{say.code}", Plain(text=say.model_dump_json()))


def _input(name: str, value: Value) -> Figure:
    return Figure(f"{INPUTS}/{name}", INPUTS, name, value)


def as_json(differences: list[Difference]) -> list[dict[str, Any]]:
    """Differences as plain JSON, as commands print them."""
    return [
        {
            "key": one.key,
            "section": one.section,
            "kind": one.kind,
            "before": None if one.before is None else one.before.model_dump(mode="json"),
            "after": None if one.after is None else one.after.model_dump(mode="json"),
            "absolute": one.absolute,
            "relative": one.relative,
        }
        for one in differences
    ]
