"""How pscc finds the engines that it knows. The module of an engine is loaded only where the engine is there."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from pscc.base.frozen import frozen
from pscc.verify.engines._base import Engine
from pscc.verify.engines.declared import PROGRAMS, SERVER, TARGETS_OF
from pscc.verify.engines.given import EngineOptions
from pscc.verify.engines.opa_server import OpaServer


@frozen
class Missing:
    """A missing engine, and the advice for it (``reason``). ``stood_in``: another engine is asked in its place."""

    name: str
    target: str
    reason: str
    stood_in: bool = False


def engines(targets: tuple[str, ...], options: EngineOptions) -> tuple[tuple[Engine, ...], tuple[Missing, ...]]:
    """The engines of ``targets`` in a stable order: the available ones, and the missing ones."""
    available: list[Engine] = []
    missing: list[Missing] = []
    for name, target in ((name, target) for name, judged in TARGETS_OF.items() for target in judged):
        if target not in targets:
            continue
        engine = _engine(name, target, options)
        if engine is None:
            missing.append(Missing(name, target, _advice(name), name == SERVER and bool(options.url)))
        else:
            available.append(engine)
        if name == SERVER and options.url:
            available.append(OpaServer(options.url, options.access, options.timeout))
    known = {target for judged in TARGETS_OF.values() for target in judged}
    missing += [
        Missing("none", target, "verify knows no engine for it yet") for target in targets if target not in known
    ]
    return tuple(available), tuple(missing)


def _engine(name: str, target: str, options: EngineOptions) -> Engine | None:
    if name == "regopy":
        from pscc.verify.engines.regopy_ import Regopy

        return Regopy(options.timeout) if find_spec("regopy") is not None else None
    path = options.programs.get(name) or next(filter(None, map(shutil.which, PROGRAMS[name].names)), None)
    if path is None:
        return None
    match name:
        case "opa":
            from pscc.verify.engines.opa import Opa

            return Opa(path, options.timeout)
        case "gator":
            from pscc.verify.engines.gator import Gator

            return Gator(path, options.timeout)
        case _:
            return _kyverno(path, target, options.timeout)


def _kyverno(path: str, target: str, timeout: float) -> Engine:
    match target:
        case "kyverno":
            from pscc.verify.engines.kyverno import Kyverno

            return Kyverno(path, timeout)
        case "vap":
            from pscc.verify.engines.kyverno_cel import admission_policies

            return admission_policies(path, timeout)
        case _:
            from pscc.verify.engines.kyverno_cel import kyverno_policies

            return kyverno_policies(path, timeout)


def _advice(name: str) -> str:
    if name == "regopy":
        return "regopy is not installed: pip install regopy"
    return f"`{name}` is not on the path: install it, or say where it is with {PROGRAMS[name].option.flag} PATH"
