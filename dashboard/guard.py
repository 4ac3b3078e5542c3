"""What every request passes first, whatever it asks for."""

from __future__ import annotations

import ipaddress

import flask

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def install_guard(server: flask.Flask, host: str) -> None:
    """Refuse requests that name another host than the one listened on.

    A page on the internet can point its own name at 127.0.0.1 and so read what a browser on this
    machine may read (DNS rebinding); its requests carry that foreign name. Where the application
    listens on an outward address it is reached by names that only its operator knows.

    Args:
        server: the Flask application; layouts, callbacks, downloads and assets all pass here.
        host: address it listens on.
    """
    if not _is_local(host):
        return

    @server.before_request
    def refuse_foreign_names() -> flask.Response | None:
        if name_of(flask.request.host) in LOCAL_NAMES | {host}:
            return None
        return flask.Response(
            "This Afterwatch answers to this machine only.", 421, mimetype="text/plain"
        )


def name_of(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
