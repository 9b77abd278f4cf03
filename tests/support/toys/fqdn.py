"""The control ``setHostnameAsFQDN``."""

from __future__ import annotations

from collections.abc import Iterator

from pscc import ir
from pscc.controls._base import Control, Probe
from pscc.controls._shapes import POD, no_psp_statements, switch_shape
from pscc.controls._values import NoValues
from pscc.ir import Path


def probes(check: ir.Check) -> Iterator[Probe]:
    """True, false and unset."""
    for value, label in ((True, "true"), (False, "false"), (None, "unset")):
        yield Probe(f"sethostnameasfqdn-{label}", pod={"spec": {"setHostnameAsFQDN": value}})


CONTROL = Control(
    id="setHostnameAsFQDN",
    title="Full name as host name",
    intent="A kernel's host name has 64 characters, and a pod with a longer full name does not start.",
    values=NoValues(),
    shapes=switch_shape("setHostnameAsFQDN", Path(ir.POD, ("spec", "setHostnameAsFQDN")), (), POD),
    psp_fields=(),
    psp=no_psp_statements,
    probes=probes,
    example="deny setHostnameAsFQDN",
)
