"""The names of files and objects of an output: each fits, and none is given twice, whatever policies are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LONGEST = 63
"""As long as a DNS label: Gatekeeper and Kyverno make labels of the names of policies, and so do both of their rules'.

Source: ``validateConstraint`` in Gatekeeper ``pkg/webhook/policy.go``, ``validatePolicyName`` in Kyverno
``pkg/validation/policy/validate.go``.
"""
_DIGEST = 8
_LEAST = 3
"""So many characters of a name are kept in front of its digest."""


class Names:
    """The names of one kind of files or objects.

    ``given`` are those of policies and choices: each keeps its own where that fits and is none of ``reserved``. What is
    derived from one gives way to them.
    """

    def __init__(self, given: Iterable[str] = (), reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)
        names = tuple(given)
        self._given = {name: self._take(name) for name in names if self._free(name)}
        for name in names:
            if name not in self._given:
                self._given[name] = self._digested(name, LONGEST, "")

    def __getitem__(self, given: str) -> str:
        """The name of what users call ``given``. Raises `KeyError` where that is none of the given names."""
        return self._given[given]

    def derived(self, base: str, *endings: str) -> str:
        """A name that nothing else has: ``base`` and the first of ``endings`` with which it fits.

        Where it fits with none, or those names are taken, a digest stands for the end of ``base``, before the last ending.
        """
        for ending in endings:
            if self._free(f"{base}-{ending}"):
                return self._take(f"{base}-{ending}")
        room = LONGEST - len(endings[-1]) - 1
        if room < _LEAST + 1 + _DIGEST:
            return self._digested(f"{base}-{endings[0]}", LONGEST, "")
        return self._digested(base, room, f"-{endings[-1]}")

    def _free(self, name: str) -> bool:
        return len(name) <= LONGEST and name not in self._taken

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name

    def _digested(self, name: str, room: int, ending: str) -> str:
        salt = ""
        while (found := f"{shortened(name, room, salt)}{ending}") in self._taken:
            salt += "."
        return self._take(found)


def shortened(name: str, longest: int = LONGEST, salt: str = "") -> str:
    """The beginning of ``name`` and a digest of the whole, ``longest`` characters at most."""
    digest = hashlib.sha256(f"{name}{salt}".encode()).hexdigest()[:_DIGEST]
    return f"{name[: longest - _DIGEST - 1].rstrip('-.')}-{digest}"


def fitted(name: str, longest: int = LONGEST) -> str:
    """``name``, or where it is longer than ``longest`` its beginning and a digest of the whole."""
    return name if len(name) <= longest else shortened(name, longest)
