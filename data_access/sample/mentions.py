"""What others publish about the company: a trickle, and the video that goes round in France."""

from __future__ import annotations

import numpy as np
import polars as pl

from data_access.sample import company, texts
from data_access.sample.calendar import CONTACT_HOURS, daytime
from data_access.sample.draw import DAY, chance, instants, labels, lognormal, numbered, pick
from data_access.sample.orders import COUNTRIES, Orders
from data_access.sample.plan import Plan
from data_access.sample.products import Products, in_faulty_lot

PLATFORMS = ("Clipstream", "Photogram", "Talkboard", "Daily press")
TRICKLE = 0.0035
"""Share of orders whose buyer publishes something."""
OF_THE_VIDEO = 70
"""Posts about the video in the full company, besides the video itself and one article."""
VIDEO_REACH = 420_000
ARTICLE_REACH = 90_000


def generate(plan: Plan, catalogue: Products, orders: Orders) -> pl.DataFrame:
    """Mentions by time, one row each."""
    rng = plan.stream("mentions")
    told = np.flatnonzero(chance(rng, TRICKLE, orders.size) & np.isnan(orders.cancelled))
    viral = plan.incidents["viral_complaint"]
    spread = max(int(OF_THE_VIDEO * plan.scale), 3)
    fans = np.flatnonzero(orders.market == COUNTRIES.index("FR"))
    about = rng.choice(fans, spread + 2, replace=True)
    at = np.concatenate(
        [
            orders.placed[told] + lognormal(rng, 16.0, 0.5, len(told)) * DAY,
            viral.start_s + np.concatenate([[0.0, 1.6], rng.gamma(1.6, 1.5, spread)]) * DAY,
        ]
    )
    order = np.concatenate([told, about])
    of_video = np.arange(len(order)) >= len(told)
    at = daytime(rng, plan.market_offsets, orders.market[order], at, CONTACT_HOURS)
    faulty = in_faulty_lot(plan, catalogue, orders.product[order], orders.placed[order])
    kind = np.zeros(len(order), np.int64)
    kind[len(told) : len(told) + 2] = (1, 2)
    reach = np.round(lognormal(rng, np.where(of_video, 2600.0, 240.0), 1.0, len(order)))
    reach[len(told) : len(told) + 2] = (VIDEO_REACH, ARTICLE_REACH)
    product = np.where(of_video, catalogue.index(str(viral.sku)), orders.product[order])
    language = orders.language[order]
    sour = of_video | faulty | chance(rng, 0.4, len(order))
    platform = np.where(kind == 2, 3, np.where(kind == 1, 0, pick(rng, [5, 4, 3], len(order))))
    book = texts.phrases()
    words = book.draw(rng, language, book.one_of("review", ("high", "low"), sour.astype(np.int64)))
    alarmed = book.of(rng, language, "problem.safety_concern")
    slots = {
        "product": catalogue.model.gather(pl.Series(product)),
        "item": catalogue.model.gather(pl.Series(product)),
    }
    frame = pl.DataFrame(
        {
            "platform": labels(PLATFORMS, platform),
            "sku": catalogue.sku.gather(pl.Series(product)),
            "at": instants(at),
            "author_kind": labels(["customer", "influencer", "media"], kind),
            "reach": reach.astype(np.int64),
            "lang": labels(company.LANGUAGES, language),
            "country": labels(COUNTRIES, orders.market[order]),
            "text": texts.fill(alarmed.zip_with(pl.Series(of_video), words), slots),
            "anger": np.round(
                np.clip(np.where(sour, 66.0, 8.0) + 9 * rng.standard_normal(len(order)), 0, 100), 1
            ),
            "topic": labels(["skin_reaction", "product"], np.where(of_video, 0, 1)),
        }
    )
    frame = frame.filter(pl.col("at").dt.epoch("s") < plan.end_s).sort(
        "at", "sku", maintain_order=True
    )
    ids = numbered("M", np.arange(frame.height) + 3_000, 6)
    return frame.insert_column(0, ids.alias("mention_id"))
