"""The rows behind the numbers: case lists, one case, what is due, who is on shift."""

from data_access.browse.case_file import CaseFile, case_file
from data_access.browse.case_list import COLUMNS, CaseView, cases, export_cases
from data_access.browse.coverage import coverage
from data_access.browse.due_soon import due_soon

__all__ = [
    "COLUMNS",
    "CaseFile",
    "CaseView",
    "case_file",
    "cases",
    "coverage",
    "due_soon",
    "export_cases",
]
