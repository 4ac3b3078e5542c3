"""The rows behind the numbers: case lists, one case, other lists, what is due, who is on shift."""

from data_access.browse.case_clocks import CaseClocks, case_clocks
from data_access.browse.case_file import CaseFile, case_file
from data_access.browse.case_list import COLUMNS, HORIZONS, CaseView, cases, export_cases
from data_access.browse.coverage import coverage
from data_access.browse.due_soon import due_soon
from data_access.browse.row_kinds import ROW_KINDS, RowKind, RowView
from data_access.browse.row_list import export_rows, row_page, without_effect

__all__ = [
    "COLUMNS",
    "HORIZONS",
    "ROW_KINDS",
    "CaseClocks",
    "CaseFile",
    "CaseView",
    "RowKind",
    "RowView",
    "case_clocks",
    "case_file",
    "cases",
    "coverage",
    "due_soon",
    "export_cases",
    "export_rows",
    "row_page",
    "without_effect",
]
