"""The dossier of a crisis: what is filed, what is missing, and packs that prove it offline."""

from alerts.dossier.completeness import Completeness, ItemState, Proof, completeness
from alerts.dossier.filing import New, Why, add, choose_checklist, file, link, note, withdraw
from alerts.dossier.pack import Built, PackError, build
from alerts.dossier.rows import Pack, find_pack, packs_of, rows_of
from alerts.dossier.verifier import verify

__all__ = [
    "Built",
    "Completeness",
    "ItemState",
    "New",
    "Pack",
    "PackError",
    "Proof",
    "Why",
    "add",
    "build",
    "choose_checklist",
    "completeness",
    "file",
    "find_pack",
    "link",
    "note",
    "packs_of",
    "rows_of",
    "verify",
    "withdraw",
]
