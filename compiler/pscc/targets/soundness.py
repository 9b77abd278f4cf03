"""What settings may not say together, or of a target that does not have it."""

from __future__ import annotations

import re

from pscc.meaning.scoping import namespace_help, namespace_or_prefix
from pscc.output.settings import Settings
from pscc.targets.registry import TARGETS, target_named

_LONGEST_PREFIX = 30
_GROUP = re.compile(r"[^\s*]+")
_NAME_PREFIX = re.compile(rf"[a-z0-9][a-z0-9.-]{{0,{_LONGEST_PREFIX - 1}}}")


def require_sound(settings: Settings) -> None:
    """Raises `ValueError`, in the words of the command line, where ``settings`` contradict each other or their targets."""
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
    if settings.templates != "with":
        sharing = [target for target in TARGETS if target_named(target).capabilities(settings.options).shared_templates]
        others = [target for target in settings.target if target not in sharing]
        if others:
            raise ValueError(
                f"--templates is for the target {', '.join(sharing)} alone: {others[0]} has no templates to share"
            )
        if settings.layout == "per-policy":
            raise ValueError("--templates: with --layout per-policy each template is a policy's own, so none is shared")
    for target in settings.target if settings.layout else ():
        layouts = target_named(target).capabilities(settings.options).layouts
        if settings.layout not in layouts:
            raise ValueError(
                f"--layout {settings.layout}: the target {target} has {' and '.join(layouts) or 'one layout'} alone"
            )
    if settings.enforcement_point:
        _require_sound_points(settings)
    if settings.live:
        others = [target for target in settings.target if not _asks_the_cluster(target, settings)]
        if others:
            asking = ", ".join(target for target in TARGETS if _asks_the_cluster(target, settings))
            cannot_ask = f"{others[0]} cannot ask the cluster's RBAC; it takes --rbac compiled"
            raise ValueError(f"--rbac live is for the target {asking} alone: {cannot_ask}")
        if settings.ignore_group:
            raise ValueError("--ignore-group leaves out compiled grants; with --rbac live there are none")


def _require_sound_points(settings: Settings) -> None:
    scoped = [target for target in TARGETS if target_named(target).capabilities(settings.options).enforcement_points]
    others = [target for target in settings.target if target not in scoped]
    if others:
        raise ValueError(
            f"--enforcement-point is for the target {', '.join(scoped)} alone: {others[0]} has no enforcement points"
        )
    if "validation.gatekeeper.sh" not in settings.enforcement_point and settings.mode != "audit":
        raise ValueError(
            "--enforcement-point: without validation.gatekeeper.sh, Gatekeeper admits every pod: add it, or say --mode audit"
        )


def _asks_the_cluster(target: str, settings: Settings) -> bool:
    choices = target_named(target).capabilities(settings.options).choices
    return choices is not None and choices.live is not None
