"""What one part of `alerting.yaml` says of another: names that exist, routes that can be reached.

Pure. Every fault names its place, so that the loader can tell the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from alerts.muting import Matcher
from alerts.notify.channel_format import Email, is_mailbox
from alerts.notify.format import MOST_ROUTES, Body, Receiver, Route
from alerts.strict_yaml import Place


@dataclass(frozen=True)
class Fault:
    """Something wrong at a place of the file; `message` says what and what to do."""

    place: Place
    message: str


def faults(body: Body) -> list[Fault]:
    """Everything that is wrong across parts; empty if the file can be used."""
    return [
        *_people(body),
        *_rotas(body),
        *_escalations(body),
        *_routes(body),
        *_unreachable(body.route, ("route",), ()),
        *_throttles(body),
        *_dead_letters(body),
        *_digest(body),
        *_sandbox(body),
    ]


def _people(body: Body) -> Iterator[Fault]:
    for name, person in body.people.items():
        place: Place = ("people", name)
        if name.startswith("#") or not name.strip() or len(name) > 100:
            yield Fault(place, f"{name!r} cannot be a person's name; use 1 to 100 characters, no #")
        for channel, address in person.addresses.items():
            inner = (*place, "addresses", channel)
            yield from _known(inner, "channel", channel, body.channels)
            if not address.strip() or "\n" in address or "\r" in address:
                yield Fault(inner, "the address is empty or has more than one line")
            elif isinstance(body.channels.get(channel), Email) and not is_mailbox(address):
                yield Fault(inner, f"{address!r} is not an address such as mei@shop.example")
        for index, channel in enumerate(person.channels if person.via is not None else ()):
            inner = (*place, "via", index)
            yield from _known(inner, "channel", channel, body.channels)
            if isinstance(body.channels.get(channel), Email) and channel not in person.addresses:
                yield Fault(inner, f"{name} has no address for {channel}; add it under addresses")


def _rotas(body: Body) -> Iterator[Fault]:
    for name, rota in body.rotas.items():
        for index, layer in enumerate(rota.layers):
            for field in ("people", "holiday_people"):
                for number, person in enumerate(getattr(layer, field)):
                    place: Place = ("rotas", name, "layers", index, field, number)
                    yield from _reachable_person(body, place, person)


def _escalations(body: Body) -> Iterator[Fault]:
    for name, policy in body.escalations.items():
        for index, step in enumerate(policy.steps):
            for number, target in enumerate(step.tell):
                place: Place = ("escalations", name, "steps", index, "tell", number)
                yield from _target(body, place, Receiver(kind=target.kind, name=target.name))


def _routes(body: Body) -> Iterator[Fault]:
    root, seen = body.route, set[str]()
    if root.match:
        yield Fault(
            ("route", "match"),
            "the first route takes everything, so that no incident is told to nobody; move its "
            "match into one of its routes",
        )
    if root.receivers is None:
        yield Fault(("route",), "the first route has no receivers; add whom to tell by default")
    for place, route in _places(root, ("route",)):
        if route.name in seen:
            yield Fault((*place, "name"), f"two routes are named {route.name}; rename one of them")
        seen.add(route.name)
        for index, receiver in enumerate(route.receivers or ()):
            yield from _target(body, (*place, "receivers", index), receiver)
    if len(seen) > MOST_ROUTES:
        yield Fault(("route",), f"there are {len(seen)} routes; at most {MOST_ROUTES} can be used")


def _places(route: Route, place: Place) -> Iterator[tuple[Place, Route]]:
    yield place, route
    for index, inner in enumerate(route.routes):
        yield from _places(inner, (*place, "routes", index))


def _unreachable(route: Route, place: Place, above: tuple[Matcher, ...]) -> Iterator[Fault]:
    """Routes that nothing gets to: taken before by a sibling, or at odds with a branch above."""
    takers: list[Route] = []
    for index, inner in enumerate(route.routes):
        here = (*place, "routes", index)
        taker = next((t for t in takers if set(t.match) <= set(inner.match)), None)
        if taker is not None:
            yield Fault(
                here,
                f"route {inner.name} is never reached: {taker.name} before it takes all that it "
                f"would match; put it first, or write continue: true in {taker.name}",
            )
        along = (*above, *inner.match)
        clash = _clash(along)
        if clash:
            yield Fault(
                here, f"route {inner.name} never matches: {clash[0]} and {clash[1]} exclude another"
            )
        if not inner.continue_:
            takers.append(inner)
        yield from _unreachable(inner, here, along)


def _clash(matchers: Iterable[Matcher]) -> tuple[Matcher, Matcher] | None:
    """A plain `label=value` and another matcher on that label that the value fails."""
    asked = list(matchers)
    for plain in asked:
        if plain.operator != "=":
            continue
        for other in asked:
            if other.label == plain.label and not other.matches({plain.label: plain.value}):
                return plain, other
    return None


def _throttles(body: Body) -> Iterator[Fault]:
    for index, throttle in enumerate(body.throttles):
        if throttle.channel is not None:
            place: Place = ("throttles", index, "channel")
            yield from _known(place, "channel", throttle.channel, body.channels)


def _dead_letters(body: Body) -> Iterator[Fault]:
    for index, receiver in enumerate(body.dead_letters):
        place: Place = ("dead_letters", index)
        if receiver.kind == "escalation":
            yield Fault(place, "a dead letter is told to a person, a rota or a channel")
        else:
            yield from _target(body, place, receiver)


def _sandbox(body: Body) -> Iterator[Fault]:
    """A sandbox must be a place that nothing real goes to, or a drill would look like earnest."""
    place: Place = ("sandbox",)
    for name in body.sandbox.instead_of:
        yield from _known((*place, "instead_of", name), "channel", name, body.channels)
    named = {("channel",): body.sandbox.channel} | {
        ("instead_of", name): target for name, target in body.sandbox.instead_of.items()
    }
    real = _told_in_earnest(body)
    for inner, target in named.items():
        channel = body.channels.get(target)
        yield from _known((*place, *inner), "channel", target, body.channels)
        if channel is None or channel.kind == "log":
            continue
        if target in real:
            yield Fault(
                (*place, *inner),
                f"{target} is told of real incidents too; give drills a channel of their own",
            )
        if isinstance(channel, Email) and channel.to is None:
            yield Fault(
                (*place, *inner),
                f"channel {target} is e-mail without `to`: drills go to no person's address, so "
                "give it a mailbox",
            )


def _told_in_earnest(body: Body) -> set[str]:
    """Channels that people, routes, escalations or dead letters name."""
    found = {channel for person in body.people.values() for channel in person.channels}
    receivers = [
        *(one for _place, route in _places(body.route, ()) for one in route.receivers or ()),
        *body.dead_letters,
    ]
    found |= {one.name for one in receivers if one.kind == "channel"}
    steps = (step for policy in body.escalations.values() for step in policy.steps)
    return found | {t.name for step in steps for t in step.tell if t.kind == "channel"}


def _digest(body: Body) -> Iterator[Fault]:
    for index, receiver in enumerate(body.digest.to if body.digest else ()):
        place: Place = ("digest", "to", index)
        if receiver.kind == "escalation":
            yield Fault(place, "a digest is told to a person, a rota or a channel")
        else:
            yield from _target(body, place, receiver)


def _target(body: Body, place: Place, receiver: Receiver) -> Iterator[Fault]:
    if receiver.kind == "person":
        yield from _reachable_person(body, place, receiver.name)
    elif receiver.kind == "rota":
        yield from _known(place, "rota", receiver.name, body.rotas)
    elif receiver.kind == "escalation":
        yield from _known(place, "escalation", receiver.name, body.escalations)
    else:
        yield from _known(place, "channel", receiver.name, body.channels)
        channel = body.channels.get(receiver.name)
        if isinstance(channel, Email) and channel.to is None:
            yield Fault(
                place,
                f"channel {receiver.name} is e-mail without `to`: name a person, or give the "
                "channel the team's mailbox as `to`",
            )


def _reachable_person(body: Body, place: Place, name: str) -> Iterator[Fault]:
    yield from _known(place, "person", name, body.people)
    if name in body.people and not body.people[name].channels:
        yield Fault(place, f"{name} has no address; add one under people.{name}.addresses")


def _known(place: Place, what: str, name: str, names: Iterable[str]) -> Iterator[Fault]:
    known = sorted(names)
    if name not in known:
        listed = f"known: {', '.join(known)}" if known else "none is declared"
        yield Fault(place, f"there is no {what} {name!r}; {listed}")
