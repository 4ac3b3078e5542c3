"""Every code that a section can say is worded: looked up in the source, and in issued documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from dashboard import reports
from dashboard.languages import SUPPORTED, use_language
from dashboard.reports import forms, showing
from dashboard.reports.document import Document, Effect, HeatCell, Panel, Tone, fingerprint
from dashboard.reports.inputs import take
from dashboard.reports.issuing import built
from dashboard.reports.periods import of_day
from dashboard.reports.sections import SECTIONS
from dashboard.reports.template import shipped
from dashboard.reports.values import Code
from dashboard.services import Services
from tests.dashboard.reports import report_home
from tests.dashboard.reports import sample_document as sample

FOLDER = Path(reports.__file__).parent
SOURCES = sorted(
    path
    for path in FOLDER.rglob("*.py")
    if not {"charts", "forms"} & set(path.relative_to(FOLDER).parts)
)


@dataclass(frozen=True)
class Said:
    """A code in the source: a sentence, or a word of a group."""

    group: str | None
    code: str
    is_prefix: bool
    where: str


def said() -> list[Said]:
    """Every code that the source of reports can say, as far as it can be read there."""
    found: list[Said] = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = assigned(function)
            for call in ast.walk(function):
                if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                    continue
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                where = f"{path.relative_to(FOLDER)}:{call.lineno}"
                if call.func.id == "Say" and "code" in given:
                    found += (Said(None, *one, where) for one in texts(given["code"], named))
                if call.func.id == "Code" and isinstance(given.get("group"), ast.Constant):
                    group = ast.literal_eval(given["group"])
                    found += (Said(group, *one, where) for one in texts(given["value"], named))
    return list(dict.fromkeys(found))


def assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """Names of a function and what is assigned to them there."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def texts(
    value: ast.expr, named: dict[str, list[ast.expr]], depth: int = 0
) -> Iterator[tuple[str, bool]]:
    """The texts that an expression can be, each with whether it is only how a text begins."""
    match value:
        case ast.Constant(value=str(text)):
            yield text, False
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, named, depth)
            yield from texts(other, named, depth)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
            yield start, True
        case ast.Name(id=name) if depth < 3:
            for one in named.get(name, ()):
                yield from texts(one, named, depth + 1)


CODES = said()


def test_codes_are_found() -> None:
    assert len([one for one in CODES if one.group is None]) > 30
    assert len({one.group for one in CODES}) > 5


@pytest.mark.parametrize("one", CODES, ids=lambda one: f"{one.group or 'say'}.{one.code}")
def test_every_code_in_the_source_is_worded(one: Said) -> None:
    known = showing.known()
    codes = known.sentences.keys() if one.group is None else known.words.get(one.group, {}).keys()
    if one.is_prefix:
        assert any(code.startswith(one.code) for code in codes), one.where
    elif one.group == "column" and one.code not in codes:
        with showing.strict():
            showing.word(Code(group="column", value=one.code))
    else:
        assert one.code in codes, one.where


def test_every_word_of_the_document_itself_is_known() -> None:
    words = showing.known().words
    assert set(SECTIONS) <= set(words["section"])
    assert set(get_args(Tone)) <= set(words["tone"])
    assert set(get_args(Panel.model_fields["standing"].annotation)) <= set(words["standing"])
    assert set(get_args(HeatCell.model_fields["standing"].annotation)) <= set(words["standing"])
    assert set(get_args(Effect.model_fields["kind"].annotation)) <= set(words["effect"])


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A home with the templates that ship."""
    services = report_home.built(tmp_path_factory.mktemp("full-home"), small=False)
    yield services
    services.warehouse.close()
    services.engine.dispose()


@pytest.fixture(scope="module", params=sorted(shipped()))
def issued(request: pytest.FixtureRequest, full: Services) -> Document:
    """A report of every template that ships, of the newest period that is over."""
    template = shipped()[request.param]
    period = of_day(template.body.period, report_home.NOW.date()).before()
    return built(take(full, template, period, now=report_home.NOW), full)


@pytest.mark.parametrize("language", SUPPORTED)
@pytest.mark.parametrize("form", ["html", "mail"])
def test_issued_reports_say_nothing_without_words(
    issued: Document, language: str, form: str
) -> None:
    issue = forms.Issue(1, 1, fingerprint(issued))
    with showing.strict():
        assert forms.render(issued, language, form, issue=issue)


@pytest.mark.parametrize("language", SUPPORTED)
def test_the_sample_says_nothing_without_words(language: str) -> None:
    with showing.strict():
        for form in ("html", "mail"):
            assert forms.render(sample.document(), language, form, issue=sample.issue())


def test_sentences_differ_between_the_languages() -> None:
    """A sentence that reads the same in both was forgotten in one."""
    for value in ("met", "missed", "unsure"):
        code = Code(group="standing", value=value)
        with use_language("zh_Hans"):
            chinese = showing.word(code)
        assert chinese != showing.word(code)
