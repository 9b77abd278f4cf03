"""The control ``capabilities.add``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.base.capitals import in_capitals
from pscc.base.source import Span
from pscc.controls._base import Control, DefaultShape, Params, Probe
from pscc.controls._capabilities import ALL, CAPABILITIES
from pscc.controls._shapes import (
    CONTAINER,
    CONTAINERS,
    container_field,
    label_of,
    list_shapes,
    param,
    spelled,
    strings,
    word_probes,
)
from pscc.controls._values import Words
from pscc.ir import Each, Path, Show
from pscc.language.ast import Statement
from pscc.psp.reading import Psp, literal

ADDED = container_field("capabilities", "add")
_PREFIX = "CAP_"


def build_default(params: Params, span: Span) -> ir.Default:
    """The default that adds capabilities to each container. A capability that the container drops by name is not added."""
    values = param(params, "values")
    assert isinstance(values, tuple)
    return ir.Default(
        "capabilities.add",
        "containers",
        ("securityContext", "capabilities", "add"),
        span,
        add=tuple(str(v) for v in values),
        unless_in=("securityContext", "capabilities", "drop"),
        grants=True,
    )


def from_psp(psp: Psp) -> Iterator[Statement]:
    """``allowedCapabilities`` and ``defaultAddCapabilities``: what either lists may be added, nothing else."""
    defaults = psp.strings("defaultAddCapabilities")
    allowed = psp.strings("allowedCapabilities")
    if not any(node.value == "*" for node in allowed):
        names = {str(node.value): node.span for node in reversed((*allowed, *defaults))}
        values = [literal(name, span) for name, span in reversed(names.items())]
        field = "allowedCapabilities" if allowed or not defaults else "defaultAddCapabilities"
        if values:
            yield psp.say("allow", "capabilities.add", field, *values)
        else:
            yield psp.say("deny", "capabilities.add", field, implied="no capability may be added")
    if defaults:
        unique = {str(node.value): node.span for node in defaults}
        literals = [literal(name, span) for name, span in unique.items()]
        yield psp.say("default", "capabilities.add", "defaultAddCapabilities", *literals, manner="add")


def spellings(params: Params) -> Params:
    """In capital letters, with ``CAP_`` before it and without; and ``ALL``, which has every capability in it.

    Source: ``WithCapabilities`` in containerd ``internal/cri/opts/spec_linux_opts.go``, ``specSetupCapabilities`` in CRI-O
    ``server/container_create_linux.go``: containerd and CRI-O take capitals, CRI-O takes ``CAP_`` as well.
    """

    def words(text: str) -> tuple[str, str]:
        bare = in_capitals(text).removeprefix(_PREFIX)
        return bare, f"{_PREFIX}{bare}"

    return spelled(params, words, ("ALL", f"{_PREFIX}ALL"))


def probes(check: ir.Check) -> Iterator[Probe]:
    """Each listed capability, one that is not listed, one in another case, one with another spelling, all, none."""
    for name in word_probes(check, ("SYS_ADMIN", "chown")):
        yield _adding(label_of(name), name)
    otherwise = strings(check, "spellings")
    for name in otherwise[:2]:
        yield _adding(f"{label_of(name)}-in-small-letters", name.lower())
    if otherwise and "ALL" not in strings(check, "values"):
        yield _adding("all", "ALL")
    yield _adding("none", None)


def _adding(label: str, name: str | None) -> Probe:
    added = None if name is None else [name]
    return Probe(f"capabilities-add-{label}", container={"securityContext": {"capabilities": {"add": added}}})


CONTROL = Control(
    id="capabilities.add",
    title="Added capabilities",
    intent="A capability added to a container is a piece of what root may do.",
    values=Words("a capability", usual=CAPABILITIES, every=ALL),
    shapes=list_shapes(
        "capabilities.add",
        "words",
        Path("capability"),
        (*CONTAINERS, Each("capability", ADDED)),
        CONTAINER,
        ir.Upper(Path("capability")),
        ("capability ", Show(Path("capability")), " must not be added"),
    ),
    psp_fields=("allowedCapabilities", "defaultAddCapabilities"),
    psp=from_psp,
    probes=probes,
    example="allow capabilities.add NET_BIND_SERVICE",
    spellings=spellings,
    default=DefaultShape("add", build_default, "They are added, but for those which the container drops by name."),
)
