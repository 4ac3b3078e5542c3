"""Statistics over unfinished things: waiting times, competing ends, young cohorts, small shares.

Pure: series and frames in, frames out. What has not ended yet counts for the time it was seen.
"""

from data_access.survival.competing import cumulative_incidence
from data_access.survival.estimate import Estimate
from data_access.survival.kaplan_meier import curves, kaplan_meier
from data_access.survival.nowcast import DRAWS, nowcast, nowcast_sum
from data_access.survival.reading import quantile, quantiles, share_within
from data_access.survival.shrinkage import shrunk

__all__ = [
    "DRAWS",
    "Estimate",
    "cumulative_incidence",
    "curves",
    "kaplan_meier",
    "nowcast",
    "nowcast_sum",
    "quantile",
    "quantiles",
    "share_within",
    "shrunk",
]
