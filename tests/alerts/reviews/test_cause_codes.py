"""The list of causes: what ships is whole in both languages, a home may have its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.reviews.cause_codes import OWN, CodesError, of_home, parse, shipped


def test_what_ships_is_named_in_both_languages_and_once() -> None:
    codes = shipped()
    for names in (codes.groups, codes.codes):
        for language in ("en", "zh"):
            told = [getattr(one, language) for one in names.values()]
            assert len(set(told)) == len(told)
    assert {code.partition(".")[0] for code in codes.codes} == set(codes.groups)
    assert codes.name("supply.inspection", "zh_Hans") == "批次未经检验"
    assert codes.name("gone.long", "en") == "gone.long"


def test_a_home_may_have_its_own(tmp_path: Path) -> None:
    assert of_home(tmp_path) is shipped()
    path = tmp_path / OWN
    path.parent.mkdir()
    path.write_text(
        "schema_version: 1\ngroups: {a: {en: A, zh: 甲}}\ncodes: {a.b: {en: B, zh: 乙}}\n",
        encoding="utf-8",
    )
    assert list(of_home(tmp_path).codes) == ["a.b"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema_version: 1\ngroups: {}\ncodes: {a.b: {en: B, zh: 乙}}\n", "which is no group"),
        ("schema_version: 1\ngroups: {}\ncodes: {}\n", "codes"),
        ("schema_version: 1\ngroups: {a: {en: A}}\ncodes: {a.b: {en: B, zh: 乙}}\n", "zh"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(text: str, told: str) -> None:
    with pytest.raises(CodesError, match=told):
        parse(text, "cause_codes.yaml")
