from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from data_access.sources import registry
from data_access.sources.base import Source, SourceError


def test_every_source_is_one() -> None:
    assert registry.names()[: len(registry.BUILT_IN)] == list(registry.BUILT_IN)
    for name in registry.BUILT_IN:
        source = registry.get(name)
        assert isinstance(source, Source)
        assert source.name == name
        assert source.doc


def test_entry_points_and_built_in_sources_agree() -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)["project"]["entry-points"][registry.GROUP]
    assert declared == registry.BUILT_IN


def test_unknown_source_names_the_known_ones() -> None:
    with pytest.raises(SourceError) as error:
        registry.get("olists")
    assert "Did you mean 'olist'?" in error.value.message
    assert "Known sources: template, mapped, olist" in error.value.message


def test_a_package_may_add_but_not_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = [
        EntryPoint("mine", "builtins:object", registry.GROUP),
        EntryPoint("olist", "os:path", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda **_: extra)
    assert registry.get("olist").name == "olist"
    with pytest.raises(SourceError, match="needs name, doc and read"):
        registry.get("mine")


def test_every_source_is_described() -> None:
    text = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    described = [line[4:-1] for line in text.splitlines() if line.startswith("## `")]
    assert described == list(registry.BUILT_IN)
