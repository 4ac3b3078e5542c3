"""What the sample company is: its markets, warehouses, carriers, sites and teams, as data.

All names are invented. Weights are relative; rates are per year or per order as named.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "de", "fr", "es", "it", "pt-BR", "nl", "pl", "ja", "ko", "zh-Hans", "ar")
ORIGINS = ("CN", "HK", "DE", "US")
ORIGIN_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Europe/Berlin", "America/New_York")
ORIGIN_CITIES = {"CN": "Shenzhen", "HK": "Hong Kong", "DE": "Leipzig", "US": "Columbus"}
SHOP = "Meadow & Main"
MARKETPLACES = ("Bazaaro", "Kaufwelt", "ShopStream")


@dataclass(frozen=True)
class Market:
    """One country the company sells to."""

    country: str
    weight: float
    zone: str
    currency: str
    languages: tuple[tuple[str, float], ...]
    area: str
    team: str
    regions: tuple[str, ...] = ()
    marketplace: float = 0.5
    """Share of orders that come through a marketplace."""


def _only(language: str) -> tuple[tuple[str, float], ...]:
    return ((language, 1.0),)


_EN_ZH = (("en", 0.6), ("zh-Hans", 0.4))
_AR_EN = (("ar", 0.7), ("en", 0.3))
_EN = (("en", 1.0),)

MARKETS = (
    Market(
        "US", 19.0, "America/New_York", "USD", (("en", 0.9), ("es", 0.1)), "NA", "Americas",
        ("California", "Texas", "New York", "Florida", "Illinois", "Washington", "Georgia"), 0.65,
    ),
    Market(
        "CA", 3.2, "America/Toronto", "CAD", (("en", 0.76), ("fr", 0.24)), "NA", "Americas",
        ("Ontario", "Québec", "British Columbia", "Alberta"), 0.55,
    ),
    Market(
        "MX", 3.0, "America/Mexico_City", "MXN", _only("es"), "LATAM", "Americas",
        ("Ciudad de México", "Jalisco", "Nuevo León", "Puebla"), 0.7,
    ),
    Market(
        "BR", 3.4, "America/Sao_Paulo", "BRL", _only("pt-BR"), "LATAM", "Americas",
        ("São Paulo", "Rio de Janeiro", "Minas Gerais", "Paraná", "Bahia"), 0.7,
    ),
    Market("CL", 0.9, "America/Santiago", "CLP", _only("es"), "LATAM", "Americas"),
    Market("CO", 0.7, "America/Bogota", "COP", _only("es"), "LATAM", "Americas"),
    Market(
        "GB", 8.8, "Europe/London", "GBP", _EN, "GB", "Europe North",
        ("England", "Scotland", "Wales", "Northern Ireland"), 0.6,
    ),
    Market("IE", 0.9, "Europe/Dublin", "EUR", _EN, "EU", "Europe North"),
    Market(
        "DE", 10.0, "Europe/Berlin", "EUR", _only("de"), "EU", "DACH",
        ("Nordrhein-Westfalen", "Bayern", "Baden-Württemberg", "Hessen", "Sachsen", "Berlin"), 0.6,
    ),
    Market(
        "AT", 1.6, "Europe/Vienna", "EUR", _only("de"), "EU", "DACH",
        ("Wien", "Tirol", "Steiermark"),
    ),
    Market(
        "CH", 1.4, "Europe/Zurich", "CHF", (("de", 0.7), ("fr", 0.24), ("it", 0.06)), "EFTA",
        "DACH", ("Zürich", "Bern", "Vaud"), 0.3,
    ),
    Market(
        "FR", 7.5, "Europe/Paris", "EUR", _only("fr"), "EU", "Europe South",
        ("Île-de-France", "Auvergne-Rhône-Alpes", "Occitanie", "Hauts-de-France", "Bretagne"), 0.5,
    ),
    Market(
        "IT", 4.6, "Europe/Rome", "EUR", _only("it"), "EU", "Europe South",
        ("Lombardia", "Lazio", "Campania", "Veneto", "Piemonte"), 0.6,
    ),
    Market(
        "ES", 4.5, "Europe/Madrid", "EUR", _only("es"), "EU", "Europe South",
        ("Madrid", "Cataluña", "Andalucía", "Comunitat Valenciana"), 0.55,
    ),
    Market(
        "NL", 3.2, "Europe/Amsterdam", "EUR", _only("nl"), "EU", "Europe North",
        ("Noord-Holland", "Zuid-Holland", "Utrecht"), 0.3,
    ),
    Market("BE", 1.6, "Europe/Brussels", "EUR", (("nl", 0.58), ("fr", 0.42)), "EU", "Europe North"),
    Market(
        "PL", 6.0, "Europe/Warsaw", "PLN", _only("pl"), "EU", "Europe East",
        ("Mazowieckie", "Śląskie", "Małopolskie", "Wielkopolskie", "Dolnośląskie"), 0.7,
    ),
    Market("CZ", 0.9, "Europe/Prague", "CZK", _EN, "EU", "Europe East"),
    Market("RO", 0.7, "Europe/Bucharest", "RON", _EN, "EU", "Europe East"),
    Market("GR", 0.5, "Europe/Athens", "EUR", _EN, "EU", "Europe East"),
    Market("SE", 1.3, "Europe/Stockholm", "SEK", _EN, "EU", "Europe North"),
    Market("DK", 0.9, "Europe/Copenhagen", "DKK", _EN, "EU", "Europe North"),
    Market("NO", 0.7, "Europe/Oslo", "NOK", _EN, "EFTA", "Europe North"),
    Market("FI", 0.6, "Europe/Helsinki", "EUR", _EN, "EU", "Europe North"),
    Market(
        "JP", 5.0, "Asia/Tokyo", "JPY", _only("ja"), "EA", "East Asia",
        ("東京都", "大阪府", "神奈川県", "愛知県", "福岡県"), 0.65,
    ),
    Market(
        "KR", 3.0, "Asia/Seoul", "KRW", _only("ko"), "EA", "East Asia",
        ("서울특별시", "경기도", "부산광역시"), 0.6,
    ),
    Market("HK", 0.9, "Asia/Hong_Kong", "HKD", _EN_ZH, "SEA", "East Asia"),
    Market("SG", 1.3, "Asia/Singapore", "SGD", _EN_ZH, "SEA", "East Asia"),
    Market("MY", 1.1, "Asia/Kuala_Lumpur", "MYR", _EN_ZH, "SEA", "East Asia"),
    Market(
        "AU", 3.0, "Australia/Sydney", "AUD", _EN, "OC", "Oceania and Gulf",
        ("New South Wales", "Victoria", "Queensland", "Western Australia"), 0.5,
    ),
    Market("NZ", 0.7, "Pacific/Auckland", "NZD", _EN, "OC", "Oceania and Gulf"),
    Market(
        "SA", 1.8, "Asia/Riyadh", "SAR", _AR_EN, "ME", "Oceania and Gulf",
        ("الرياض", "مكة المكرمة", "المنطقة الشرقية"), 0.5,
    ),
    Market(
        "AE", 1.6, "Asia/Dubai", "AED", _AR_EN, "ME", "Oceania and Gulf", ("دبي", "أبوظبي"), 0.5
    ),
    Market("ZA", 0.6, "Africa/Johannesburg", "ZAR", _EN, "ME", "Oceania and Gulf"),
)  # fmt: skip

CURRENCIES = {
    # code: (units for one euro at the start, decimals)
    "EUR": (1.0, 2), "USD": (1.09, 2), "GBP": (0.85, 2), "CHF": (0.95, 2), "PLN": (4.3, 2),
    "CZK": (25.1, 2), "RON": (4.98, 2), "SEK": (11.3, 2), "DKK": (7.46, 2), "NOK": (11.6, 2),
    "CAD": (1.49, 2), "MXN": (19.8, 2), "BRL": (5.9, 2), "CLP": (1020.0, 0), "COP": (4450.0, 2),
    "JPY": (162.0, 0), "KRW": (1490.0, 0), "HKD": (8.5, 2), "SGD": (1.45, 2), "MYR": (4.9, 2),
    "AUD": (1.65, 2), "NZD": (1.81, 2), "SAR": (4.09, 2), "AED": (4.0, 2), "ZAR": (19.7, 2),
    "CNY": (7.8, 2),
}  # fmt: skip


@dataclass(frozen=True)
class Category:
    """One product category: its share of sales and how it behaves after the sale."""

    name: str
    weight: float
    brand: str
    nouns: tuple[str, ...]
    price_eur: float
    weight_g: int
    hs_code: str
    defect_rate: float
    return_rate: float


CATEGORIES = (
    Category("Electronics", 22, "Vantor", ("earbuds", "power_bank", "speaker", "dashcam"),
             46, 380, "8518", 0.021, 0.082),
    Category("Home & Kitchen", 18, "Kessara", ("kettle", "grinder", "air_fryer", "lamp"),
             39, 1600, "8516", 0.013, 0.058),
    Category("Beauty", 11, "Belunea", ("serum", "hairdryer", "trimmer", "face_mask"),
             24, 300, "3304", 0.007, 0.036),
    Category("Toys & Games", 10, "Pipaloo", ("building_set", "puzzle", "drone", "plush"),
             28, 700, "9503", 0.010, 0.047),
    Category("Sports & Outdoors", 11, "Trekkova", ("tent", "backpack", "yoga_mat", "bottle"),
             37, 1300, "9506", 0.009, 0.07),
    Category("Apparel", 14, "Nordvale", ("jacket", "sneakers", "hoodie", "leggings"),
             42, 600, "6203", 0.006, 0.137),
    Category("Tools & Garden", 8, "Garrund", ("drill", "hose", "toolbox", "solar_light"),
             44, 2100, "8467", 0.013, 0.055),
    Category("Pet Supplies", 6, "Mimouka", ("feeder", "pet_carrier", "leash", "fountain"),
             29, 900, "4201", 0.008, 0.038),
)  # fmt: skip
SKUS_PER_CATEGORY = 15
ELECTRIC = frozenset(
    [
        "earbuds",
        "power_bank",
        "speaker",
        "dashcam",
        "kettle",
        "grinder",
        "air_fryer",
        "lamp",
        "hairdryer",
        "trimmer",
        "drone",
        "drill",
        "solar_light",
        "feeder",
        "fountain",
    ]
)
"""Goods with a plug or a battery: they stop working, the others come apart."""

REASONS = (
    "delivery_late",
    "customs_hold",
    "not_received",
    "damaged",
    "defective",
    "wrong_item",
    "return_request",
    "refund_status",
    "how_to_use",
    "invoice_payment",
    "change_order",
    "safety_concern",
)


@dataclass(frozen=True)
class Carrier:
    """One carrier: how its transit times compare with its lanes' and how much they scatter."""

    name: str
    code: str
    pace: float
    spread: float


CARRIERS = (
    Carrier("Meridian Parcel", "MRP", 1.00, 1.00),
    Carrier("Skybridge Express", "SKB", 0.80, 0.85),
    Carrier("Harbor & Vale", "HRV", 1.08, 1.10),
    Carrier("Lotus Line", "LTL", 1.05, 1.05),
    Carrier("Tandem Post", "TDP", 1.10, 1.15),
    Carrier("Nordstern Kurier", "NSK", 0.90, 0.90),
    Carrier("PanPacific Freight", "PPF", 1.00, 1.00),
    Carrier("Atlas Courier", "ATC", 0.95, 0.95),
    Carrier("Rápido Latino", "RPL", 1.05, 1.20),
    Carrier("Oasis Logistics", "OSL", 1.00, 1.10),
)


@dataclass(frozen=True)
class Lane:
    """How parcels go from one warehouse to one area."""

    share: float
    """Share of the area's parcels that start at this warehouse."""
    median_days: float
    spread: float
    """Standard deviation of the logarithm of the transit time."""
    customs: bool
    carriers: tuple[tuple[str, float], ...]


LANES = {
    ("CN", "EU"): Lane(0.50, 8.2, 0.20, True, (("MRP", 0.6), ("LTL", 0.25), ("SKB", 0.15))),
    ("HK", "EU"): Lane(0.06, 7.0, 0.18, True, (("SKB", 0.6), ("MRP", 0.4))),
    ("DE", "EU"): Lane(0.44, 2.4, 0.26, False, (("NSK", 0.5), ("TDP", 0.3), ("ATC", 0.2))),
    ("CN", "GB"): Lane(0.56, 8.0, 0.20, True, (("HRV", 0.5), ("MRP", 0.35), ("SKB", 0.15))),
    ("DE", "GB"): Lane(0.44, 4.1, 0.24, True, (("HRV", 0.6), ("NSK", 0.4))),
    ("CN", "EFTA"): Lane(0.55, 8.6, 0.20, True, (("MRP", 0.6), ("SKB", 0.4))),
    ("DE", "EFTA"): Lane(0.45, 4.0, 0.25, True, (("NSK", 0.7), ("TDP", 0.3))),
    ("CN", "NA"): Lane(0.40, 8.8, 0.21, True, (("PPF", 0.5), ("SKB", 0.3), ("LTL", 0.2))),
    ("US", "NA"): Lane(0.60, 3.0, 0.26, False, (("ATC", 0.6), ("TDP", 0.4))),
    ("CN", "LATAM"): Lane(0.66, 13.5, 0.24, True, (("RPL", 0.65), ("PPF", 0.35))),
    ("US", "LATAM"): Lane(0.34, 8.0, 0.25, True, (("RPL", 0.6), ("ATC", 0.4))),
    ("CN", "EA"): Lane(0.82, 4.4, 0.20, True, (("LTL", 0.6), ("PPF", 0.4))),
    ("HK", "EA"): Lane(0.18, 3.6, 0.20, True, (("SKB", 0.7), ("LTL", 0.3))),
    ("CN", "SEA"): Lane(0.55, 5.2, 0.22, True, (("LTL", 0.7), ("PPF", 0.3))),
    ("HK", "SEA"): Lane(0.45, 4.0, 0.20, True, (("SKB", 0.6), ("LTL", 0.4))),
    ("CN", "OC"): Lane(0.72, 8.4, 0.20, True, (("PPF", 0.7), ("SKB", 0.3))),
    ("HK", "OC"): Lane(0.28, 7.0, 0.19, True, (("SKB", 0.6), ("PPF", 0.4))),
    ("CN", "ME"): Lane(0.70, 8.0, 0.23, True, (("OSL", 0.7), ("SKB", 0.3))),
    ("HK", "ME"): Lane(0.30, 6.8, 0.21, True, (("SKB", 0.55), ("OSL", 0.45))),
}


@dataclass(frozen=True)
class Site:
    """One service centre."""

    name: str
    zone: str
    seats: int
    languages: tuple[str, ...]
    country: str


SITES = (
    Site("Kraków", "Europe/Warsaw", 42, ("en", "de", "fr", "es", "it", "nl", "pl"), "PL"),
    Site("Shenzhen", "Asia/Shanghai", 30, ("en", "zh-Hans", "ja", "ko", "ar"), "CN"),
    Site("Monterrey", "America/Monterrey", 24, ("en", "es", "pt-BR", "fr"), "MX"),
)

TEAM_PACE = {
    # median hours to the first answer, median hours from there to the solution
    "Americas": (0.85, 11.0),
    "Europe North": (0.75, 10.5),
    "DACH": (0.80, 11.5),
    "Europe South": (1.00, 13.5),
    "Europe East": (0.95, 13.0),
    "East Asia": (0.80, 11.0),
    "Oceania and Gulf": (1.15, 14.5),
    "Returns desk": (1.05, 15.0),
    "Escalations": (0.45, 17.0),
}
LANGUAGE_PACE = {"nl": 1.15, "ar": 1.3, "ko": 1.15, "it": 1.1, "pt-BR": 1.1, "zh-Hans": 0.9}
