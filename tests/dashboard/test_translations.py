"""Every word a reader meets is there in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import languages
from dashboard.app import SCREENS
from data_access.metrics import CATALOGUE

ROOT = Path(languages.__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("dashboard", "pages", "callbacks")
    for path in (ROOT / folder).rglob("*.py")
    if "cli" not in path.parts
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# These read the same in both languages.
SAME = {"CSAT", "CSV", "NPS", "< 1 min", "n", "n = {n}", "{clock}: {state}", "{low}–{high}"}
SAME |= {"{value} in {days}"}


def literals(path: Path) -> Iterator[tuple[str, int]]:
    """Every text passed to `_()`, and the plural of `ngettext`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = {"_": 0, "ngettext": 1}.get(node.func.id)
        if place is None or len(node.args) <= place:
            continue
        argument = node.args[place]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value, node.lineno


def messages() -> dict[str, str]:
    """Message to where it stands."""
    found = {
        text: f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        for text, line in literals(path)
    }
    for screen in SCREENS:
        found[screen.TITLE] = f"title of {screen.PATH}"
    for kpi in CATALOGUE.values():
        told = (kpi.formula, kpi.anchor, kpi.exclusions, kpi.maturity, kpi.reference)
        for text in (kpi.title, kpi.short, kpi.doc, *told):
            found[text] = f"catalogue, {kpi.name}"
    for continent in ("Africa", "Americas", "Asia", "Europe", "Oceania"):
        found[continent] = "continents"
    return found


MESSAGES = messages()


def has_words(text: str) -> bool:
    """Whether a message is more than values and the signs between them."""
    return re.search("[A-Za-z]", re.sub(r"\{\w+\}", "", text)) is not None


def test_messages_are_found() -> None:
    assert len(MESSAGES) > 100


def test_every_message_has_a_chinese_translation() -> None:
    known = languages.catalogue("zh_Hans")
    missing = {text: where for text, where in MESSAGES.items() if text not in known}
    assert missing == {}, "\n".join(f"{where}: {text!r}" for text, where in missing.items())


def test_every_translation_is_chinese_and_used() -> None:
    known = languages.catalogue("zh_Hans")
    unused = sorted(set(known) - set(MESSAGES))
    assert unused == []
    untranslated = [
        text
        for text, translated in known.items()
        if text not in SAME and has_words(text) and not CHINESE.search(translated)
    ]
    assert untranslated == []


def test_translations_fill_in_the_same_values() -> None:
    fields = re.compile(r"\{(\w+)\}")
    for text, translated in languages.catalogue("zh_Hans").items():
        assert sorted(fields.findall(text)) == sorted(fields.findall(translated)), text


def test_messages_are_literals() -> None:
    """A name computed at run time could not be checked; a few lists of known names are."""
    allowed = {"TITLE", "title", "short", "doc", "message", "many", "one"}
    allowed |= {"formula", "anchor", "exclusions", "maturity", "reference"}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
            ):
                argument = node.args[0]
                name = getattr(argument, "attr", None) or getattr(argument, "id", None)
                assert isinstance(argument, ast.Constant) or name in allowed, (
                    f"{path.name}:{node.lineno}"
                )


def test_a_message_in_two_fragments_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "xx"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.po").write_text('msgid "Late"\nmsgstr "晚"\n', encoding="utf-8")
    monkeypatch.setattr(languages, "FOLDER", tmp_path)
    with pytest.raises(languages.DuplicateMessageError, match=r"a\.po and b\.po"):
        languages.catalogue("xx")


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "expected"),
    [
        (None, None, "", "en"),
        ("zh", None, "en-GB", "zh_Hans"),
        (None, "zh", "en-GB", "zh_Hans"),
        ("en", "zh", "zh-CN", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh_Hans"),
        (None, None, "fr-FR,fr;q=0.9,en;q=0.8", "en"),
        (None, "klingon", "zh-TW", "zh_Hans"),
        ("zh-Hans", None, "", "zh_Hans"),
    ],
)
def test_the_language_is_chosen(
    query: str | None, cookie: str | None, accept: str, expected: str
) -> None:
    assert languages.resolve(query, cookie, accept) == expected


def test_plurals() -> None:
    with languages.use_language("en"):
        assert languages.ngettext("{count} file", "{count} files", 1) == "1 file"
        assert languages.ngettext("{count} file", "{count} files", 2000) == "2,000 files"
