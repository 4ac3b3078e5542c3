"""Rules of the house that import contracts cannot say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("dashboard", "pages", "callbacks", "data_access", "alerts")
TREE_BUILDERS = {"html", "dcc", "dash_table"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imported_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def clock_readings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in CLOCKS:
                yield node.lineno


def module_level_calls(tree: ast.Module) -> Iterator[str]:
    """Names of decorators and calls that run when the module is imported."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (ast.unparse(decorator) for decorator in node.decorator_list)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield ast.unparse(node.value.func)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", modules("callbacks"), ids=name_of)
def test_callbacks_build_no_component_trees(path: Path) -> None:
    builders = {f"dash.{name}" for name in TREE_BUILDERS}
    assert [n for n in imported_names(parse(path)) if n in builders] == []


@pytest.mark.parametrize("path", modules("callbacks", "pages"), ids=name_of)
def test_nothing_is_registered_at_import(path: Path) -> None:
    registering = ("callback", "register_page", "dash.callback", "dash.register_page")
    calls = [call.split("(")[0] for call in module_level_calls(parse(path))]
    assert [call for call in calls if call in registering] == []


@pytest.mark.parametrize(
    "path",
    modules(
        "pages", "callbacks", "dashboard/figures", "dashboard/components", "alerts/detection",
        "alerts/lifecycle", "alerts/rules", "data_access/metrics", "data_access/contracts",
    ),
    ids=name_of,
)  # fmt: skip
def test_time_comes_in_as_an_argument(path: Path) -> None:
    assert list(clock_readings(parse(path))) == []


def test_the_clock_reader_sees_a_clock() -> None:
    tree = ast.parse("import datetime\nx = datetime.datetime.now()\ny = date.today()\n")
    assert list(clock_readings(tree)) == [2, 3]


def test_most_modules_can_be_held_in_mind() -> None:
    lengths = [len(path.read_text().splitlines()) for path in modules(*PACKAGES)]
    long = [length for length in lengths if length > 300]
    assert len(long) <= len(lengths) / 10
