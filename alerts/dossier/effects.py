"""What the worker does of a playbook for the evidence: collect rows, build a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from alerts import evidence_files
from alerts.dossier import collecting, pack, wanted
from alerts.dossier.collecting import FORMS, Form
from alerts.dossier.filing import New, Why, file_row
from alerts.dossier.wanted import CollectError
from alerts.runs.effects import Effect, EffectError, StepContext
from data_access.state import schema


@dataclass(frozen=True)
class _Kept:
    """Rows whose content is kept; the row of evidence is still to be written."""

    new: New
    sha256: str
    size: int


def _collect(context: StepContext) -> tuple[list[_Kept], Mapping[str, str]]:
    form, item = _form(context.params), str(context.params.get("item") or "") or None
    tables = _names(context.params.get("tables"))
    try:
        with context.engine.connect() as connection:
            asked = wanted.wanted(connection, context.crisis_id, context.labels, tables)
        found = collecting.collect(
            context.warehouse,
            asked,
            prefix=f"evidence-{context.crisis_id}",
            none_is_fine=context.drill is not None,
        )
    except CollectError as error:
        raise EffectError(str(error)) from error
    kept = []
    for extract in found.extracts:
        new = collecting.filed(extract, form, item=item)
        try:
            sha256, size = evidence_files.put(
                context.home, new.content, most=evidence_files.MOST_EXTRACT
            )
        except evidence_files.EvidenceFileError as error:
            raise EffectError(str(error)) from error
        kept.append(_Kept(new, sha256, size))
    return kept, found.left_out


def _file(
    connection: Connection,
    context: StepContext,
    prepared: tuple[list[_Kept], Mapping[str, str]],
) -> Mapping[str, Any]:
    kept, left_out = prepared
    numbers, rows = [], {}
    for one in kept:
        outcome = file_row(
            connection,
            context.crisis_id,
            one.new,
            one.sha256,
            one.size,
            actor=context.actor,
            now=context.now,
            run_id=context.run_id,
            step_key=context.step_key,
        )
        if outcome.result == "done" or outcome.why == Why.ALREADY:
            numbers.append((outcome.data or {})["evidence"])
            rows[str(one.new.detail["table"])] = one.new.detail["rows"]
    return {"evidence": numbers, "rows": rows, "left_out": dict(left_out)}


def _prepare_pack(context: StepContext) -> pack.Built:
    try:
        made = pack.prepare(context.engine, context.crisis_id, home=context.home, wall=context.wall)
    except pack.PackError as error:
        raise EffectError(str(error)) from error
    if made is None:
        raise EffectError(f"There is no crisis {context.crisis_id}.")
    return made


def _record_pack(
    connection: Connection, context: StepContext, made: pack.Built
) -> Mapping[str, Any]:
    """A step that is done again after a crash finds the pack that it recorded."""
    table = schema.evidence_pack
    before = connection.execute(
        select(table).where(table.c.run_id == context.run_id, table.c.step_key == context.step_key)
    ).first()
    if before is not None:
        return {"pack": before.id, "sha256": before.sha256}
    return pack.record(
        connection,
        context.crisis_id,
        made,
        actor=context.actor,
        wall=context.wall,
        run_id=context.run_id,
        step_key=context.step_key,
    )


def _form(params: Mapping[str, Any]) -> Form:
    asked = str(params.get("format") or "csv")
    for form in FORMS:
        if asked == form:
            return form
    raise EffectError(f"There is no format {asked!r} of rows. Known: {', '.join(FORMS)}.")


def _names(value: Any) -> tuple[str, ...]:
    """Names as a list, or as one text with commas."""
    found = value.split(",") if isinstance(value, str) else (value or ())
    return tuple(str(name).strip() for name in found if str(name).strip())


EFFECTS: tuple[Effect, ...] = (
    Effect(
        "collect_rows",
        {
            "tables": "fact tables; left out: those of everything that is linked",
            "item": "item of the checklist that the rows prove",
            "format": "csv or parquet; left out: csv",
        },
        _collect,
        _file,
    ),
    Effect("build_pack", {}, _prepare_pack, _record_pack),
)
