"""A mail server on 127.0.0.1 that takes mail, or refuses and breaks as it is told."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from tests.alerts.notify.fault_server import PEM

Step = Literal["CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "END", "QUIT"]
CUT = "cut"
"""As an answer: the connection breaks instead."""
HANG = "hang"


@dataclass
class MailServer:
    """`says` replaces the answer to a step: a reply line, `CUT` or `HANG`."""

    says: Mapping[Step, str] = field(default_factory=dict)
    tls: Literal["none", "starttls", "tls"] = "none"
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._serve, name="mail server")]
        self._threads[0].start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._handle, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            connection.settimeout(5)
            if self.tls == "tls":
                with _secured(connection) as secured:
                    self._talk(secured)
            else:
                with connection:
                    self._talk(connection)

    def _talk(self, connection: socket.socket, *, greet: bool = True) -> None:
        if greet and not self._say(connection, "CONNECT", "220 ready"):
            return
        while line := _line(connection):
            command = line.upper().split(" ")[0].split(":")[0]
            self.commands.append(line)
            match command:
                case "EHLO" | "HELO":
                    offer = "STARTTLS" if self.tls == "starttls" and greet else "AUTH PLAIN LOGIN"
                    more = self._say(connection, "EHLO", f"250-here\r\n250-{offer}\r\n250 8BITMIME")
                case "STARTTLS":
                    if self._say(connection, "STARTTLS", "220 go on"):
                        with _secured(connection) as secured:
                            self._talk(secured, greet=False)
                    return
                case "AUTH":
                    more = self._say(connection, "AUTH", "235 welcome")
                case "MAIL":
                    more = self._say(connection, "MAIL", "250 ok")
                case "RCPT":
                    more = self._say(connection, "RCPT", "250 ok")
                case "DATA":
                    more = self._data(connection)
                case "QUIT":
                    self._say(connection, "QUIT", "221 bye")
                    return
                case _:
                    more = self._say(connection, "EHLO", "250 ok")
            if not more:
                return

    def _data(self, connection: socket.socket) -> bool:
        if not self._say(connection, "DATA", "354 send it"):
            return False
        if self.says.get("DATA", "354").startswith("354"):
            data = b""
            while not data.endswith(b"\r\n.\r\n"):
                data += connection.recv(65536)
            self.mails.append(data[:-5])
            return self._say(connection, "END", "250 queued as 1")
        return True

    def _say(self, connection: socket.socket, step: Step, usual: str) -> bool:
        said = self.says.get(step, usual)
        if said == CUT:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if said == HANG:
            self._stop.wait()
            return False
        connection.sendall(said.encode() + b"\r\n")
        return True


def _secured(connection: socket.socket) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    try:
        return context.wrap_socket(connection, server_side=True)
    except BaseException:
        connection.close()
        raise


def _line(connection: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\r\n"):
        part = connection.recv(1)
        if not part:
            return ""
        data += part
    return data.decode().strip()


@contextmanager
def mail_server(
    says: Mapping[Step, str] | None = None, *, tls: Literal["none", "starttls", "tls"] = "none"
) -> Iterator[MailServer]:
    """A running server for as long as the block lasts."""
    server = MailServer(says or {}, tls)
    try:
        yield server
    finally:
        server.close()
