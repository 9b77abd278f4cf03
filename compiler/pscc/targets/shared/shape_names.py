"""The names of a check's shape in outputs: the kind of its Constraint, and the end of the names of objects and rules.

Kinds and names have a maximum length. A longer one gets shorter words, and a digest where these are still too long.
"""

from __future__ import annotations

import hashlib
import re

from pscc.printers.rego.text import snake

LONGEST_KIND = 59
"""With ``List`` behind it, it is a DNS label. Source: ``validateCustomResourceDefinitionNames`` in
``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go``."""
_EXEMPT = "UnlessExempt"
_SHORTER = (
    (f"Exempting{_EXEMPT}", "SomeExempt"),
    ("OnPodAndContainers", "OnEach"),
    ("OnPodOrContainers", "OnAny"),
)
_DIGEST = 8


def kind_of(shape: str, exempt: bool) -> str:
    """The kind of the Constraints of ``shape``. ``exempt``: they exempt requests, which needs a template of its own."""
    return fitted_kind(*_spellings(f"Pscc{shape}{_EXEMPT if exempt else ''}"))


def fitted_kind(*spellings: str) -> str:
    """The first of ``spellings`` that is short enough for a kind; else the beginning of the first with a digest."""
    short = next((spelling for spelling in spellings if len(spelling) <= LONGEST_KIND), None)
    if short is not None:
        return short
    digest = hashlib.sha256(spellings[0].encode()).hexdigest()[:_DIGEST]
    return f"{spellings[0][: LONGEST_KIND - _DIGEST]}{digest}"


def kind_of_owner(beginning: str, name: str) -> str:
    """The kind of the Constraints of the policy or choice called ``name``: ``PsccChoiceTeam``, ``PsccChoiceTeamA3f2b9c1d``.

    ``beginning`` is ``PsccChoice``, or another text with which no kind of a check begins. A kind has no ``-`` and ``.``, and
    the name of its template is in small letters. So a name with these characters gets a digest, and no two owners have one
    kind.
    """
    words = "".join(word.capitalize() for word in re.split(r"[-.]", name))
    digest = "" if name.isalnum() else hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return fitted_kind(f"{beginning}{words}{digest}")


def endings_of(shape: str) -> tuple[str, ...]:
    """``shape`` as the end of a name, ``allow-host-ports``: in its own words, and in shorter ones."""
    return tuple(snake(spelling).replace("_", "-") for spelling in _spellings(shape))


def _spellings(name: str) -> tuple[str, ...]:
    spellings = [name]
    for long, short in _SHORTER:
        if long in spellings[-1]:
            spellings.append(spellings[-1].replace(long, short))
    return tuple(spellings)
