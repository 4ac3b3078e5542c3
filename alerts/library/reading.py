"""From the text of a document to its model, or to messages that say which line to change. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from alerts import strict_yaml
from alerts.library.model import DocumentError

M = TypeVar("M", bound=BaseModel)
Check = Callable[[Any], Sequence[tuple[strict_yaml.Place, str]]]
"""Places of a model that are wrong, with what to do; for what one field says of another."""


class Strict(BaseModel):
    """A mapping of fields; one that is not declared is refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


def reader(model: type[M], what: str, check: Check | None = None) -> Callable[[str, str], M]:
    """The `parse` of a `Kind` whose documents are one pydantic model each.

    Args:
        model: with fields `schema_version` and `id`.
        what: as messages call such a document: "playbook".
        check: faults between fields, told with their lines.
    """
    return partial(read, model, what, check)


def read(model: type[M], what: str, check: Check | None, text: str, where: str) -> M:
    """Read one document strictly.

    Raises:
        DocumentError: one line per fault, naming file, line, field, value and what to do.
    """
    body, lines = strict_yaml.parse(text, where, DocumentError)
    if not isinstance(body, dict):
        raise DocumentError(f"{where}: a {what} is a mapping of fields; this file holds none.")
    try:
        made = model.model_validate(body)
    except ValidationError as error:
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        told = strict_yaml.explain(error, lines, where, whole=what, known=known)
        raise DocumentError("\n".join(told)) from error
    faults = check(made) if check is not None else ()
    if faults:
        raise DocumentError(
            "\n".join(
                f"{where}, line {strict_yaml.line_of(place, lines)}: "
                f"{'.'.join(str(part) for part in place)}: {message}"
                for place, message in faults
            )
        )
    return made
