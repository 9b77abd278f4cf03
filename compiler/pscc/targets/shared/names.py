"""The names of files and objects of an output: each fits, and none is given twice, whatever policies are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LONGEST = 63
"""The longest name, that of a label. Gatekeeper's webhook refuses a longer one, and Kyverno uses names of policies as labels.

Source: ``validateGatekeeperResources`` in Gatekeeper ``pkg/webhook/policy.go``, ``LabelPrefixClusterPolicy`` in Kyverno
``pkg/utils/report/metadata.go``.
"""
_DIGEST = 8
_LEAST = 3
"""How many characters of a name are at least kept before its digest."""


class Names:
    """The names of one kind of files or objects.

    ``originals`` are the names of policies and choices. Each keeps its own if that is short enough and not ``reserved``.
    Derived names are chosen after these.
    """

    def __init__(self, originals: Iterable[str] = (), reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)
        names = tuple(originals)
        self._by_original = {name: self._take(name) for name in names if self._free(name)}
        for name in names:
            if name not in self._by_original:
                self._by_original[name] = self._digested(name, LONGEST, "")

    def __getitem__(self, original: str) -> str:
        """The name for the policy or choice called ``original``. Raises `KeyError` where there is none."""
        return self._by_original[original]

    def derived(self, base: str, *endings: str) -> str:
        """A name that nothing else has: ``base`` and the first of ``endings`` with which it fits.

        Where it fits with none, or those names are taken, a digest stands for the end of ``base``, before the last ending.
        """
        spellings = [f"{base}-{ending}" for ending in endings]
        room = LONGEST - len(endings[-1]) - 1
        if room < _LEAST + 1 + _DIGEST or any(map(self._free, spellings)):
            return self.first(*spellings)
        return self._digested(base, room, f"-{endings[-1]}")

    def first(self, *spellings: str) -> str:
        """The first of ``spellings`` that is short enough and free; a digest of the first one where none is."""
        name = next((spelling for spelling in spellings if self._free(spelling)), "")
        return self._take(name) if name else self._digested(spellings[0], LONGEST, "")

    def _free(self, name: str) -> bool:
        return len(name) <= LONGEST and name not in self._taken

    def _take(self, name: str) -> str:
        self._taken.add(name)
        return name

    def _digested(self, name: str, room: int, ending: str) -> str:
        salt = ""
        while (digested := f"{shortened(name, room, salt)}{ending}") in self._taken:
            salt += "."
        return self._take(digested)


def shortened(name: str, longest: int = LONGEST, salt: str = "") -> str:
    """The beginning of ``name`` and a digest of the whole, ``longest`` characters at most."""
    digest = hashlib.sha256(f"{name}{salt}".encode()).hexdigest()[:_DIGEST]
    return f"{name[: longest - _DIGEST - 1].rstrip('-.')}-{digest}"


def fitted(name: str, longest: int = LONGEST) -> str:
    """``name``, or where it is longer than ``longest`` its beginning and a digest of the whole."""
    return name if len(name) <= longest else shortened(name, longest)
