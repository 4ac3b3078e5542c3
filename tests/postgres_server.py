"""A PostgreSQL server of the tests' own: a new cluster in a temporary folder, stopped at the end.

It listens on a Unix socket inside that folder only, so no port is taken and nobody else gets in.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from data_access.state.engine import migrate, open_state

START_SECONDS = 60.0
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# Nothing here outlives the test session, so nothing needs to reach the disk.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


class PostgresServer:
    """A running server; ``new_database`` gives each test its own."""

    def __init__(self, socket_folder: Path) -> None:
        self._socket_folder = socket_folder
        self._numbers = itertools.count(1)
        self._migrated = False
        self.restart: Callable[[], None] = lambda: None
        """Stop the server, which closes every connection, and start it again over the same data."""

    def connect(self) -> psycopg.Connection:
        """A connection for administration, each statement by itself."""
        return psycopg.connect(
            host=str(self._socket_folder), user="postgres", dbname="postgres", autocommit=True
        )

    @contextmanager
    def new_database(self, template: str = "template1") -> Iterator[str]:
        """An empty database (or a copy of `template`), dropped at the end.

        Yields:
            Its SQLAlchemy address, ``postgresql+psycopg://...``.
        """
        name = f"test_{next(self._numbers)}"
        with self.connect() as connection:
            self._create(connection, name, template)
        try:
            yield self._address(name)
        finally:
            with self.connect() as connection:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                connection.execute(drop)

    def migrated(self) -> str:
        """Name of a database that holds the newest schema, to be copied."""
        if not self._migrated:
            with self.connect() as connection:
                self._create(connection, "migrated", "template1")
            engine = open_state(self._address("migrated"))
            migrate(engine)
            engine.dispose()
            self._migrated = True
        return "migrated"

    @staticmethod
    def _create(connection: psycopg.Connection, name: str, template: str) -> None:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(words.format(sql.Identifier(name), sql.Identifier(template)))

    def _address(self, name: str) -> str:
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql+psycopg://postgres@/{name}?host={host}"


@dataclass(frozen=True)
class Owner:
    """Whom the server runs as; None: whoever runs the tests."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


def _owner() -> Owner:
    """PostgreSQL refuses to run as root, so root hands over to another."""
    if os.geteuid() != 0:
        return Owner()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid, ())
    message = (
        "Running as root and there is neither a user postgres nor nobody to run the server as."
    )
    raise RuntimeError(message)


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    message = f"PostgreSQL did not start:\n{log.read_text(errors='replace')}"
    raise RuntimeError(message)


def _initdb(programs: Path, folder: Path, owner: Owner) -> None:
    command: list[str | Path] = [programs / "initdb", "-D", folder / "data", "-U", "postgres"]
    made = subprocess.run(
        [*command, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        user=owner.user,
        group=owner.group,
        extra_groups=owner.extra_groups,
    )
    if made.returncode != 0:
        message = f"initdb failed:\n{made.stdout}{made.stderr}"
        raise RuntimeError(message)


def _start(programs: Path, folder: Path, owner: Owner, log: Path) -> subprocess.Popen[bytes]:
    options = [word for setting in FAST for word in ("-c", setting)]
    with log.open("wb") as sink:
        return subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, *options],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=sink,
            stderr=subprocess.STDOUT,
            user=owner.user,
            group=owner.group,
            extra_groups=owner.extra_groups,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast shutdown": closes connections, leaves clean files
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def postgres_server(programs: Path) -> Iterator[PostgresServer]:
    """Run a server for as long as the block lasts.

    Args:
        programs: the folder that holds ``initdb`` and ``postgres``.
    """
    owner = _owner()
    # A Unix socket's path may have 107 bytes; the folders pytest makes are longer.
    folder = Path(tempfile.mkdtemp(prefix="afterwatch-pg-"))
    try:
        if owner.user is not None and owner.group is not None:
            os.chown(folder, owner.user, owner.group)
        _initdb(programs, folder, owner)
        log = folder / "log"
        server = PostgresServer(folder)
        running: list[subprocess.Popen[bytes]] = []

        def start() -> None:
            running.append(_start(programs, folder, owner, log))
            _wait_until_ready(server, running[-1], log)

        def restart() -> None:
            _stop(running.pop())
            start()

        server.restart = restart
        try:
            start()
            yield server
        finally:
            for process in running:
                _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
