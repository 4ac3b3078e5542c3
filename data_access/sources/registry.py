"""Which sources there are: the entry points of the group `afterwatch.sources`."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

from data_access.sources.base import Source, SourceError

GROUP = "afterwatch.sources"

BUILT_IN = {
    "template": "data_access.sources.template:SOURCE",
    "mapped": "data_access.sources.mapped:SOURCE",
    "olist": "data_access.sources.olist:SOURCE",
    "servicenow": "data_access.sources.servicenow:SOURCE",
    "online-retail": "data_access.sources.online_retail:SOURCE",
    "ecb-fx": "data_access.sources.ecb_fx:SOURCE",
    "zendesk": "data_access.sources.zendesk:SOURCE",
    "gorgias": "data_access.sources.gorgias:SOURCE",
    "freshdesk": "data_access.sources.freshdesk:SOURCE",
}
"""Sources of the package itself, so that a checkout that was never installed has them too."""


def known() -> dict[str, EntryPoint]:
    """Give every source by name, built-in ones first; an installed package may add, not replace."""
    found = {name: EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        found.setdefault(entry.name, entry)
    return found


def names() -> list[str]:
    """Give the names of all sources."""
    return list(known())


def get(name: str) -> Source:
    """Give the source of that name; raise SourceError naming the known ones."""
    sources = known()
    if name not in sources:
        near = get_close_matches(name, sources, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise SourceError(
            f"There is no source {name!r}.{hint} Known sources: {', '.join(sources)}."
        )
    source = sources[name].load()
    if not isinstance(source, Source):
        raise SourceError(
            f"The source {name!r} ({sources[name].value}) is not one: it needs name, doc and read."
            " Remove or repair the package that provides it."
        )
    return source
