"""All presets by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast, get_args

from data_access.presets.definition import (
    HoursCounted,
    Preset,
    PresetError,
    UnknownPreset,
    counting,
)
from data_access.presets.products.afterwatch import AFTERWATCH
from data_access.presets.products.chatwoot import CHATWOOT
from data_access.presets.products.freshdesk import FRESHDESK
from data_access.presets.products.gorgias import GORGIAS
from data_access.presets.products.intercom import INTERCOM
from data_access.presets.products.zendesk import ZENDESK

PRESETS: Mapping[str, Preset] = {
    preset.name: preset for preset in (AFTERWATCH, ZENDESK, GORGIAS, FRESHDESK, INTERCOM, CHATWOOT)
}
"""Our own first, then the others."""


def preset(name: str) -> Preset:
    """The preset called `name`; `zendesk:calendar` and `intercom:business` choose its hours.

    Raises:
        UnknownPreset: no such product or hours.
        PresetError: the product cannot show these hours.
    """
    product, colon, hours = name.partition(":")
    if product not in PRESETS or (colon and hours not in get_args(HoursCounted)):
        raise UnknownPreset(name, tuple(PRESETS))
    found = PRESETS[product]
    return counting(found, cast("HoursCounted", hours)) if colon else found


__all__ = ["PRESETS", "PresetError", "preset"]
