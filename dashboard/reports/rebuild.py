"""Making a stored report again from its inputs, and saying what is not the same and why.

Nothing is overwritten: a rebuild compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from dashboard.reports import files, forms, store
from dashboard.reports.code import code
from dashboard.reports.definitions import changed
from dashboard.reports.diff import Difference, diff
from dashboard.reports.document import canonical
from dashboard.reports.files import Stored
from dashboard.reports.inputs import Inputs, ReportError
from dashboard.reports.issuing import built
from dashboard.reports.template import TemplateError
from dashboard.services import Services

WhyKind = Literal[
    "definition",  # a KPI is defined otherwise: about is its name, detail the fields
    "snapshot",  # the numbers cannot be read: detail says which table and what to do
    "template",  # the stored template is not understood any more
    "code",  # the code that makes documents is another: about is which part of it
    "layout",  # what lays a form out is another: about is form:name
    "damaged",  # a stored file on disk was changed or is gone: about is language/form
    "stored",  # the stored document or inputs do not match their own hashes
    "unexplained",  # it differs although nothing known changed
]


@dataclass(frozen=True)
class Why:
    """One reason why something is not the same."""

    kind: WhyKind
    about: str
    detail: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class RebuiltFile:
    """A stored file, made again."""

    language: str
    form: str
    sha256: str
    """As recorded when it was made."""
    again: str | None
    """Of what is made now; None: it could not be made."""
    disk: Literal["same", "changed", "gone"]

    @property
    def same(self) -> bool:
        """Whether the bytes made now are those recorded."""
        return self.again == self.sha256


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild found."""

    report_id: int
    document_same: bool
    files: tuple[RebuiltFile, ...]
    differences: tuple[Difference, ...]
    """Between the stored document and the one made now."""
    why: tuple[Why, ...]
    """Reasons for what differs; also told where they happen to change nothing."""

    @property
    def same(self) -> bool:
        """Every byte is the same, made again and on the disk."""
        return self.document_same and all(one.same and one.disk == "same" for one in self.files)


def rebuild(services: Services, report_id: int) -> Rebuilt:
    """Make a report again from its stored inputs and compare, files included.

    Raises:
        UnknownReportError: there is no such report.
    """
    one = store.load(services.engine, report_id)
    inputs = store.inputs(one)
    why = [*_definitions(inputs)]
    differences: tuple[Difference, ...] = ()
    same = False
    try:
        document = built(inputs, services)
    except ReportError as error:
        why.append(Why("snapshot", str(one.id), str(error)))
    except TemplateError as error:
        why.append(Why("template", one.template, str(error)))
    else:
        same = canonical(document) == one.document_json
        differences = tuple(diff(store.document(one), document))
    again = tuple(
        _file(services, one, kept) for kept in files.stored(services.engine, one.id).values()
    )
    why += [*_code(inputs), *_layouts(services, one), *_damage(again), *_stored(one)]
    if not why and not (same and all(file.same for file in again)):
        why.append(Why("unexplained", str(one.id)))
    return Rebuilt(one.id, same, again, differences, tuple(why))


def _file(services: Services, one: store.Report, kept: Stored) -> RebuiltFile:
    home = services.settings.home
    try:
        made = files.rendered(services, one, kept.language, kept.form)
        again = hashlib.sha256(made).hexdigest()
    except forms.FormError:
        again = None
    disk: Literal["same", "changed", "gone"] = "same"
    if files.fault(home, kept.sha256) is not None:
        disk = "changed" if files.path_of(home, kept.sha256).exists() else "gone"
    return RebuiltFile(kept.language, kept.form, kept.sha256, again, disk)


def _definitions(inputs: Inputs) -> Iterator[Why]:
    for name, fields in sorted(changed(inputs.catalogue).items()):
        yield Why("definition", name, ", ".join(fields))


def _code(inputs: Inputs) -> Iterator[Why]:
    then, now = inputs.code.model_dump(), code().model_dump()
    for name in then:
        if then[name] != now[name]:
            yield Why("code", name, before=then[name], after=now[name])


def _layouts(services: Services, one: store.Report) -> Iterator[Why]:
    told: set[tuple[str, str]] = set()
    for kept in files.stored(services.engine, one.id).values():
        now = forms.made_with(kept.form, services.settings.home)
        for name in sorted({*kept.made_with, *now}):
            was, is_ = kept.made_with.get(name, ""), now.get(name, "")
            if was != is_ and (kept.form, name) not in told:
                told.add((kept.form, name))
                yield Why("layout", f"{kept.form}:{name}", before=was, after=is_)


def _damage(again: tuple[RebuiltFile, ...]) -> Iterator[Why]:
    for file in again:
        if file.disk != "same":
            yield Why("damaged", f"{file.language}/{file.form}", file.disk)


def _stored(one: store.Report) -> Iterator[Why]:
    for about, text, sha256 in (
        ("document", one.document_json, one.document_sha256),
        ("inputs", one.inputs_json, one.inputs_sha256),
    ):
        if hashlib.sha256(text.encode()).hexdigest() != sha256:
            yield Why("stored", about)
