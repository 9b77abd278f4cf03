"""The words with which a choice refuses a pod. The interpreter, the Rego and the CEL of a choice are all made from them.

A `Slot` stands for what is known at the request alone. Each reader puts its own expression there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from pscc.base.frozen import frozen


class Slot(Enum):
    """A part of a message that the request decides."""

    NAMESPACE = auto()
    USER = auto()
    ACCOUNT = auto()
    """The name of the pod's service account."""
    SERVICE_ACCOUNT = auto()
    """The words of `SERVICE_ACCOUNT` as a whole."""
    ASKING = auto()
    """Who asks: the `USER` and the `SERVICE_ACCOUNT`, or `NOBODY`."""
    POLICY = auto()
    """The nearest policy: it has the fewest findings, and of several it is the first."""
    OBJECTIONS = auto()
    """The messages of its checks that the pod fails, `BETWEEN` them."""
    NEAREST = auto()
    """The words of `OBJECTION` as a whole."""
    COUNT = auto()
    """The number of policies that may be used."""


@frozen
class Words:
    """Text, slots and other words, in order."""

    parts: tuple[str | Slot | Words, ...]


BETWEEN = "; "
"""Between the findings of a check, and between its message and the next one's."""
OR = " or "
"""Between those who ask."""
NOBODY = "anyone"
"""Who asks where neither a user nor a service account is known."""

USER = Words(("user ", Slot.USER))
SERVICE_ACCOUNT = Words(("service account ", Slot.NAMESPACE, "/", Slot.ACCOUNT))
_REQUESTED = Words((" in namespace ", Slot.NAMESPACE, " by ", Slot.ASKING))
NONE_USABLE = Words(("no policy may be used", _REQUESTED))
"""The message where no policy may be used."""
OBJECTION = Words((Slot.POLICY, ": ", Slot.OBJECTIONS))
"""The message where one policy may be used."""
OF_SEVERAL = Words((" (the nearest of the ", Slot.COUNT, " policies that may be used here)"))
"""Behind the objection of the nearest of several policies."""
WITHOUT_USER = Words((" (no user in this review: judged by ", Slot.SERVICE_ACCOUNT, " alone)"))
"""Behind each message about a pod of which no user is known."""
NONE_ACCEPTS = Words(("no policy that may be used", _REQUESTED, " accepts the pod"))
"""The message where the cluster was asked who may use what, and a message cannot tell."""
NEAREST_OF_ALL = Words(("; the nearest of ", Slot.COUNT, ": ", Slot.NEAREST))
"""Behind that message, where a policy objects."""


def flat(words: Words) -> tuple[str | Slot, ...]:
    """The text and the slots of ``words`` in order, with texts that meet as one."""
    parts: list[str | Slot] = []
    for part in words.parts:
        for piece in flat(part) if isinstance(part, Words) else (part,):
            if parts and isinstance(piece, str) and isinstance(before := parts[-1], str):
                parts[-1] = before + piece
            else:
                parts.append(piece)
    return tuple(parts)


def text_of(words: Words, slots: Mapping[Slot, str]) -> str:
    """``words`` as text, with ``slots`` in their places."""
    return "".join(part if isinstance(part, str) else slots[part] for part in flat(words))
