"""JSON that cannot be changed: objects and lists that are a ``dict`` and a ``list`` to whoever reads them.

``json.dumps`` and ``yaml.safe_dump`` take them as they are. `copy.deepcopy` returns plain objects and lists, which can be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from yaml.representer import Representer, SafeRepresenter


def _refuse(self: object, *_: object, **__: object) -> NoReturn:
    raise TypeError(f"a {type(self).__name__} cannot be changed: `copy.deepcopy` makes one that can")


class FrozenDict(dict[str, Any]):
    """A JSON object that cannot be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Callable[[object], object], tuple[object]]:
        """For `pickle`: what to call, and with what."""
        return frozen_json, (plain_json(self),)

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        """A plain copy."""
        return {name: plain_json(value) for name, value in self.items()}


class FrozenList(list[Any]):
    """A JSON list that cannot be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[Callable[[object], object], tuple[object]]:
        """For `pickle`: what to call, and with what."""
        return frozen_json, (plain_json(self),)

    def __deepcopy__(self, memo: object) -> list[Any]:
        """A plain copy."""
        return [plain_json(value) for value in self]


for _representer in (SafeRepresenter, Representer):
    _representer.add_representer(FrozenDict, SafeRepresenter.represent_dict)
    _representer.add_representer(FrozenList, SafeRepresenter.represent_list)


def frozen_json(value: object) -> object:
    """``value``, which is JSON, with frozen copies of its objects and lists."""
    if isinstance(value, dict):
        return FrozenDict((name, frozen_json(inner)) for name, inner in value.items())
    return FrozenList(map(frozen_json, value)) if isinstance(value, list) else value


def plain_json(value: object) -> object:
    """``value``, which is JSON, with plain copies of its objects and lists."""
    if isinstance(value, dict):
        return {name: plain_json(inner) for name, inner in value.items()}
    return [plain_json(inner) for inner in value] if isinstance(value, list) else value
