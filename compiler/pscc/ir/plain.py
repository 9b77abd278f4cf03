"""Constants of the IR as JSON values: what engines, and the interpreter, get for them."""

from __future__ import annotations

from pscc.ir.conditions import HostPathPrefix, Range


def plain(value: object) -> object:
    """``value`` as JSON: a range is ``{min, max}``, a host path ``{pathPrefix, readOnly}``, a tuple a list."""
    match value:
        case Range(min=low, max=high):
            return {"min": low, "max": high}
        case HostPathPrefix(path=path, read_only=read_only):
            return {"pathPrefix": path, "readOnly": read_only}
        case tuple() | list():
            return [plain(part) for part in value]
        case dict():
            return {key: plain(part) for key, part in value.items()}
        case _:
            return value
