"""Rows that stand in a state longer than they may: parcels in customs, refunds, open cases.

A state is declared once as data: which rows are in it from when until when, and since when their
time runs. Everything is told from instants, so that what was overdue at the end of any past day is
known exactly; nothing is counted that was not known then, because a state that ended later had not
ended yet.
"""

from data_access.overdue.counting import overdue, overdue_rows
from data_access.overdue.states import STATES, State, Tables

__all__ = ["STATES", "State", "Tables", "overdue", "overdue_rows"]
