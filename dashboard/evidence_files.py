"""Files of the Evidence screen: taking them, giving them, and checking a pack that was sent.

What is sent arrives as the body of a request, not inside of JSON: a file of 25 MB stays 25 MB. The
header that carries the name can only be set by a page of this application: another site's page
would have to ask first, and is not answered.
"""

from __future__ import annotations

import hashlib
import tempfile
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import flask

from alerts import dossier, evidence_files
from alerts.dossier import pack, rows, verifier
from dashboard.evidence import CHECK, FILE, FILES, PACK
from dashboard.evidence_actions import NotUnderstoodError, captured
from dashboard.wording import evidence_outcomes as words

if TYPE_CHECKING:
    from dashboard.services import Services

ACTOR = "X-Afterwatch-Actor"
TOKEN = "X-Afterwatch-Token"  # noqa: S105 - the name of a header
MOST_PACK = 512 * 1024 * 1024
_CHUNK = 1 << 20


def install_evidence_files(server: flask.Flask, services: Services) -> None:
    """Answer the addresses of evidence, packs and uploads."""

    @server.get(FILE)
    def evidence_file(crisis_id: int, evidence_id: int) -> flask.Response:
        with services.engine.connect() as connection:
            row = rows.find(connection, evidence_id)
        if row is None or row.crisis_id != crisis_id:
            flask.abort(404)
        try:
            content = evidence_files.read(services.settings.home, row.sha256)
        except evidence_files.EvidenceFileError as error:
            return _plain(str(error), 500)
        return _given(content, row.name)

    @server.get(PACK)
    def pack_file(crisis_id: int, pack_id: int) -> flask.Response:
        found = dossier.find_pack(services.engine, crisis_id, pack_id)
        if found is None:
            flask.abort(404)
        path = pack.path_of(services.settings.home, found.sha256)
        if not path.is_file():
            return _plain(words.pack_gone(), 500)
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != found.sha256:
                return _plain(words.pack_changed(), 500)
        name = f"crisis-{crisis_id}-{found.created_at:%Y%m%d-%H%M}-{found.sha256[:8]}.zip"
        return flask.send_file(path, "application/zip", as_attachment=True, download_name=name)

    @server.post(FILES)
    def send_evidence(crisis_id: int) -> flask.Response:
        return _taken(services, crisis_id)

    @server.post(CHECK)
    def check_pack() -> flask.Response:
        try:
            return _checked()
        except OSError as error:
            return _told("", words.no_room(error.strerror or str(error)), "breach")


def _taken(services: Services, crisis_id: int) -> flask.Response:
    """File what the request holds; the answer is what the screen says of it."""
    asked, given = flask.request, flask.request.args
    if ACTOR not in asked.headers:
        return _plain("", 403)
    if (asked.content_length or 0) > evidence_files.MOST_BYTES:
        return _told("", words.too_large(), "breach")
    content = asked.stream.read(evidence_files.MOST_BYTES + 1)
    try:
        new = dossier.file(
            given.get("name", ""),
            content,
            asked.mimetype or "",
            source=given.get("source", ""),
            captured_at=captured(given.get("captured", ""), services.settings.time_zone),
            item=given.get("item") or None,
        )
    except NotUnderstoodError:
        return _told("", words.not_understood(), "breach")
    token = asked.headers.get(TOKEN, "")[:64]
    outcome = dossier.add(
        services.engine,
        crisis_id,
        new,
        home=services.settings.home,
        actor=unquote(asked.headers[ACTOR]).strip()[:100],
        token=token or None,
        wall=services.clock(),
    )
    if outcome.result in {"done", "repeated"}:
        return _told(token or "done", words.done("file", outcome), "ok")
    return _told("", words.refusal(outcome, services.settings.time_zone), "breach")


def _checked() -> flask.Response:
    """Check the pack that the request holds; nothing of it is kept."""
    asked = flask.request
    if ACTOR not in asked.headers:
        return _plain("", 403)
    if (asked.content_length or 0) > MOST_PACK:
        return _told("", words.pack_too_large(MOST_PACK), "breach")
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        left = MOST_PACK
        while piece := asked.stream.read(min(_CHUNK, left + 1)):
            left -= len(piece)
            if left < 0:
                return _told("", words.pack_too_large(MOST_PACK), "breach")
            file.write(piece)
        file.flush()
        try:
            result = verifier.verify(file.name, asked.args.get("head") or None)
        except verifier.Broken as broken:
            return _told("", words.broken(broken.fault), "breach")
        except verifier.NoPack as none:
            shown = str(none).replace(file.name, asked.args.get("name", "")[:200])
            return _told("", words.no_pack(shown), "breach")
    return _told("done", words.held(result), "ok")


def _told(done: str, text: str, status: str) -> flask.Response:
    answer: dict[str, Any] = {"done": done, "text": text, "status": status}
    return flask.jsonify(answer)


def _plain(text: str, status: int) -> flask.Response:
    return flask.Response(text, status, mimetype="text/plain")


def _given(content: bytes, name: str) -> flask.Response:
    """A download; never shown in the browser, whatever it claims to be."""
    response = flask.Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
