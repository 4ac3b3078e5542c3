"""The mapping file: how somebody's export becomes canonical columns. See docs/mapping.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data_access.contracts import TABLES
from data_access.sources.base import SourceError
from data_access.sources.parsing import EPOCHS, ISO
from data_access.time_zones import known_zone

Scalar = str | bool | int | float


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileForm(_Strict):
    """How the file is written (`[file]`)."""

    format: Literal["delimited", "jsonl", "parquet"] | None = None
    encoding: str | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    quote: Annotated[str, Field(max_length=1)] = '"'
    skip_lines: Annotated[int, Field(ge=0)] = 0
    member: str | None = None
    null: tuple[str, ...] = ()
    zone: str | None = None
    datetime_formats: Annotated[tuple[str, ...], Field(min_length=1)] = ("iso8601",)
    date_formats: Annotated[tuple[str, ...], Field(min_length=1)] = ("iso8601",)
    decimal: Annotated[str, Field(min_length=1, max_length=1)] = "."
    thousands: Annotated[str, Field(max_length=1)] = ""
    true: tuple[str, ...] = ("true", "yes", "y", "1", "t")
    false: tuple[str, ...] = ("false", "no", "n", "0", "f")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.zone is not None and not known_zone(self.zone):
            raise ValueError(f"zone: {self.zone!r} is no IANA time zone such as Europe/Berlin")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must be two different signs")
        if self.delimiter is not None and self.delimiter in {self.quote, "\n", "\r"}:
            raise ValueError("delimiter must differ from quote and be no line break")
        _check_formats((*self.datetime_formats, *self.date_formats))
        return self


class Condition(_Strict):
    """One condition on source rows (`where` of a table, `when` of a column)."""

    column: str
    is_: Annotated[tuple[str, ...] | None, Field(alias="in")] = None
    not_in: tuple[str, ...] | None = None
    empty: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(given is not None for given in (self.is_, self.not_in, self.empty)) != 1:
            raise ValueError("a condition needs exactly one of in, not_in, empty")
        return self


class ColumnRule(_Strict):
    """Where one canonical column comes from: exactly one of the first seven keys."""

    column: str | None = None
    constant: Scalar | None = None
    concat: tuple[str, ...] | None = None
    first_non_null: tuple[str, ...] | None = None
    min: tuple[str, ...] | None = None
    max: tuple[str, ...] | None = None
    sum: tuple[str, ...] | None = None
    separator: str = "-"
    hash: bool = False
    formats: tuple[str, ...] | None = None
    zone: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    scale: float = 1
    minor_units: bool = False
    map: dict[str, str] = Field(default_factory=dict)
    other: str | None = None
    if_null: Scalar | None = None
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [name for name in ORIGINS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(ORIGINS)}")
        _check_formats(self.formats or ())
        if self.hash and given[0] not in {"column", "concat"}:
            raise ValueError("hash goes with column or concat")
        if self.zone is not None and not known_zone(self.zone):
            raise ValueError(f"zone: {self.zone!r} is no IANA time zone such as Europe/Berlin")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The source columns it is made of."""
        if self.column is not None:
            return (self.column,)
        return self.concat or self.first_non_null or self.min or self.max or self.sum or ()


def _check_formats(formats: Iterable[str]) -> None:
    for form in formats:
        if form != ISO and form not in EPOCHS and "%" not in form:
            raise ValueError(
                f"{form!r} is no form of times: write codes such as %d.%m.%Y %H:%M, or one of"
                f" {', '.join([ISO, *EPOCHS])}"
            )


ORIGINS = ("column", "constant", "concat", "first_non_null", "min", "max", "sum")


class TableRule(_Strict):
    """One canonical table made of the file's rows (`[[table]]`)."""

    name: str
    columns: dict[str, ColumnRule]
    where: tuple[Condition, ...] = ()
    last_by: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        """Read `order_id = "Order"` as `order_id = { column = "Order" }`."""
        if isinstance(data, dict) and isinstance(data.get("columns"), dict):
            columns = {
                name: {"column": rule} if isinstance(rule, str) else rule
                for name, rule in data["columns"].items()
            }
            return {**data, "columns": columns}
        return data

    @property
    def sources(self) -> tuple[str, ...]:
        """The source columns it reads, conditions included."""
        read = [source for rule in self.columns.values() for source in rule.sources]
        read += [rule.when.column for rule in self.columns.values() if rule.when]
        read += [condition.column for condition in self.where]
        return tuple(dict.fromkeys([*read, *([self.last_by] if self.last_by else [])]))


class MappingFile(_Strict):
    """A whole mapping file."""

    file: FileForm = Field(default_factory=FileForm)
    table: Annotated[tuple[TableRule, ...], Field(min_length=1)]


def load_mapping(path: Path) -> MappingFile:
    """Read and check a mapping file; raise SourceError that names the place and what is allowed."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(
            f"{path}: the mapping file cannot be read ({error.strerror}). Check the path."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path.name}: not a TOML file in UTF-8 ({error}).") from None
    try:
        mapping = MappingFile.model_validate(data)
    except ValidationError as error:
        raise SourceError("\n".join(_explained(path.name, error))) from None
    for place, rule in enumerate(mapping.table, start=1):
        _check_table(f"{path.name}, table {place}", rule)
    return mapping


def _check_table(where: str, rule: TableRule) -> None:
    if rule.name not in TABLES:
        raise SourceError(f"{where}: {unknown('table', rule.name, TABLES)}")
    contract = TABLES[rule.name]
    for column in rule.columns:
        if column not in contract.columns:
            raise SourceError(
                f"{where} ({rule.name}): {unknown('column', column, contract.columns)}"
            )
    needed = [
        name
        for name, info in contract.columns.items()
        if not info.nullable and name not in rule.columns
    ]
    if needed:
        raise SourceError(
            f"{where} ({rule.name}): nothing is mapped to {', '.join(needed)}, which every row of"
            f" {rule.name} must have. Map a source column or a constant to it."
        )


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such name, which one was probably meant, and which ones there are."""
    names = list(known)
    lowered = {candidate.lower(): candidate for candidate in names}
    near = get_close_matches(name.lower(), lowered, n=1)
    hint = f" Did you mean {lowered[near[0]]!r}?" if near else ""
    return f"there is no {what} {name!r}.{hint} There are: {', '.join(names)}."


_MODELS: Mapping[str, type[BaseModel]] = {
    "": MappingFile,
    "file": FileForm,
    "table": TableRule,
    "where": Condition,
    "when": Condition,
    "columns": ColumnRule,
}


def _explained(file: str, error: ValidationError) -> list[str]:
    lines = []
    for item in error.errors():
        place = [str(part + 1) if isinstance(part, int) else str(part) for part in item["loc"]]
        where = ".".join(place[:-1]) or "the top level"
        if item["type"] == "extra_forbidden":
            parts = [part for part in item["loc"][:-1] if part in _MODELS]
            model = _MODELS[str(parts[-1])] if parts else MappingFile
            text = unknown("key", place[-1], keys(model))
            lines.append(f"{file}, {where}: {text}")
        else:
            lines.append(f"{file}, {'.'.join(place) or 'the top level'}: {item['msg']}.")
    return lines


def keys(model: type[BaseModel]) -> list[str]:
    """Give the keys of a part of the mapping file as they are written in it."""
    return [info.alias or name for name, info in model.model_fields.items()]
