"""`afterwatch demo` from an empty home to a page, and what keeps it alive until Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from dashboard.demo import duty, processes, reporting, story
from dashboard.demo.feeding import Feed, import_inbox, open_feed
from dashboard.demo.processes import Child
from dashboard.demo.story import DemoError, Story
from dashboard.services import Services
from data_access.marts import refresh
from data_access.sample.store import StoredWorld
from data_access.warehouse.locking import exclusive

Say = Callable[[str], None]
_WATCH_SECONDS = 0.5


def fill(services: Services, own: Story, orders: int, say: Say) -> StoredWorld:
    """Make sure the home holds the sample company up to its last mark.

    An interrupted first start is taken up again: importing the same rows twice changes nothing.
    """
    settings = services.settings
    duty.declare(settings.home)
    reporting.declare(settings.home, services.clock(), settings.time_zone)
    world = story.resume(own)
    if world is not None and own.shown_until() is not None:
        return world
    with _timed("Inventing the sample company", say):
        world = story.build(own, services.clock(), orders)
    with _timed("Importing its exports", say):
        report = import_inbox(services, own)
    own.mark(world.plan.now)
    with _timed("Working out the numbers", say):
        refresh_numbers(services)
    say(f"  {sum(t.new for t in report.tables):,} rows in {len(report.tables)} tables.")
    return world


def refresh_numbers(services: Services) -> None:
    """Bring marts and rollups up to date."""
    refresh(
        services.warehouse,
        services.engine,
        services.clock(),
        zone=services.settings.time_zone,
    )


@contextmanager
def _timed(what: str, say: Say) -> Iterator[None]:
    begun = time.monotonic()
    yield
    say(f"  {what}: {time.monotonic() - begun:.1f} s")


@contextmanager
def _alone(own: Story) -> Iterator[None]:
    """One demo per home at a time."""

    def taken(holder: str) -> None:
        raise DemoError(
            f"A demo already runs in {own.folder.parent} ({holder}). Use it, or choose another "
            "folder with --home."
        )

    with exclusive(own.folder / ".lock", busy=taken):
        yield


def run(services: Services, own: Story, orders: int, say: Say) -> None:
    """Fill the home if need be, serve it and keep it living until SIGINT or SIGTERM.

    Raises:
        DemoError: it cannot run here, or the web application or the worker ended by itself.
    """
    stop = threading.Event()
    with _alone(own), _stopping(stop):
        host = services.settings.host
        try:
            port = processes.free_port(host, services.settings.port)
        except OSError as error:
            raise DemoError(
                f"Port {services.settings.port} of {host} cannot be used ({error.strerror}). "
                "Choose another with --port, or --port 0 for any."
            ) from error
        world = fill(services, own, orders, say)
        if stop.is_set():
            return
        place = ["--home", str(own.folder.parent)]
        web = processes.start("serve", [*place, "--host", host, "--port", str(port)], own.folder)
        children = [web]
        try:
            _live(services, own, world, children, place, f"http://{host}:{port}", stop, say)
        finally:
            for child in children:
                child.ask_to_end()
            for child in children:
                child.end()


def _live(  # noqa: PLR0917 - one call, from the function above
    services: Services,
    own: Story,
    world: StoredWorld,
    children: list[Child],
    place: list[str],
    url: str,
    stop: threading.Event,
    say: Say,
) -> None:
    feed = open_feed(services, own, world)
    with _timed("Catching up with the clock", say):
        rows = feed.step()
    say(f"  {rows:,} rows arrived since.")
    children.append(processes.start("worker", place, own.folder))
    if not processes.wait_for_page(url, children[0], pause=stop.wait):
        if not stop.is_set():
            raise DemoError(f"The web application did not start:\n{children[0].last_words()}")
        return
    say(f"\nAfterwatch is at {url}")
    say("New cases, scans and messages arrive as you watch. Ctrl-C ends it.")
    if feed.exhausted:
        say(_the_end(own))
    _watch(feed, children, stop, own, say)


def _watch(feed: Feed, children: list[Child], stop: threading.Event, own: Story, say: Say) -> None:
    """Feed in a thread of its own; end when asked to, or when a child has ended."""
    failures: list[BaseException] = []

    def feeding() -> None:
        try:
            feed.run(stop)
        except Exception as error:  # noqa: BLE001 - told below, in the main thread
            failures.append(error)

    thread = threading.Thread(target=feeding, name="feed", daemon=True)
    thread.start()
    told = feed.exhausted
    while not stop.wait(_WATCH_SECONDS):
        if failures:
            raise DemoError(f"The sample company stopped living: {failures[0]}")
        ended = next((child for child in children if not child.running), None)
        if ended is not None:
            stop.set()
            raise DemoError(f"afterwatch {ended.name} ended by itself:\n{ended.last_words()}")
        if feed.exhausted and not told:
            told = True
            say(_the_end(own))
    thread.join()


def _the_end(own: Story) -> str:
    return (
        "The story of this sample company is told to its end; the screens keep working, but "
        f"nothing new arrives. For a new one, remove {own.folder.parent} and start again."
    )


@contextmanager
def _stopping(stop: threading.Event) -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a wish to stop; a second SIGINT interrupts at once."""

    def wish(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, wish) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
