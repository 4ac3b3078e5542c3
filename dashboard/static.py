"""The page around the application, and how its static files travel.

Dash serves its bundles from disk on every request; compressing them each time costs up to 0.1 s
of processor time per file. Here the compressed bytes are kept in memory, fingerprinted addresses
are cached for ever and all others are revalidated by ETag.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from threading import Lock

import brotli  # type: ignore[import-untyped]
from dash import Dash
from flask import Flask, Response, request

THEME_SCRIPT = "js/00-theme.js"
FONT = "fonts/inter-5.3.0-latin.woff2"

ASSETS_IGNORE = r"^00-theme\.js$"
"""For ``Dash(assets_ignore=…)``: the theme script stands in the head, not among the others."""

INDEX_HTML = """<!DOCTYPE html>
<html lang="en">
    <head>
        {%metas%}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{%title%}</title>
        <link rel="icon" type="image/svg+xml" href="@icon">
        <link rel="preload" href="@font" as="font" type="font/woff2" crossorigin>
        <script src="@theme"></script>
        {%css%}
    </head>
    <body>
        <noscript>Afterwatch needs JavaScript. 本应用需要启用 JavaScript。</noscript>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""

FOREVER = "public, max-age=31536000, immutable"
SMALLEST = 1024
"""Below this many bytes compression costs more than it saves."""

# Dash's own fingerprints (`name.v4_4_1m1763770000.js`) and versions in vendored names
# (`inter-5.3.0-latin.woff2`); an auto-loaded asset carries its modification time as `?m=`.
_FINGERPRINT = re.compile(r"\.v[\w-]+m[0-9a-fA-F]+\.|-\d+\.\d+\.\d+[.-]")
_COMPRESSIBLE = re.compile(r"^(text/|application/(javascript|json|manifest)|image/svg)")
# Quality 9 takes 0.2 s for 1.4 MB once; 4 takes 2 ms for a figure of 170 KB on each answer.
_KEPT_QUALITY = {"br": 9, "gzip": 9}
_ANSWER_QUALITY = {"br": 4, "gzip": 5}


@dataclass(frozen=True)
class _Kept:
    """The bytes of one static file in one encoding."""

    etag: str
    body: bytes
    encoding: str | None


def install_index(app: Dash, language: Callable[[], str]) -> None:
    """Give `app` its HTML page; `language()` is asked per request for ``<html lang>``."""
    folder = Path(app.config.assets_folder)

    def address(path: str) -> str:
        version = int((folder / path).stat().st_mtime)
        return escape(f"{app.get_asset_url(path)}?m={version}")

    app.index_string = (
        INDEX_HTML.replace("@icon", address("favicon.svg"))
        .replace("@font", escape(app.get_asset_url(FONT)))
        .replace("@theme", address(THEME_SCRIPT))
    )
    interpolate = app.interpolate_index

    def in_language(**parts: str) -> str:
        page: str = interpolate(**parts)  # type: ignore[no-untyped-call]
        return page.replace('<html lang="en">', f'<html lang="{escape(language())}">', 1)

    app.interpolate_index = in_language  # type: ignore[method-assign,assignment]


def install_static_cache(server: Flask, *, prefix: str = "/") -> None:
    """Compress answers of `server`; keep static ones in memory, with ETag and cache headers.

    Args:
        server: the Flask application under Dash; nothing else may compress its answers.
        prefix: Dash's `routes_pathname_prefix`.
    """
    static = (f"{prefix}_dash-component-suites/", f"{prefix}assets/")
    kept: dict[tuple[str, str, str | None], _Kept] = {}
    lock = Lock()

    def finish(response: Response) -> Response:
        if request.method not in {"GET", "HEAD", "POST"} or response.status_code != 200:
            return response
        if request.method != "POST" and request.path.startswith(static):
            return _static(response, kept, lock)
        return _answer(response)

    server.after_request(finish)


def is_fingerprinted(path: str, query: str) -> bool:
    """Whether the content behind this address can never change."""
    version = re.search(r"(?:^|&)[mv]=[\w.]+", query)
    return bool(version or _FINGERPRINT.search(path.rsplit("/", 1)[-1]))


def chosen_encoding(accepted: str, content_type: str) -> str | None:
    """``br``, ``gzip`` or None (as it is), from an Accept-Encoding header and a content type."""
    if not _COMPRESSIBLE.match(content_type):
        return None
    qualities = {"*": 0.0}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";q=")
        try:
            qualities[name.strip()] = float(weight or 1)
        except ValueError:
            qualities[name.strip()] = 0.0
    # Where a browser takes both equally brotli is smaller.
    best = max(("br", "gzip"), key=lambda name: (qualities.get(name, qualities["*"]), name == "br"))
    return best if qualities.get(best, qualities["*"]) > 0 else None


def compress(body: bytes, encoding: str | None, quality: dict[str, int]) -> bytes:
    """`body` in `encoding`; unchanged for None."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=quality["br"]))
    if encoding == "gzip":
        # Without a modification time equal bytes stay equal.
        return gzip.compress(body, quality["gzip"], mtime=0)
    return body


def _static(
    response: Response, kept: dict[tuple[str, str, str | None], _Kept], lock: Lock
) -> Response:
    encoding = chosen_encoding(request.headers.get("Accept-Encoding", ""), response.content_type)
    if response.content_encoding:
        return response
    # A file that changed on disk has another version here, so it is compressed anew.
    version = f"{response.last_modified}{response.content_length}"
    key = (request.path, version, encoding)
    entry = kept.get(key)
    if entry is None:
        body = b"".join(response.iter_encoded())
        etag = hashlib.blake2b(body, digest_size=12).hexdigest()
        small = compress(body, encoding, _KEPT_QUALITY) if len(body) >= SMALLEST else body
        entry = _Kept(etag, small, encoding if len(small) < len(body) else None)
        with lock:
            kept[key] = entry
    forever = is_fingerprinted(request.path, request.query_string.decode("latin-1"))
    response.headers["Cache-Control"] = FOREVER if forever else "no-cache"
    # Weak: the same content in another encoding has the same tag.
    response.set_etag(entry.etag, weak=True)
    response.vary.add("Accept-Encoding")
    if request.if_none_match.contains_weak(entry.etag):
        return _not_modified(response)
    return _with_body(response, entry.body, entry.encoding)


def _answer(response: Response) -> Response:
    """Page or JSON: compressed fast, each time anew; streams and downloads are left alone."""
    if response.is_streamed or response.direct_passthrough or response.content_encoding:
        return response
    body = response.get_data()
    encoding = chosen_encoding(request.headers.get("Accept-Encoding", ""), response.content_type)
    if encoding is None or len(body) < SMALLEST:
        return response
    response.vary.add("Accept-Encoding")
    return _with_body(response, compress(body, encoding, _ANSWER_QUALITY), encoding)


def _with_body(response: Response, body: bytes, encoding: str | None) -> Response:
    _replace(response, body)
    if encoding:
        response.content_encoding = encoding
    return response


def _not_modified(response: Response) -> Response:
    _replace(response, b"")
    response.status_code = 304
    for header in ("Content-Type", "Content-Length", "Content-Encoding"):
        response.headers.pop(header, None)
    return response


def _replace(response: Response, body: bytes) -> None:
    """Send `body`; the file that stood behind the answer is closed, not left to the collector."""
    close = getattr(response.response, "close", None)
    if close is not None:
        close()
    response.direct_passthrough = False
    response.set_data(body)
