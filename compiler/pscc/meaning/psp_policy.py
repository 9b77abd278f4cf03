"""Turns a valid PSP into a syntax tree. Each control returns its statements, PSP's implicit defaults included."""

from __future__ import annotations

from pscc.controls import CONTROLS
from pscc.language.ast import Document, Name, Policy
from pscc.psp.reading import Psp


def to_policy(psp: Psp) -> Policy:
    """``psp`` as a policy of the same name, with its statements in the order of the registry of controls."""
    statements = tuple(statement for control in CONTROLS for statement in control.psp(psp))
    return Policy(Name(psp.name, psp.name_span), "", statements, psp.span, comment=f"from PodSecurityPolicy {psp.name}")


def to_document(psp: Psp) -> Document:
    """The PSP as a document of one policy."""
    return Document(psp.span.file, (to_policy(psp),))
