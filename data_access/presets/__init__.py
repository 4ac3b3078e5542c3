"""Time metrics as other products define them, and why two of them differ.

`PRESETS` holds the definitions as data, each with where it is written down; `preset_times` measures
cases by one of them, `reconcile` takes the gap between two apart, `compare_recorded` sets our
figures beside those that the source recorded itself.
"""

from data_access.presets.catalogue import PRESETS, preset
from data_access.presets.definition import METRICS, Definition, Preset, PresetError, Statistic
from data_access.presets.reconciling import CAUSES, Reconciliation, Side, reconcile
from data_access.presets.recorded import RECORDED, compare_recorded
from data_access.presets.times import preset_times

__all__ = [
    "CAUSES",
    "METRICS",
    "PRESETS",
    "RECORDED",
    "Definition",
    "Preset",
    "PresetError",
    "Reconciliation",
    "Side",
    "Statistic",
    "compare_recorded",
    "preset",
    "preset_times",
    "reconcile",
]
