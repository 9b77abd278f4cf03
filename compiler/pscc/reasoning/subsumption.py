"""Whether one policy accepts everything that another accepts. A yes is certain. A no may mean that no proof was found.

The answer follows from what the verbs of the language mean. ``deny C``: C is unset. ``allow C v``: C is unset or one of v.
``require C v``: C is set and one of v.
"""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls import control_of
from pscc.ir.access import Grant, Subjects
from pscc.ir.walking import nodes

_LISTS = frozenset(("values", "patterns", "ranges", "paths"))
_ONLY_EQUAL = frozenset(("sysctls", "capabilities.drop", "seLinuxOptions"))
"""Controls for which only equal checks are compared: a longer list does not admit more, or a verb means more than one list."""


def never_chosen(choice: ir.Choice) -> Iterator[tuple[ir.Policy, ir.Policy]]:
    """(later, earlier) for each policy of ``choice`` that never decides, since an earlier one is always chosen before it."""
    grants = _grants(choice)
    for index, later in enumerate(choice.policies):
        for earlier in choice.policies[:index]:
            wider = earlier.scope == later.scope and _covers(grants[earlier.name], grants[later.name])
            if wider and decides_before(earlier, later):
                yield later, earlier
                break


def overshadowed(choice: ir.Choice) -> Iterator[tuple[ir.Policy, ir.Policy]]:
    """(earlier, later) for each policy of ``choice`` that restricts nobody: its users may use a later one that admits more.

    A later policy that admits other pods, too, is no such one: it refuses some that the earlier admits.
    """
    grants = _grants(choice)
    for index, earlier in enumerate(choice.policies):
        for later in choice.policies[index + 1 :]:
            usable = earlier.scope == later.scope and _covers(grants[later.name], grants[earlier.name])
            if usable and _admits_all_of(later, earlier) and not _admits_all_of(earlier, later):
                yield earlier, later
                break


def _grants(choice: ir.Choice) -> dict[str, list[Grant]]:
    """The grants of each policy of ``choice``, by its name."""
    grants: dict[str, list[Grant]] = {}
    for grant in choice.grants:
        grants.setdefault(grant.policy, []).append(grant)
    return grants


def _admits_all_of(wide: ir.Policy, narrow: ir.Policy) -> bool:
    """Whether each check of ``wide`` follows from one of ``narrow``. Defaults do not count."""
    return all(any(implies(premise, check) for premise in narrow.checks) for check in wide.checks)


def admits_nothing(policy: ir.Policy) -> bool:
    """Whether no pod passes ``policy``: it denies all, or what it sets itself. A no may be a yes that is not seen.

    A target that does not set such a default would let in pods that leave the field unset.
    """
    always = [
        check for check in policy.checks if all(requirement.when == ir.TRUE for requirement in check.requirements)
    ]
    denied = {check.control for check in always if _verb(check) == "deny" and not check.params}
    set_always = {d.control for d in policy.defaults if d.value is not None and d.unless == ir.FALSE}
    return "pods" in denied or bool(denied & set_always)


def decides_before(earlier: ir.Policy, later: ir.Policy) -> bool:
    """Whether ``later`` never decides a request that may use both policies. ``earlier`` is tried first.

    If ``earlier`` changes nothing, it must accept the pod as it came. Then a check of ``later`` proves nothing if it reads
    what a default of ``later`` sets. If both have the same defaults, both change the pod in the same way.
    """
    same_defaults = [_effect(d) for d in earlier.defaults] == [_effect(d) for d in later.defaults]
    if earlier.defaults and not same_defaults:
        return False
    touched = set() if same_defaults else {path for d in later.defaults for path in _touches(d)}
    known = [check for check in later.checks if not _meet(touched, _fields(check))]
    return all(any(implies(later_check, check) for later_check in known) for check in earlier.checks)


def _effect(default: ir.Default) -> object:
    return (
        default.control,
        default.site,
        default.path,
        default.value,
        default.add,
        default.inherits,
        default.unless,
        default.unless_in,
    )


Fields = tuple[str, ...]


def _touches(default: ir.Default) -> Iterator[Fields]:
    """The fields that ``default`` sets, or whose effective value it changes."""
    yield default.path
    if default.path[:1] == ("spec",):
        yield default.path[1:]
    if default.inherits:
        yield default.inherits


def _fields(node: object) -> set[Fields]:
    """The fields that a check reads, below whatever variable."""
    fields: set[Fields] = set()
    for value in nodes(node, ir.Coalesce, ir.Path):
        match value:
            case ir.Coalesce(options=options, field=below):
                fields |= {option.fields + below for option in options if isinstance(option, ir.Path)}
            case ir.Path(fields=names) if names:
                fields.add(names)
    return fields


def _meet(some: set[Fields], others: set[Fields]) -> bool:
    """Whether one of ``some`` is, contains or lies in one of ``others``."""
    return any(path[: len(other)] == other[: len(path)] for path in some for other in others)


def implies(premise: ir.Check, check: ir.Check) -> bool:
    """Whether every pod that passes ``premise`` passes ``check``."""
    if premise.control != check.control or _rest(premise) != _rest(check):
        return False
    if premise.shape == check.shape and dict(premise.params) == dict(check.params):
        return True
    if check.control in _ONLY_EQUAL:
        return False
    before, after = _verb(premise), _verb(check)
    if before == "deny":
        return not premise.params and after == "allow" and _lists(check)
    if (
        before not in ("allow", "require")
        or after not in ("allow", "require")
        or (before, after) == ("allow", "require")
    ):
        return False
    return _lists(premise) and _lists(check) and _within(dict(premise.params), dict(check.params), check.control)


def _verb(check: ir.Check) -> str:
    return next((verb for verb in ("deny", "allow", "require") if check.shape.lower().startswith(verb)), "")


def _rest(check: ir.Check) -> str:
    """The shape of ``check`` without its verb."""
    return check.shape[len(_verb(check)) :]


def _lists(check: ir.Check) -> bool:
    return bool(check.params) and {name for name, _ in check.params} <= _LISTS


def _within(some: dict[str, ir.ParamValue], others: dict[str, ir.ParamValue], control: str) -> bool:
    return all(
        _covered(value, others, control) for values in some.values() if isinstance(values, tuple) for value in values
    )


def _covered(value: object, others: dict[str, ir.ParamValue], control: str) -> bool:
    allowed = [other for values in others.values() if isinstance(values, tuple) for other in values]
    match value:
        case ir.Range(min=low, max=high):
            return any(isinstance(o, ir.Range) and o.min <= low and high <= o.max for o in allowed)
        case ir.HostPathPrefix(path=path, read_only=read_only):
            return any(
                isinstance(o, ir.HostPathPrefix) and o.path == path and (read_only or not o.read_only) for o in allowed
            )
        case str():
            return value in allowed or ("*" in allowed and value in control_of(control).everything)
        case _:
            return False


# --- grants -------------------------------------------------------------------


def _covers(wide: list[Grant], narrow: list[Grant]) -> bool:
    """Whether each of ``narrow`` is inside one of ``wide``."""
    return all(any(grants_all_of(w, n) for w in wide) for n in narrow)


def grants_all_of(wide: Grant, narrow: Grant) -> bool:
    """Whether ``wide`` holds for everybody, and in every namespace, for whom ``narrow`` holds. Their policies may differ."""
    return narrow.namespaces.within(wide.namespaces) and _who(narrow.subjects, wide.subjects)


def _who(fewer: Subjects, others: Subjects) -> bool:
    if fewer.everyone or others.everyone:
        return others.everyone
    return (
        fewer.users.within(others.users)
        and fewer.groups.within(others.groups)
        and fewer.service_accounts.within(others.service_accounts)
    )
