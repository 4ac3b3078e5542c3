"""Where messages of a drill go: to the sandbox only, whatever they were written for. Pure.

Whoever writes a text cannot forget it: the sender asks here for every message that it calls out.
A person's own address is never used, since an exercise must not reach anybody by surprise.
"""

from __future__ import annotations

from dataclasses import replace

from alerts.notify.config import Config
from alerts.notify.message import Message

MEANT_FOR = "meant_for"
"""Key of the payload: the channel that a message of a drill was written for."""


def is_drill(message: Message) -> bool:
    """Whether a message belongs to an exercise."""
    return bool(message.payload.get("drill"))


def targets(config: Config) -> frozenset[str]:
    """Channels that messages of a drill may go to."""
    sandbox = config.body.sandbox
    return frozenset({sandbox.channel, *sandbox.instead_of.values()})


def routed(config: Config, message: Message) -> Message:
    """The message as it may be sent: one of a drill goes to the sandbox, all others as written."""
    if not is_drill(message) or message.channel in targets(config):
        return message
    sandbox = config.body.sandbox
    channel = sandbox.instead_of.get(message.channel, sandbox.channel)
    return replace(
        message, channel=channel, payload={**message.payload, MEANT_FOR: message.channel}
    )
