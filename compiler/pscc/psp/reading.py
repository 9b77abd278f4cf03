"""A PodSecurityPolicy that was read and found valid, as the controls look at it.

``psp_yaml`` makes it from a YAML tree; a control's ``psp`` function turns it into statements with `Psp.say`.
"""

from __future__ import annotations

from pscc.base.frozen import frozen
from pscc.base.source import Span
from pscc.ir import LARGEST_NUMBER
from pscc.language.ast import Manner, Name, On, Statement, Value, Verb
from pscc.psp.yaml_tree import Node

BARE_WORD_STOPS = frozenset(' \t\r\n,"{}()#=*')


def _exact(bound: int) -> int:
    return min(bound, LARGEST_NUMBER)


@frozen
class Psp:
    """A valid PSP: its name, its ``spec`` and its annotations, each with where it stands."""

    name: str
    span: Span
    name_span: Span
    spec: Node
    annotations: tuple[tuple[str, Node], ...]

    def annotation(self, key: str) -> Node | None:
        """The annotation ``key``, or None."""
        return dict(self.annotations).get(key)

    def flag(self, field: str, unset: bool = False) -> bool:
        """The boolean ``spec.field``; ``unset`` where it is absent or null."""
        node = self.spec.get(field)
        return unset if node is None else bool(node.value)

    def rule(self, field: str) -> str:
        """The ``rule`` of the strategy ``spec.field`` (``MustRunAs``); empty where the strategy is absent."""
        node = self.spec.get(field)
        rule = node.get("rule") if node else None
        return str(rule.value) if rule else ""

    def strings(self, field: str) -> tuple[Node, ...]:
        """The elements of the list of strings ``spec.field``."""
        node = self.spec.get(field)
        return node.items if node else ()

    def ranges(self, field: str) -> tuple[tuple[int, int, Span], ...]:
        """(min, max, span) of each range of ``spec.hostPorts`` or of the ``ranges`` of a strategy.

        A bound beyond every id that a pod can have stands as the largest number that engines read exactly. Source:
        ``ValidateUserID`` in ``k8s.io/apimachinery/pkg/util/validation``: ids end at 2147483647.
        """
        node = self.spec.get(field)
        if node is not None and node.kind == "map":
            node = node.get("ranges")
        return tuple((_exact(r.integer("min")), _exact(r.integer("max")), r.span) for r in node.items) if node else ()

    def say(
        self,
        verb: Verb,
        control: str,
        field: str,
        *values: Value,
        manner: Manner = "",
        on: On = "",
        because: str = "",
        implied: str = "",
    ) -> Statement:
        """A statement that ``field`` of the spec (or the annotation so named) makes.

        Its span is the field's value, or the policy's spec where the field is absent. ``implied`` says what an
        absent field means.
        """
        node = self.spec.get(field) or self.annotation(field)
        span = node.span if node else self.spec.span
        where = field if "/" in field else f"spec.{field}"
        comment = where if node and not implied else f"{where}{'' if node else ' is not set'}: {implied}"
        return Statement(
            verb,
            (Name(control, span),),
            span,
            manner=manner,
            values=values,
            on=on,
            because=because,
            comment=comment.rstrip(": "),
        )


def literal(text: str, span: Span, *, key: str = "", qualifier: str = "") -> Value:
    """``text`` as a value that means just itself: quoted where a bare word could be misread."""
    quoted = not text or any(c in BARE_WORD_STOPS for c in text) or text in RESERVED or not text.isprintable()
    return Value(text, span, quoted=quoted, key=key, qualifier=qualifier)


def pattern(text: str, span: Span) -> Value:
    """``text`` as a value in which a trailing ``*`` is a wildcard."""
    return Value(text, span) if text.endswith("*") and "*" not in text[:-1] else literal(text, span)


def number_range(low: int, high: int, span: Span) -> Value:
    """An inclusive range as a value: ``10-20``, or ``10`` where both ends are the same."""
    return Value(str(low) if low == high else f"{low}-{high}", span)


RESERVED = frozenset(
    [
        "policy",
        "extends",
        "in",
        "except",
        "namespaces",
        "enforce",
        "warn",
        "audit",
        "deny",
        "allow",
        "require",
        "default",
        "all",
        "of",
        "add",
        "on",
        "pod",
        "and",
        "containers",
        "because",
        "choose",
        "for",
        "use",
    ]
)
"""Words of the language's own: a value spelled so has to be quoted."""
