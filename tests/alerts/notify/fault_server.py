"""A web server on 127.0.0.1 that answers as it is told, well or badly, and remembers what came."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

PEM = Path(__file__).parent / "localhost.pem"
Fault = Literal["hang", "cut_before", "cut_after", "cut_in_answer", "garbage"]


@dataclass(frozen=True)
class Answer:
    """What the server does with one request: a status, or a fault."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None


@dataclass(frozen=True)
class Request:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class FaultServer:
    """Answers from `answers`, in order; then 200."""

    def __init__(self, *, tls: bool = False) -> None:
        self.answers: deque[Answer] = deque()
        self.requests: list[Request] = []
        self._tls = tls
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._threads: list[threading.Thread] = [
            threading.Thread(target=self._serve, name="fault server")
        ]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        self._threads[0].start()

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
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            connection.settimeout(5)
            if self._tls:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(PEM)
                with context.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)
            else:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        answer = self.answers.popleft() if self.answers else Answer()
        if answer.fault == "cut_before":
            _reset(connection)
            return
        request = _read(connection)
        if request is None:
            return
        self.requests.append(request)
        match answer.fault:
            case "hang":
                self._stop.wait()
            case "cut_after":
                _reset(connection)
            case "cut_in_answer":
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                _reset(connection)
            case "garbage":
                connection.sendall(b"this is no HTTP\r\n\r\n")
            case None:
                connection.sendall(_written(answer))


def _written(answer: Answer) -> bytes:
    body = answer.body.encode()
    headers = {"Content-Length": str(len(body)), "Connection": "close", **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} Said", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _reset(connection: socket.socket) -> None:
    """Close at once, without the goodbye of TCP."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _read(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            return None
        body += part
    return Request(method, path, headers, body)


@contextmanager
def fault_server(*, tls: bool = False) -> Iterator[FaultServer]:
    """A running server for as long as the block lasts."""
    server = FaultServer(tls=tls)
    server.start()
    try:
        yield server
    finally:
        server.close()
