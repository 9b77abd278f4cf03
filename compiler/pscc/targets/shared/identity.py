"""The labels and annotations that say to whom an object belongs: labels, the file of its source, and the releases.

Source: "Recommended Labels" in Kubernetes' documentation; ``commonAnnotations`` in kustomize's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from pscc import ir
from pscc.lowering.capabilities import Capabilities
from pscc.lowering.releases import compiled_for
from pscc.output.contents import OutputFile
from pscc.output.templating import Code, render, yaml_quote
from pscc.targets.shared.names import fitted


def identity(owner: ir.Policy | ir.Choice) -> dict[str, Code]:
    """For the templates of objects of ``owner``: ``part_of``, a label's value, and ``source``, the name of its file or empty."""
    name = PurePath(owner.span.file).name
    return {"part_of": yaml_quote(fitted(owner.name)), "source": yaml_quote(name) if name != "-" else Code("")}


def kustomization(folder: str, paths: Iterable[str], can: Capabilities, configuration: str = "") -> OutputFile:
    """The kustomization of ``folder`` (empty, or ending in ``/``) that applies ``paths`` below it, in order.

    ``configuration`` is the path of a file that tells kustomize of references between objects.
    """
    from pscc import __version__

    text = render(
        "shared/kustomization.yaml.j2",
        paths=[yaml_quote(path) for path in paths],
        version=yaml_quote(__version__),
        configuration=yaml_quote(configuration) if configuration else Code(""),
        releases=yaml_quote(", ".join(compiled_for(can))),
    )
    return OutputFile(f"{folder}kustomization.yaml", text)
