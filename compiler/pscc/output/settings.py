"""How a program is compiled: what ``pscc compile`` is told, as one record that a folder's manifest keeps.

A field is an option of the command line: ``exclude_namespace`` is ``--exclude-namespace``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Literal, TypeVar

from pscc.base.frozen import frozen
from pscc.ir import Mode
from pscc.ir.access import NONE, Names
from pscc.lowering.capabilities import Version, Workloads
from pscc.lowering.rollout import Rollout
from pscc.output.options import DEFAULTS, Engine, Options

Rbac = Literal["compiled", "live"]
Spelled = str | bool | list[str] | None
"""A setting as JSON has it, and as the command line spells it."""
_ENGINES: tuple[Engine, ...] = ("rego", "cel")
_WORKLOADS: tuple[Workloads, ...] = ("warn", "enforce", "off")
_MODES: tuple[Mode, ...] = ("enforce", "warn", "audit")
_RBAC: tuple[Rbac, ...] = ("compiled", "live")
_Word = TypeVar("_Word", bound=str)


@frozen
class Settings:
    """``target`` are the targets, at least one where something is compiled; the rest is what `Rollout` and `Options` say.

    ``assume_everyone_may_use``: each PodSecurityPolicy counts as usable by everyone; ``sync_waves``: the kustomizations have
    Argo CD's annotations.
    """

    target: tuple[str, ...] = ()
    engine: Engine = DEFAULTS.engine
    workloads: Workloads = DEFAULTS.workloads
    kubernetes: Version = DEFAULTS.kubernetes
    gatekeeper: Version = DEFAULTS.gatekeeper
    kyverno: Version = DEFAULTS.kyverno
    mode: Mode | None = None
    exclude_namespace: tuple[str, ...] = ()
    ignore_group: tuple[str, ...] = ()
    sync_waves: bool = False
    rbac: Rbac = "compiled"
    assume_everyone_may_use: bool = False

    @property
    def live(self) -> bool:
        """Whether the cluster is asked who may use which policy."""
        return self.rbac == "live"

    @property
    def rollout(self) -> Rollout:
        """What is compiled: modes, namespaces, grants."""
        prefixes = tuple(name[:-1] for name in self.exclude_namespace if name.endswith("*"))
        exact = tuple(name for name in self.exclude_namespace if not name.endswith("*"))
        excluded = Names(exact, prefixes) if self.exclude_namespace else NONE
        return Rollout(self.mode, excluded, self.ignore_group, self.live)

    @property
    def options(self) -> Options:
        """How targets say it."""
        return Options(self.engine, self.workloads, self.kubernetes, self.gatekeeper, self.kyverno)


def option(name: str) -> str:
    """The option of the field ``name``: ``--exclude-namespace``."""
    return f"--{name.replace('_', '-')}"


def as_json(settings: Settings) -> dict[str, Spelled]:
    """Each field of ``settings`` under the name of its option, without the dashes in front."""
    return {option(one.name)[2:]: _spelled(getattr(settings, one.name)) for one in fields(Settings)}


def words(settings: Settings) -> dict[str, str]:
    """What the command line says for ``settings``, by option: ``--mode audit``; nothing of an option that is not given."""
    found: dict[str, str] = {}
    for name, value in as_json(settings).items():
        given = [f"--{name}"] if value is True else []
        given += [f"--{name} {one}" for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
        if given:
            found[f"--{name}"] = " ".join(given)
    return found


def chosen(settings: Settings) -> tuple[str, ...]:
    """The words of `words` for what is not as it is by default; targets are left out."""
    plain = words(Settings())
    return tuple(text for name, text in words(settings).items() if name != "--target" and text != plain.get(name))


def _spelled(value: object) -> Spelled:
    match value:
        case None | bool() | str():
            return value
        case (int() as major, int() as minor):
            return f"{major}.{minor}"
        case tuple():
            return [str(one) for one in value]
        case _:
            raise TypeError(f"{value!r} is no setting")


# --- reading it back ------------------------------------------------------------


def from_json(data: object) -> Settings:
    """The settings that `as_json` made ``data`` of; what an older pscc did not know yet is as it was without the option.

    Raises `ValueError`, saying why, where it is something else.
    """
    if not isinstance(data, Mapping):
        raise ValueError("it is no object")
    known = as_json(Settings())
    if unknown := [str(name) for name in data if name not in known]:
        raise ValueError(f"--{unknown[0]} is an option that this pscc does not have")
    given: Mapping[str, object] = {**known, **data}
    target = _strings(given, "target")
    if not target:
        raise ValueError("--target")
    return Settings(
        target,
        _word(given, "engine", _ENGINES),
        _word(given, "workloads", _WORKLOADS),
        _release(given, "kubernetes"),
        _release(given, "gatekeeper"),
        _release(given, "kyverno"),
        None if given["mode"] is None else _word(given, "mode", _MODES),
        _strings(given, "exclude-namespace"),
        _strings(given, "ignore-group"),
        _flag(given, "sync-waves"),
        _word(given, "rbac", _RBAC),
        _flag(given, "assume-everyone-may-use"),
    )


def _word(given: Mapping[str, object], name: str, among: tuple[_Word, ...]) -> _Word:
    for one in among:
        if given[name] == one:
            return one
    raise ValueError(f"--{name} {given[name]}")


def _strings(given: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = given[name]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"--{name} {value}")
    return tuple(map(str, value))


def _flag(given: Mapping[str, object], name: str) -> bool:
    value = given[name]
    if not isinstance(value, bool):
        raise ValueError(f"--{name} {value}")
    return value


def _release(given: Mapping[str, object], name: str) -> Version:
    value = given[name]
    major, _, minor = value.partition(".") if isinstance(value, str) else ("", "", "")
    if not (major.isdecimal() and minor.isdecimal()):
        raise ValueError(f"--{name} {value}")
    return int(major), int(minor)
