"""How contacts of each reason go: level, effort, anger and what solves them, as data."""

from __future__ import annotations

import numpy as np

LEVELS = {
    # weights of levels 1 to 5, share of effort of an ordinary case, anger at the start
    "delivery_late": ((15, 78, 7, 0, 0), 1.1, 42),
    "customs_hold": ((5, 80, 15, 0, 0), 1.6, 48),
    "not_received": ((0, 70, 30, 0, 0), 1.4, 55),
    "damaged": ((0, 45, 55, 0, 0), 0.95, 46),
    "defective": ((10, 25, 63, 1.8, 0.2), 1.15, 45),
    "wrong_item": ((5, 85, 10, 0, 0), 0.9, 44),
    "return_request": ((55, 43, 2, 0, 0), 0.6, 20),
    "refund_status": ((5, 75, 20, 0, 0), 1.1, 52),
    "how_to_use": ((88, 12, 0, 0, 0), 0.4, 10),
    "invoice_payment": ((70, 30, 0, 0, 0), 0.55, 18),
    "change_order": ((60, 40, 0, 0, 0), 0.35, 15),
    "safety_concern": ((0, 5, 40, 52, 3), 1.5, 68),
}
OFFERS = ("refund", "replacement", "delivered", "information", "label", "changed")
OFFER_WEIGHTS = np.array(
    [
        [2, 0, 9, 3, 0, 0],
        [1, 0, 5, 5, 0, 0],
        [4, 6, 2, 0, 0, 0],
        [4, 6, 0, 0, 0, 0],
        [3, 7, 0, 1, 0, 0],
        [2, 8, 0, 0, 0, 0],
        [0, 0, 0, 1, 9, 0],
        [9, 0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [1, 0, 0, 9, 0, 0],
        [0, 0, 0, 1, 0, 9],
        [9, 1, 0, 0, 0, 0],
    ]
)
