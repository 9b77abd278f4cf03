"""The settings that contradict each other or their targets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pscc.lowering.capabilities import Capabilities
from pscc.meaning.scoping import namespace_help, namespace_or_prefix
from pscc.targets.options import OF_TARGETS
from pscc.targets.registry import TARGETS, target_named
from pscc.targets.settings import Settings, as_json, from_json

_LONGEST_PREFIX = 30
_GROUP = re.compile(r"[^\s*]+")
_NAME_PREFIX = re.compile(rf"[a-z0-9][a-z0-9.-]{{0,{_LONGEST_PREFIX - 1}}}")


def require_sound(settings: Settings, given: Collection[str]) -> None:
    """Raises `ValueError`, in the words of the command line, where ``settings`` contradict each other or their targets.

    ``given`` names the options that the user has given for this compile. It is an error if none of the targets has one of
    them. An option of ``pscc.toml`` is not given: it holds for the targets that have it.
    """
    for option, names in (("exclude", settings.exclude_namespace), ("only", settings.only_namespace)):
        for name in names:
            if not namespace_or_prefix(name):
                help = namespace_help(name, "write a name as `kube-system`, or a prefix as `team-*`")
                raise ValueError(f"--{option}-namespace: `{name}` is no name of a namespace: {help}")
    for name in settings.ignore_group:
        if not _GROUP.fullmatch(name):
            raise ValueError(f"--ignore-group: `{name}` is no name of a group: write one group, as `system:masters`")
    if settings.name_prefix and not _NAME_PREFIX.fullmatch(settings.name_prefix):
        raise ValueError(
            f"--name-prefix: no name begins with `{settings.name_prefix}`: write at most {_LONGEST_PREFIX} small letters, digits, "
            "`-` or `.`, as `web-`"
        )
    targets = {name: target_named(name).capabilities(settings.options) for name in settings.target}
    _require_options(settings, targets, given)
    if settings.templates != "with" and settings.layout == "per-policy" and _has(targets, "templates"):
        raise ValueError("--templates: with --layout per-policy each template is a policy's own, so none is shared")
    if settings.enforcement_point and _has(targets, "enforcement-point"):
        _require_webhook(settings)
    if settings.live:
        others = [target for target in settings.target if not _asks_the_cluster(target, settings)]
        if others:
            asking = ", ".join(target for target in TARGETS if _asks_the_cluster(target, settings))
            cannot_ask = f"{others[0]} cannot ask the cluster's RBAC; it takes --rbac compiled"
            raise ValueError(f"--rbac live is for the target {asking} alone: {cannot_ask}")
        if settings.ignore_group:
            raise ValueError("--ignore-group leaves out compiled grants; with --rbac live there are none")


def for_target(settings: Settings, target: str) -> Settings:
    """``settings`` for a compile for ``target`` alone: its options that ``target`` does not have are as by default."""
    can = target_named(target).capabilities(settings.options)
    values = {name: value for name, value in as_json(settings).items() if name in can.options or name not in OF_TARGETS}
    layout = settings.layout if settings.layout in can.layouts else None
    return from_json({**values, "target": [target], "layout": layout})


def _has(targets: Mapping[str, Capabilities], option: str) -> bool:
    return any(option in can.options for can in targets.values())


def _require_options(settings: Settings, targets: Mapping[str, Capabilities], given: Collection[str]) -> None:
    """Raises `ValueError` if none of ``targets`` has one of the options ``given``."""
    if not targets:
        return
    for name in OF_TARGETS:
        if name in given and not _has(targets, name):
            having = [other for other in TARGETS if name in target_named(other).capabilities(settings.options).options]
            raise ValueError(f"--{name} changes nothing for {', '.join(targets)}: it is for {', '.join(having)}")
    if "layout" in given and all(settings.layout not in can.layouts for can in targets.values()):
        target, can = next(iter(targets.items()))
        layouts = " and ".join(can.layouts) or "one layout"
        raise ValueError(f"--layout {settings.layout}: the target {target} has {layouts} alone")


def _require_webhook(settings: Settings) -> None:
    if "validation.gatekeeper.sh" not in settings.enforcement_point and settings.mode != "audit":
        raise ValueError(
            "--enforcement-point: without validation.gatekeeper.sh, Gatekeeper admits every pod: add it, or say --mode audit"
        )


def _asks_the_cluster(target: str, settings: Settings) -> bool:
    choices = target_named(target).capabilities(settings.options).choices
    return choices is not None and choices.live is not None
