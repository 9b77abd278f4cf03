"""Prints the words of a choice as Rego, over the rules of ``templates/rego/choice.rego.j2``."""

from __future__ import annotations

from collections.abc import Mapping

from pscc.ir import refusals
from pscc.ir.refusals import Slot, Words, flat
from pscc.printers.rego.fragments import Fragment, listed, rego, rules_of
from pscc.printers.rego.text import literal

_SLOTS: Mapping[Slot, Fragment] = {
    Slot.NAMESPACE: rego("lib.line(namespace)"),
    Slot.USER: rego("lib.line(user.username)"),
    Slot.ACCOUNT: rego("lib.line(account)"),
    Slot.SERVICE_ACCOUNT: Fragment("service_account"),
    Slot.ASKING: Fragment("who"),
    Slot.POLICY: Fragment("nearest"),
    Slot.OBJECTIONS: Fragment("objections"),
    Slot.COUNT: Fragment("format_int(count(usable), 10)"),
}


def words_of_choice() -> dict[str, Fragment]:
    """The words of a choice, by their name in its template. Somebody always asks: a review without a user has an account."""
    return {
        "between": Fragment(literal(refusals.BETWEEN)),
        "joint": Fragment(literal(refusals.OR)),
        "user": _on_a_line(refusals.USER),
        "service_account": _on_a_line(refusals.SERVICE_ACCOUNT),
        "none_usable": _on_lines(refusals.NONE_USABLE),
        "objection": _on_a_line(refusals.OBJECTION),
        "objection_of_several": _on_lines(Words((refusals.OBJECTION, refusals.OF_SEVERAL))),
        "without_user": _on_lines(refusals.WITHOUT_USER),
    }


def _on_a_line(words: Words) -> Fragment:
    """``words`` as one string, with what is between two parts, if there are two, as the delimiter."""
    parts, between = flat(words), ""
    match parts:
        case (str() as title, Slot() as slot) if title.endswith(" "):
            parts, between = (title[:-1], slot), " "
        case (Slot() as first, str() as middle, Slot() as second):
            parts, between = (first, second), middle
    return rego("concat($between, [$pieces])", between=literal(between), pieces=listed(map(_piece, parts)))


def _on_lines(words: Words) -> Fragment:
    """``words`` as one string, each part on a line."""
    pieces = [_piece(part) for part in flat(words)]
    lines = "".join(f"\t{piece.text},\n" for piece in pieces)
    return rules_of(f'concat("", [\n{lines}])', pieces)


def _piece(part: str | Slot) -> Fragment:
    return Fragment(literal(part)) if isinstance(part, str) else _SLOTS[part]
