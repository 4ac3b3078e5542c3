"""A running Afterwatch over a small sample company, filled as `afterwatch demo` fills a home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from alerts.worker import run_once
from dashboard.app import create_app
from dashboard.demo.run import fill
from dashboard.demo.story import story_of
from dashboard.services import Services, open_services
from dashboard.settings import load_settings

ORDERS = 6_000


@dataclass(frozen=True)
class Live:
    """Where it is, and what is behind it."""

    url: str
    services: Services


@contextmanager
def company(serve_wsgi: Callable[[Any], str], home: Path, orders: int) -> Iterator[Live]:
    """The application over a sample company of `orders`, every rule judged once."""
    own = story_of(home)  # asked of an empty folder, before there is a database in it
    services = open_services(load_settings(home=home))
    fill(services, own, orders, lambda _words: None)
    run_once(services)
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()


@pytest.fixture(scope="session")
def live_server(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The application over a company of a few thousand orders, rules evaluated once."""
    with company(serve_wsgi, tmp_path_factory.mktemp("live"), ORDERS) as live:
        yield live


@pytest.fixture(scope="session")
def empty_server(
    serve_wsgi: Callable[[Any], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    """The application over a home that nothing was imported into."""
    services = open_services(load_settings(home=tmp_path_factory.mktemp("empty")))
    yield Live(serve_wsgi(create_app(services).server), services)
    services.engine.dispose()
