"""What the company sells: about 120 products in eight categories, made in lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from data_access.sample import company
from data_access.sample.draw import DAY, Floats, Ints, lognormal
from data_access.sample.plan import Plan

LOT_DAYS = 55.0
NOUNS_EN = {
    "earbuds": "wireless earbuds", "power_bank": "power bank", "speaker": "speaker",
    "dashcam": "dashcam", "kettle": "kettle", "grinder": "coffee grinder",
    "air_fryer": "air fryer", "lamp": "desk lamp", "serum": "face serum", "hairdryer": "hairdryer",
    "trimmer": "beard trimmer", "face_mask": "face mask", "building_set": "building set",
    "puzzle": "puzzle", "drone": "mini drone", "plush": "plush bear", "tent": "tent",
    "backpack": "backpack", "yoga_mat": "yoga mat", "bottle": "drinking bottle",
    "jacket": "jacket", "sneakers": "sneakers", "hoodie": "hoodie", "leggings": "leggings",
    "drill": "cordless drill", "hose": "garden hose", "toolbox": "toolbox",
    "solar_light": "solar light", "feeder": "pet feeder", "pet_carrier": "pet carrier",
    "leash": "leash", "fountain": "drinking fountain",
}  # fmt: skip


@dataclass(frozen=True)
class Products:
    """The catalogue as arrays, one entry per product."""

    sku: pl.Series
    model: pl.Series
    """Brand and type, as customers write it."""
    noun: tuple[str, ...]
    category: Ints
    popularity: Floats
    price_eur: Floats
    lot_phase: Floats
    frame: pl.DataFrame

    def index(self, sku: str) -> int:
        """Position of a product; raises ValueError when there is none."""
        return self.sku.to_list().index(sku)


def generate(plan: Plan) -> Products:
    """The catalogue."""
    rng = plan.stream("products")
    per, kinds = company.SKUS_PER_CATEGORY, company.CATEGORIES
    n = per * len(kinds)
    category = np.repeat(np.arange(len(kinds)), per)
    number = np.tile(np.arange(per), len(kinds))
    nouns = tuple(kinds[c].nouns[k % 4] for c, k in zip(category, number, strict=True))
    sku = pl.Series(
        [f"{kinds[c].brand[:3].upper()}-{(k % 4) * 100 + 100 + k // 4 + 1}"
         for c, k in zip(category, number, strict=True)]
    )  # fmt: skip
    model = pl.Series(
        [f"{kinds[c].brand} {'SLMX'[k % 4]}{k // 4 + 1}0"
         for c, k in zip(category, number, strict=True)]
    )  # fmt: skip
    popularity = np.asarray(1.0 / (1.0 + number) ** 0.55, dtype=np.float64)
    for name, share in (("faulty_lot", 0.16), ("viral_complaint", 0.3)):
        hero = sku.to_list().index(str(plan.incidents[name].sku))
        popularity[hero] = popularity[category == category[hero]].sum() * share
    typical = np.array([kinds[c].price_eur for c in category])
    price = np.asarray(np.round(lognormal(rng, typical, 0.45, n)) + 0.9, dtype=np.float64)
    weight = lognormal(rng, np.array([kinds[c].weight_g for c in category]), 0.3, n)
    launched = [plan.first_day - timedelta(days=int(d)) for d in rng.integers(5, 900, n)]
    frame = pl.DataFrame(
        {
            "sku": sku,
            "title": [f"{m} {NOUNS_EN[noun]}" for m, noun in zip(model, nouns, strict=True)],
            "category": [kinds[c].name for c in category],
            "supplier_id": [f"SUP-{s:02d}" for s in rng.integers(1, 24, n)],
            "hs_code": [kinds[c].hs_code for c in category],
            "cost": np.round(price * 38).astype(np.int64),
            "currency": ["EUR"] * n,
            "weight_g": np.round(weight).astype(np.int64),
            "warranty_days": np.where(np.isin(category, [0, 1, 6]), 730, 365),
            "launched_on": launched,
        }
    )
    return Products(sku, model, nouns, category, popularity, price, rng.random(n) * LOT_DAYS, frame)


def lots(plan: Plan, products: Products, product: Ints, placed: Floats) -> pl.Series:
    """The production lot each unit sold came from; the faulty lot in its weeks."""
    first = plan.now_s - 800 * DAY
    number = ((placed - first) / DAY + products.lot_phase[product]) // LOT_DAYS
    plain = products.sku.gather(pl.Series(product)) + pl.Series(
        np.asarray(number, dtype=np.int64)
    ).cast(pl.String).str.zfill(2).str.replace("^", "-L")
    return plain.zip_with(
        ~pl.Series(in_faulty_lot(plan, products, product, placed)),
        pl.Series([plan.incidents["faulty_lot"].lot_id]),
    )


def lot_frame(plan: Plan, products: Products, lines: pl.DataFrame) -> pl.DataFrame:
    """The lots that were sold from: made about three weeks before the first unit was sold."""
    rng = plan.stream("lots")
    sold = (
        lines.group_by("lot_id", "sku")
        .agg(pl.col("placed_at").min().alias("first"), pl.col("qty").sum())
        .sort("sku", "first")
    )
    n = sold.height
    inspected = rng.random(n) < 0.7
    inspected &= (sold["lot_id"] != str(plan.incidents["faulty_lot"].lot_id)).to_numpy()
    supplier = products.frame.select("sku", "supplier_id")
    made = sold["first"] - pl.Series(rng.integers(16, 30, n) * 86_400_000_000).cast(
        pl.Duration("us")
    )
    return (
        sold.select("lot_id", "sku")
        .join(supplier, on="sku", how="left", maintain_order="left")
        .with_columns(
            made.dt.date().alias("made_on"),
            (sold["qty"] * 1.15).ceil().cast(pl.Int64).alias("units_made"),
            pl.Series("inspected", inspected),
            pl.Series("lab", np.where(inspected, "Harbour Test House", "")).replace("", None),
            made.alias("_made_at"),
        )
    )


def in_faulty_lot(
    plan: Plan, products: Products, product: Ints, placed: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a unit sold then is of the faulty lot."""
    fault = plan.incidents["faulty_lot"]
    hit = product == products.index(str(fault.sku))
    return np.asarray(hit & (placed >= fault.start_s) & (placed < fault.end_s))
