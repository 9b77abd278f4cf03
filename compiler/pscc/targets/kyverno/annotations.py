"""Texts of a source in the annotations of a ClusterPolicy.

Kyverno looks for variables in all of a policy, the annotations too, and refuses one that names the user, as
``{{ request.userInfo.username }}``. Source: ``hasVariables`` and ``containsUserVariables`` in Kyverno 1.19
``pkg/validation/policy``.
"""

from __future__ import annotations

import re

from pscc.output.templating import Code

_OPENING = re.compile(r"\{(?=\{)")


def without_variables(text: Code) -> Code:
    """``text``, already quoted, with a space between two ``{``, so that Kyverno finds no variable in it."""
    return Code(_OPENING.sub("{ ", text))
