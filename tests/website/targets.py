"""The page that compares the targets, made from what each of them declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from pscc.lowering.capabilities import Budget, Capabilities, FailsOpen, LetIn, SkipsNamespaces
from pscc.output.options import DEFAULTS
from pscc.targets.registry import TARGETS, target_named
from website.markdown import table, text_of

PATH = "reference/targets.md"
YES, NO = "yes", "no"
ABILITY = {"cannot": NO, "stricter": "no: the output is stricter", "exactly": YES}
ENDS = {"cannot": NO, "when compiled": "at the next compile after its date", "by itself": "by itself"}


def _switch(value: bool) -> str:
    return YES if value else NO


def _let_in(let_in: LetIn) -> str:
    match let_in:
        case FailsOpen(product, seconds):
            return f"a pod, if the webhook of {product} does not answer within {seconds} seconds"
        case SkipsNamespaces(_, namespaces, _, groups):
            of_groups = f", and every pod that {', '.join(f'`{name}`' for name in groups)} make" if groups else ""
            return f"every pod in {', '.join(f'`{name}`' for name in namespaces)}{of_groups}"


def _releases(can: Capabilities) -> str:
    if can.requires is None:
        return "any release"
    least = f"{can.requires.product} {'.'.join(map(str, can.requires.least))} or later"
    ended = can.requires.ended
    return f"{least}, before {'.'.join(map(str, ended))}" if ended else least


def _choice(can: Capabilities) -> str:
    return ", ".join(sorted(can.choices.grants_to)) if can.choices else NO


def _live(can: Capabilities) -> str:
    return f"yes: at most {can.choices.live.most} policies" if can.choices and can.choices.live else NO


def _cost(budget: Budget | None) -> str:
    return f"{budget.cost:,}" if budget else "no limit"


Row = tuple[str, str, Callable[[Capabilities], str]]
"""The field of `Capabilities`, what the row is called, and its cell."""
ROWS: tuple[Row, ...] = (
    ("product", "runs on", lambda can: can.product),
    ("requires", "release", _releases),
    ("modes", "modes", lambda can: ", ".join(f"`{mode}`" for mode in sorted(can.modes))),
    ("updates", "judges updates of pods by what they change", lambda can: _switch(can.updates)),
    ("namespaces", "scopes by the names of namespaces", lambda can: _switch(can.namespaces)),
    ("namespace_labels", "scopes by the labels of namespaces", lambda can: ABILITY[can.namespace_labels]),
    ("exemptions", "exemptions of", lambda can: ", ".join(sorted(can.exemptions)) or NO),
    ("ends_exemptions", "an exemption with a date ends", lambda can: ENDS[can.ends_exemptions]),
    ("defaults_unless_exempt", "exempt requests get no defaults", lambda can: ABILITY[can.defaults_unless_exempt]),
    ("choices", "a `choose` with grants to", _choice),
    ("choices", "`--rbac live`", _live),
    ("warned_workloads", "`--workloads warn`", lambda can: ABILITY[can.warned_workloads]),
    ("enforced_workloads", "`--workloads enforce`", lambda can: ABILITY[can.enforced_workloads]),
    (
        "workload_defaults",
        "workloads are judged with the defaults of all policies",
        lambda can: ABILITY[can.workload_defaults],
    ),
    ("suite", "a suite in the folder", lambda can: _switch(can.suite)),
    ("layouts", "`--layout`", lambda can: ", ".join(f"`{layout}`" for layout in can.layouts)),
    ("options", "further options", lambda can: ", ".join(f"`--{name}`" for name in sorted(can.options))),
    ("policy_budget", "cost of a review of one policy", lambda can: _cost(can.policy_budget)),
    ("proven_from", "`pscc prove`", lambda can: _switch(bool(can.proven_from))),
    ("lets_in", "lets in, as it is usually installed", lambda can: "; ".join(map(_let_in, can.lets_in)) or "nothing"),
    (
        "operated",
        "findings of an audit",
        lambda can: (
            f"`{can.operated.findings}`"
            if can.operated and can.operated.findings
            else "in the API server's audit log"
            if can.operated
            else "in the answer"
        ),
    ),
)
ELSEWHERE = {"defaults", "kubernetes", "costs"}
"""The fields that no row is about: defaults are in each control's section, and costs of releases on the page of releases."""


def capabilities() -> dict[str, Capabilities]:
    """What each target declares, compiled for the usual releases."""
    return {name: target_named(name).capabilities(DEFAULTS) for name in TARGETS}


def undescribed() -> set[str]:
    """The fields of `Capabilities` that this page leaves out without a reason."""
    return {field.name for field in fields(Capabilities)} - {name for name, _, _ in ROWS} - ELSEWHERE


def page() -> str:
    """The page: a row for each capability, a column for each target."""
    return text_of(_lines())


def _lines() -> Iterator[str]:
    declared = capabilities()
    yield from ("---", "hide: [toc]", "---", "", "# What each target can express", "")
    yield (
        "Each target declares what it can express. A construct that a target has not declared is an error of the compile. "
        "Where a cell says *the output is stricter*, the compile tells you."
    )
    yield ""
    yield from table(
        ["", *(f"`{name}`" for name in declared)],
        ([label, *(text(can) for can in declared.values())] for _, label, text in ROWS),
    )
    yield from (
        "The table is for the options that a compile has without options of yours. `gatekeeper` with `--engine cel` can also "
        "be proven. [Controls](controls.md) says of each default which target sets it. [Releases](../versions.md) has older "
        "releases of each product.",
        "",
    )
