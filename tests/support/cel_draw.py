"""Draws CEL conditions over a pod: with fields that may be missing, nulls, wrong types, optionals, short circuits."""

from __future__ import annotations

from random import Random

_TEXTS = ('"RuntimeDefault"', '"Localhost"', '"a"', '""', '"app:1"', '"NET_RAW"', '"kernel."')
_RELATIONS = ("==", "!=", "<", "<=", ">", ">=")
_OF_POD = (
    "spec.hostNetwork",
    "spec.hostPID",
    "spec.securityContext",
    "spec.securityContext.runAsUser",
    "spec.securityContext.runAsNonRoot",
    "spec.securityContext.seccompProfile",
    "spec.securityContext.seccompProfile.type",
    "spec.securityContext.supplementalGroups",
    "spec.runtimeClassName",
    "spec.volumes",
    "metadata.annotations",
)
_OF_CONTAINER = (
    "name",
    "image",
    "securityContext",
    "securityContext.privileged",
    "securityContext.runAsUser",
    "securityContext.capabilities.add",
    "securityContext.seccompProfile.type",
    "ports",
)


class Drawn:
    """Conditions, one after the other, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        """``seed`` decides what is drawn."""
        self._random = Random(seed)

    def condition(self, depth: int = 3, container: str = "") -> str:
        """A condition; with ``container`` it may be about the container of that name."""
        draw = self._random
        if depth == 0 or draw.random() < 0.2:
            return self._atom(container)
        inner = lambda: self.condition(depth - 1, container)  # noqa: E731
        match draw.randrange(8):
            case 0 | 1:
                return f"({inner()} && {inner()})"
            case 2 | 3:
                return f"({inner()} || {inner()})"
            case 4:
                return f"!({inner()})"
            case 5:
                return f"({inner()} ? {inner()} : {inner()})"
            case _:
                return self._macro(depth)

    def _macro(self, depth: int) -> str:
        listed = self._random.choice(("containers", "initContainers"))
        of = f"object.spec.{listed}"
        if self._random.random() < 0.5:
            of = f"(has({of}) ? {of} : [])"
        body = self.condition(depth - 1, "c")
        match self._random.randrange(5):
            case 0:
                return f"{of}.all(c, {body})"
            case 1:
                return f"{of}.exists(c, {body})"
            case 2:
                return f"{of}.filter(c, {body}).size() == 0"
            case 3:
                return f'{of}.filter(c, {body}).map(c, "x" + c.name).join("; ") == ""'
            case _:
                return f"{of}.map(c, {self._value('c')}).exists(d, dyn(d) == dyn({self._constant()}))"

    def _constant(self) -> str:
        return self._random.choice((*_TEXTS, "0", "1", "1000", "true", "false", "null"))

    def _integer(self) -> str:
        size = f"{self._random.choice(_TEXTS)}.size()"
        return self._random.choice(("0", "1", "-1", "7", size, f"({size} - 1)"))

    def _path(self, container: str) -> tuple[str, str]:
        if container and self._random.random() < 0.7:
            return container, self._random.choice(_OF_CONTAINER)
        return "object", self._random.choice(_OF_POD)

    def _value(self, container: str) -> str:
        base, path = self._path(container)
        whole = f"dyn({base}.{path})"
        match self._random.randrange(7):
            case 0 | 1 | 2:
                return whole
            case 3:
                return f"(has({base}.{path}) ? {whole} : dyn({self._constant()}))"
            case 4:
                return f"{base}.?{path.replace('.', '.?')}.orValue(dyn({self._constant()}))"
            case 5:
                return f"dyn({whole}).orValue(dyn({self._constant()}))"
            case _:
                return f"dyn(optional.of({self._constant()})).orValue(dyn({self._constant()}))"

    def _atom(self, container: str) -> str:
        base, path = self._path(container)
        value = self._value(container)
        match self._random.randrange(14):
            case 0 | 1:
                return f"has({base}.{path})"
            case 2 | 3:
                return f"{value} == dyn({self._constant()})"
            case 4:
                return f"{value} != dyn({self._constant()})"
            case 5:
                limit = self._random.choice(("0", "1", "1000", "null"))
                return f"{value} {self._random.choice(('<', '<=', '>', '>='))} dyn({limit})"
            case 6:
                return f"dyn({self._constant()}) in {value}"
            case 7:
                return f"{value}.{self._random.choice(('startsWith', 'endsWith', 'contains'))}({self._random.choice(_TEXTS)})"
            case 8:
                return f"{value}.size() == 0"
            case 10:
                return f"{value}.size() {self._random.choice(_RELATIONS)} {self._random.randrange(6)}"
            case 11:
                whole, part = self._random.choice(_TEXTS), self._random.choice(_TEXTS)
                return f"{whole}.substring({self._integer()}, {self._integer()}) == {part}"
            case 12:
                return f"{self._integer()} - {self._integer()} {self._random.choice(_RELATIONS)} {self._integer()} + 1"
            case 9:
                return f"has(dyn({self._random.choice(('null', '1', chr(34) + 'a' + chr(34)))}).type)"
            case _:
                return f"{value}"
