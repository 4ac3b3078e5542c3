"""Rules over past days: what they would have told, and what that would have cost."""

from alerts.backtest.result import Backtest, Detection, Difference, compare
from alerts.backtest.running import History, last_day, run

__all__ = ["Backtest", "Detection", "Difference", "History", "compare", "last_day", "run"]
