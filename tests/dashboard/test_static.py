"""Compression, caching, the HTML page and the security headers, through Flask's test client."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from dash import Dash, dcc, html
from flask import Flask, Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dashboard import static
from dashboard.assets_folder import assets_folder
from dashboard.security import content_security_policy, install_security_headers

BIG = b"body { color: black } /* a rule that repeats */\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "big.css").write_bytes(BIG)
    (tmp_path / "small.css").write_bytes(b"a{}")
    (tmp_path / "font-1.2.3.woff2").write_bytes(bytes(range(256)) * 20)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    server = Flask(__name__, static_folder=str(folder), static_url_path="/assets")

    @server.get("/data")
    def data() -> dict[str, list[int]]:
        return {"values": list(range(1000))}

    @server.get("/stream")
    def stream() -> Response:
        def rows() -> Iterator[str]:
            yield from ("1,2,3\n" * 1000).splitlines(keepends=True)

        return Response(rows(), content_type="text/csv")

    @server.get("/broken")
    def broken() -> tuple[str, int]:
        return "x" * 5000, 500

    static.install_static_cache(server)
    return server.test_client()


def test_a_file_is_sent_in_the_encoding_the_browser_takes(client: FlaskClient) -> None:
    def fetch(accepted: str) -> tuple[str | None, bytes]:
        answer = client.get("/assets/big.css", headers={"Accept-Encoding": accepted})
        assert answer.vary.as_set() == {"accept-encoding"}
        assert answer.content_length == len(answer.data)
        return answer.content_encoding, answer.data

    encoding, body = fetch("gzip, deflate, br, zstd")
    assert encoding == "br"
    assert brotli.decompress(body) == BIG
    assert len(body) < len(BIG) / 10
    encoding, body = fetch("gzip, br;q=0")
    assert encoding == "gzip"
    assert gzip.decompress(body) == BIG
    assert fetch("identity") == (None, BIG)


def test_small_files_and_fonts_are_left_as_they_are(client: FlaskClient, folder: Path) -> None:
    for name in ("small.css", "font-1.2.3.woff2"):
        answer = client.get(f"/assets/{name}", headers={"Accept-Encoding": "br"})
        assert answer.content_encoding is None
        assert answer.data == (folder / name).read_bytes()


def test_a_file_is_compressed_once(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    compress = static.compress

    def counted(body: bytes, encoding: str | None, quality: dict[str, int]) -> bytes:
        calls.append(len(body))
        return compress(body, encoding, quality)

    monkeypatch.setattr(static, "compress", counted)
    bodies = {
        client.get(f"/assets/big.css?m={i}", headers={"Accept-Encoding": "br"}).data
        for i in range(3)
    }
    assert len(bodies) == 1
    assert calls == [len(BIG)]


def test_a_changed_file_is_sent_anew(client: FlaskClient, folder: Path) -> None:
    before = client.get("/assets/big.css", headers={"Accept-Encoding": "br"})
    (folder / "big.css").write_bytes(BIG + BIG)
    after = client.get("/assets/big.css", headers={"Accept-Encoding": "br"})
    assert brotli.decompress(after.data) == BIG + BIG
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize(
    ("address", "forever"),
    [
        ("/assets/big.css?m=1763770000.0", True),
        ("/assets/font-1.2.3.woff2", True),
        ("/assets/big.css", False),
        ("/assets/big.css?from=3", False),
    ],
)
def test_only_what_cannot_change_is_kept_for_ever(
    client: FlaskClient, address: str, forever: bool
) -> None:
    expected = "public, max-age=31536000, immutable" if forever else "no-cache"
    assert client.get(address).headers["Cache-Control"] == expected


@pytest.mark.parametrize(
    ("path", "forever"),
    [
        ("/_dash-component-suites/dash/dcc/async-graph.v4_4_1m1795309937.js", True),
        ("/_dash-component-suites/plotly/package_data/plotly.min.js", False),
        ("/assets/05-plotly-4.1.1.min.js", True),
        ("/assets/geo/world_110m.json", False),
    ],
)
def test_fingerprints_are_recognised(path: str, forever: bool) -> None:
    assert static.is_fingerprinted(path, "") is forever


def test_what_the_browser_already_has_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/assets/big.css", headers={"Accept-Encoding": "br"}).headers["ETag"]
    for encoding in ("br", "gzip", "identity"):
        again = client.get(
            "/assets/big.css", headers={"If-None-Match": tag, "Accept-Encoding": encoding}
        )
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Encoding" not in again.headers
    other = client.get("/assets/big.css", headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


def test_head_answers_without_a_body(client: FlaskClient) -> None:
    answer = client.head("/assets/big.css")
    assert (answer.status_code, answer.data) == (200, b"")


def test_json_is_compressed_and_streams_are_not(client: FlaskClient) -> None:
    answer = client.get("/data", headers={"Accept-Encoding": "br"})
    assert answer.content_encoding == "br"
    assert b"999" in brotli.decompress(answer.data)
    stream = client.get("/stream", headers={"Accept-Encoding": "br"})
    assert stream.content_encoding is None
    assert stream.data == b"1,2,3\n" * 1000


def test_errors_pass_unchanged(client: FlaskClient) -> None:
    answer = client.get("/broken", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.content_encoding) == (500, None)


@pytest.mark.parametrize(
    ("accepted", "content_type", "expected"),
    [
        ("br", "application/json", "br"),
        ("gzip", "text/html; charset=utf-8", "gzip"),
        ("*", "image/svg+xml", "br"),
        ("gzip;q=1.0, br;q=0.5", "text/css", "gzip"),
        ("br;q=0, gzip;q=0", "text/css", None),
        ("br;q=wrong", "text/css", None),
        ("", "text/css", None),
        ("br", "font/woff2", None),
        ("br", "image/png", None),
    ],
)
def test_the_encoding_is_chosen_by_weight(
    accepted: str, content_type: str, expected: str | None
) -> None:
    assert static.chosen_encoding(accepted, content_type) == expected


@given(st.text(max_size=60), st.text(max_size=30))
def test_no_header_makes_the_choice_fail(accepted: str, content_type: str) -> None:
    assert static.chosen_encoding(accepted, content_type) in {"br", "gzip", None}


@given(st.binary(max_size=3000))
def test_compression_keeps_every_byte(body: bytes) -> None:
    quality = {"br": 4, "gzip": 5}
    assert brotli.decompress(static.compress(body, "br", quality)) == body
    assert gzip.decompress(static.compress(body, "gzip", quality)) == body
    assert static.compress(body, None, quality) == body


@pytest.fixture
def app() -> Dash:
    app = Dash(
        __name__,
        assets_folder=str(assets_folder()),
        assets_ignore=static.ASSETS_IGNORE,
        use_pages=False,
        use_async=False,
        title="Afterwatch",
    )
    app.layout = html.Div(dcc.Graph(id="figure"))
    static.install_index(app, lambda: "zh-CN")
    static.install_static_cache(app.server)
    install_security_headers(app)
    return app


def test_the_page_says_its_language_and_sets_the_theme_first(app: Dash) -> None:
    page = app.server.test_client().get("/").get_data(as_text=True)
    assert '<html lang="zh-CN">' in page
    head = page[: page.index("</head>")]
    assert head.index("00-theme.js?m=") < head.index("stylesheet")
    assert page.count("00-theme.js") == 1
    assert 'rel="icon"' in head
    assert "{%" not in page
    assert "@" not in head.replace("@media", "")


def test_the_page_loads_our_files_in_their_order(app: Dash) -> None:
    page = app.server.test_client().get("/").get_data(as_text=True)
    styles = re.findall(r"/assets/(\d\d)-[^\"]*\.css", page)
    scripts = re.findall(r"/assets/(?:js/)?(\d\d)-[^\"]*\.js\?", page)
    assert styles[0] == "00"
    assert styles == sorted(styles)
    assert scripts[:2] == ["00", "05"]
    assert scripts == sorted(scripts)


def test_everything_the_page_names_is_here_and_local(app: Dash) -> None:
    client = app.server.test_client()
    page = client.get("/").get_data(as_text=True)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) > 20
    for address in addresses:
        assert address.startswith("/"), address
        with client.get(address, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.status_code == 200, address


def test_security_headers_are_on_every_answer(app: Dash) -> None:
    client = app.server.test_client()
    for path in ("/", "/_dash-layout", "/assets/10-tokens.css", "/assets/missing.css"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in headers
    assert client.get("/_dash-layout").headers["Cache-Control"] == "private, no-cache"
    assert "Strict-Transport-Security" in client.get("/", base_url="https://tower.test").headers


def test_no_inline_script_runs_but_the_renderer(app: Dash) -> None:
    policy = app.server.test_client().get("/").headers["Content-Security-Policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    assert scripts.count("'sha256-") == len(app.csp_hashes())


def test_the_policy_names_this_machine_only() -> None:
    policy = content_security_policy(["'sha256-abc='"])
    assert "script-src 'self' 'sha256-abc='" in policy
    assert not re.search(r"https?:|\*", policy)
