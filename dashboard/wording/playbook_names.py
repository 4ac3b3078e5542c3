"""What the Playbooks screens call kinds of documents and of steps."""

from __future__ import annotations

from dashboard.languages import _


def kind_name(kind: str) -> str:
    """One document of a kind."""
    return {
        "playbook": _("Playbook"),
        "levels": _("Crisis levels"),
        "statutory": _("Statutory rules"),
        "statement": _("Statement template"),
        "terms": _("Glossary and taboo words"),
        "compensation": _("Compensation policy"),
        "checklists": _("Checklists"),
    }.get(kind, kind)


def kind_plural(kind: str) -> str:
    """All documents of a kind."""
    return {
        "playbook": _("Playbooks"),
        "levels": _("Crisis levels"),
        "statutory": _("Statutory rules"),
        "statement": _("Statement templates"),
        "terms": _("Glossary and taboo words"),
        "compensation": _("Compensation policies"),
        "checklists": _("Checklists of evidence"),
    }.get(kind, kind)


def kind_purpose(kind: str) -> str:
    """What a kind of document is for."""
    return {
        "levels": _("Criteria by which a crisis is level 1 to 4, and its clocks"),
        "statutory": _("Terms that laws set, with source, reviewer and validity"),
        "statement": _("What may be said, in every language, with declared variables"),
        "terms": _("Words that translations must use, and words that nobody may use"),
        "compensation": _("Who gets what, up to which cap, and who signs it"),
        "checklists": _("What a complete pack of evidence holds"),
    }.get(kind, "")


def step_kind_name(kind: str) -> str:
    """Who does a step, by its kind."""
    return {
        "manual": _("by a person"),
        "auto": _("by the worker"),
        "approval": _("to be signed"),
        "statement": _("statement"),
        "notify": _("message"),
        "wait": _("wait"),
        "check": _("watched by the worker"),
    }.get(kind, kind)


def origin_words(origin: str, created_by: str) -> str:
    """Where a version comes from."""
    if origin == "shipped":
        return _("ships with Afterwatch")
    if origin == "file":
        return _("from a file of this home")
    return _("saved on screen by {name}", name=created_by)
