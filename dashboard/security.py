"""Headers that tell a browser what this application will never do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dash import Dash
from flask import Response, request

_FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HTTPS_ONLY = "max-age=31536000; includeSubDomains"


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """The policy: everything from this application only.

    plotly.js, AG Grid and the Dash components write style elements, so inline styles must be
    allowed; inline scripts are not, but for the ones named.

    Args:
        script_hashes: quoted CSP hashes, as `Dash.csp_hashes` gives them.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def install_security_headers(app: Dash) -> None:
    """Put the security headers on every answer of `app`.

    The hashes of inline scripts are taken once, at the first answer: the router of Dash's pages
    adds its own script when the first request arrives. Callbacks registered later would be refused.
    Answers without a cache rule of their own are private and revalidated, for they show customers'
    cases.
    """
    policy = cache(lambda: content_security_policy(app.csp_hashes()))

    def finish(response: Response) -> Response:
        for name, value in _FIXED_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy())
        if "Cache-Control" not in response.headers:
            response.cache_control.private = True
            response.cache_control.no_cache = True
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", _HTTPS_ONLY)
        return response

    app.server.after_request(finish)
