"""The policy that compensation is given by: a document, strictly read. Pure.

`docs/compensation.md` describes every field. What the law demands (refund after withdrawal, repair,
replacement) is owed anyway and is no compensation; a policy says so in its `note`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from alerts.compensation.money_text import Money, MoneyByCurrency, MoneyText
from alerts.library.model import Finding, Kind, Library, Words
from alerts.library.reading import Strict, reader
from alerts.strict_yaml import Place
from data_access.contracts.columns import RETURN_REASONS

Source = Literal["late", "customs", "refunds", "lot", "returns", "cases", "named"]
ROLES = (
    "crisis_lead",
    "service_manager",
    "team_lead",
    "legal",
    "pr",
    "supply",
    "logistics",
    "finance",
    "translator",
    "proofreader",
    "final_reviewer",
    "executive_sponsor",
    "privacy_officer",
    "marketplace_desk",
)
"""Roles that a crisis knows."""

FOUND_BY_ITSELF = ("late", "customs", "refunds", "returns", "cases")
"""Ways of finding orders that need nobody to name a lot or an order; only their causes can be
checked for omissions and for what was given without cause."""
_NEEDS_HOURS = ("late", "customs", "refunds")
_NEEDS_REASONS = ("returns", "cases")
_COUNTRY = r"^[A-Z]{2}$"
_KEY = r"^[a-z][a-z0-9_]*$"
Level = Annotated[int, Field(ge=1, le=3)]


def _percent(value: object) -> object:
    """A share in hundredths of a percent, from `10` or `12.5`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a percentage such as 10 or 12.5")  # noqa: TRY004 - pydantic's way
    exact = Decimal(str(value)) * 100
    if exact != exact.to_integral_value() or not 0 < exact <= 20_000:
        raise ValueError("write a percentage above 0 and up to 200, with two decimals at most")
    return int(exact)


class Said(Strict):
    """One text in both languages of the screens."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def words(self) -> Words:
        """The same as the linter's words."""
        return Words(self.en, self.zh)


class LevelOf(Strict):
    """What a level gives. The amount is the larger of both, where both are given.

    `share_percent` is held in hundredths of a percent of the order's value.
    """

    title: Said
    kind: Literal["coupon", "free", "gift", "refund", "upgrade"]
    gives: Said
    share_percent: Annotated[int, BeforeValidator(_percent)] | None = None
    fixed: MoneyByCurrency | None = None


class Caps(Strict):
    """The most that one order may bring, by level; a country's own goes before the default."""

    default: dict[Level, MoneyText]
    countries: dict[Annotated[str, Field(pattern=_COUNTRY)], dict[Level, MoneyText]] = Field(
        default_factory=dict
    )


class Limit(Strict):
    """Up to what a role may approve; null: without limit."""

    item: MoneyText | None
    total: MoneyText | None


class Signing(Strict):
    """Who may approve a batch, from the lowest role to the highest."""

    roles: dict[str, Limit]
    two_roles_above: MoneyText


class Budgets(Strict):
    """What a month may cost, by market; a market that is not named has the default for itself."""

    default: MoneyText
    markets: dict[Annotated[str, Field(pattern=_COUNTRY)], MoneyText] = Field(default_factory=dict)


class CustomerYear(Strict):
    """The most that one customer gets within 365 days."""

    times: int = Field(ge=1)
    amount: MoneyText


class Raised(Strict):
    """A higher level for what lasted longer."""

    after_h: int = Field(gt=0)
    level: Level


class Cause(Strict):
    """Why somebody is owed something, and how such orders are found."""

    title: Said
    level: Level
    source: Source = Field(alias="from")
    hours: int | None = Field(default=None, gt=0)
    reasons: tuple[str, ...] = ()
    raised: tuple[Raised, ...] = ()
    note: Said | None = None


class Tone(Strict):
    """In which order a market is answered, how it is said, and why one thinks so."""

    order: tuple[Literal["compensate", "apologise", "remedy"], ...] = Field(
        min_length=3, max_length=3
    )
    manner: Said
    reason: Said
    source: str = Field(min_length=1)


class Tones(Strict):
    """The default and what differs by market."""

    default: Tone
    markets: dict[Annotated[str, Field(pattern=_COUNTRY)], Tone] = Field(default_factory=dict)


class Policy(Strict):
    """One policy of compensation."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Said
    note: Said
    owner: str
    review_by: date
    currency: str
    levels: dict[Level, LevelOf]
    caps: Caps
    approval: Signing
    budgets: Budgets
    customer_year: CustomerYear
    look_back_days: int = Field(default=120, ge=1)
    omitted_after_days: int = Field(ge=0)
    test_statuses: tuple[str, ...] = ()
    causes: dict[Annotated[str, Field(pattern=_KEY)], Cause] = Field(min_length=1)
    tone: Tones

    def cap(self, market: str | None, level: int) -> Money:
        """The most that one order may bring in a market."""
        return self.caps.countries.get(market or "", {}).get(level, self.caps.default[level])

    def budget(self, market: str) -> Money:
        """What a month may cost in a market."""
        return self.budgets.markets.get(market, self.budgets.default)

    def tone_of(self, market: str | None) -> Tone:
        """How a market is answered."""
        return self.tone.markets.get(market or "", self.tone.default)


def check(policy: Policy) -> list[tuple[Place, str]]:
    """What one field says against another; each with its place."""
    return [
        *_complete(policy),
        *_levels(policy),
        *_limits(policy),
        *(fault for name, cause in policy.causes.items() for fault in _cause(name, cause)),
        *_tones(policy),
    ]


def _complete(policy: Policy) -> list[tuple[Place, str]]:
    faults: list[tuple[Place, str]] = []
    for place, held in ((("levels",), policy.levels), (("caps", "default"), policy.caps.default)):
        faults.extend(
            (place, f"level {level} is missing; all three are needed.")
            for level in (1, 2, 3)
            if level not in held
        )
    return faults


def _levels(policy: Policy) -> list[tuple[Place, str]]:
    faults: list[tuple[Place, str]] = []
    for level, what in policy.levels.items():
        place: Place = ("levels", str(level))
        if what.share_percent is None and what.fixed is None:
            faults.append((place, "give share_percent, fixed or both."))
        if what.fixed is not None and policy.currency not in what.fixed:
            faults.append(
                ((*place, "fixed"), f"{policy.currency} is missing; others are converted from it.")
            )
    return faults


def _limits(policy: Policy) -> list[tuple[Place, str]]:
    faults: list[tuple[Place, str]] = []
    roles = policy.approval.roles
    if len(roles) < 2:
        faults.append((("approval", "roles"), "four eyes need two roles; name another one."))
    if roles and any(limit is not None for limit in _amounts(list(roles.values())[-1])):
        faults.append(
            (("approval", "roles", list(roles)[-1]),
             "the last role must have no limit (null), or a large batch could never be approved.")
        )  # fmt: skip
    own: list[tuple[Place, Money]] = [
        (("approval", "two_roles_above"), policy.approval.two_roles_above),
        (("customer_year", "amount"), policy.customer_year.amount),
    ]
    for role, limit in roles.items():
        if role not in ROLES:
            faults.append(
                (("approval", "roles", role), f"there is no such role; known: {', '.join(ROLES)}.")
            )
        own.extend(
            (("approval", "roles", role), amount)
            for amount in _amounts(limit)
            if amount is not None
        )
    for place, amount in own:
        if amount.currency != policy.currency:
            faults.append((place, f"write it in {policy.currency}, the policy's currency."))
    for name in ("item", "total"):
        limits = [getattr(limit, name) for limit in roles.values()]
        known = [limit.minor for limit in limits if limit is not None]
        first_open = next((n for n, limit in enumerate(limits) if limit is None), len(limits))
        if known != sorted(known) or any(limit is not None for limit in limits[first_open:]):
            faults.append(
                (("approval", "roles"), f"{name}: list roles from the lowest limit to the highest.")
            )
    return faults


def _amounts(limit: Limit) -> tuple[Money | None, Money | None]:
    return limit.item, limit.total


def _cause(name: str, cause: Cause) -> list[tuple[Place, str]]:
    place: Place = ("causes", name)
    faults: list[tuple[Place, str]] = []
    if cause.source in _NEEDS_HOURS and cause.hours is None:
        faults.append((place, f"from: {cause.source} needs hours."))
    if cause.source not in _NEEDS_HOURS and (cause.hours is not None or cause.raised):
        faults.append((place, f"from: {cause.source} lasts no hours; remove hours and raised."))
    if cause.source in _NEEDS_REASONS and not cause.reasons:
        faults.append((place, f"from: {cause.source} needs reasons."))
    if cause.source not in _NEEDS_REASONS and cause.reasons:
        faults.append((place, f"from: {cause.source} has no reasons; remove them."))
    if cause.source == "returns":
        wrong = [reason for reason in cause.reasons if reason not in RETURN_REASONS]
        if wrong:
            known = ", ".join(RETURN_REASONS)
            faults.append(
                ((*place, "reasons"), f"no such reason of a return: {', '.join(wrong)}; {known}.")
            )
    before = (cause.hours or 0, cause.level)
    for step in cause.raised:
        if step.after_h <= before[0] or step.level <= before[1]:
            faults.append(
                ((*place, "raised"), "each step needs more hours and a higher level than before.")
            )
        before = (step.after_h, step.level)
    return faults


def _tones(policy: Policy) -> list[tuple[Place, str]]:
    tones = {"default": policy.tone.default, **policy.tone.markets}
    return [
        (("tone", *(("markets", name) if name != "default" else (name,)), "order"),
         "name compensate, apologise and remedy once each.")
        for name, tone in tones.items()
        if len(set(tone.order)) != 3
    ]  # fmt: skip


parse = reader(Policy, "compensation policy", check)
"""Text and file name to a policy; raises `DocumentError`, one line per fault."""


def lint(policy: Policy, library: Library) -> Sequence[Finding]:
    """What stands against using a policy although it can be read."""
    found: list[Finding] = []
    if library.today is not None and policy.review_by < library.today:
        found.append(
            Finding(
                "warning",
                "review_overdue",
                "review_by",
                Words("The policy should have been reviewed by now.", "此政策已过复核日期。"),
                Words("Look through it and move review_by.", "请复核后更新 review_by。"),
            )
        )
    found.extend(_below_cap(policy))
    if library.holders is not None:
        found.extend(
            Finding(
                "warning",
                "role_unheld",
                f"approval.roles.{role}",
                Words(f"Nobody holds the role {role}.", f"没有人担任角色 {role}。"),
                Words("Give it to somebody in alerting.yaml.", "请在 alerting.yaml 中指定人员。"),
            )
            for role in policy.approval.roles
            if not library.holders.get(role)
        )
    return found


def _below_cap(policy: Policy) -> list[Finding]:
    """Fixed amounts that a cap in the same currency always cuts."""
    found = []
    for level, what in policy.levels.items():
        for market, caps in {"": policy.caps.default, **policy.caps.countries}.items():
            cap = caps.get(level)
            fixed = (what.fixed or {}).get(cap.currency) if cap else None
            if cap is not None and fixed is not None and cap.minor < fixed.minor:
                where = f"caps.countries.{market}" if market else "caps.default"
                found.append(
                    Finding(
                        "warning",
                        "cap_below_fixed",
                        f"{where}.{level}",
                        Words(
                            f"The cap {cap} is below the fixed amount {fixed} of level {level}.",
                            f"上限 {cap} 低于第 {level} 级的固定金额 {fixed}。",
                        ),
                        Words("Raise the cap or lower the amount.", "请提高上限或降低金额。"),
                    )
                )
    return found


KIND = Kind("compensation", parse, lint, "compensation/shipped")
