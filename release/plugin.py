"""The archive of the kubectl plugin, and its manifest for krew, kubectl's plugin manager.

The archive has the wheel and a script that installs it on the first call: an archive with pscc's dependencies would
be of one platform and one release of Python.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import yaml

from release.archives import DISTRIBUTION

NAME = "kubectl-pscc"
SCRIPT = Path(__file__).with_name(NAME)


def archive(wheel: Path, license_file: Path, folder: Path, epoch: int) -> Path:
    """Write the plugin's archive into ``folder``, dated ``epoch``: the same bytes for the same wheel."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, mode in ((license_file, 0o644), (SCRIPT, 0o755), (wheel, 0o644)):
            member = tarfile.TarInfo(path.name)
            member.size, member.mode, member.mtime = path.stat().st_size, mode, epoch
            with path.open("rb") as stream:
                tar.addfile(member, stream)
    target = folder / f"{NAME}.tar.gz"
    target.write_bytes(gzip.compress(held.getvalue(), mtime=epoch))
    return target


def manifest(plugin: Path, version: str, repository: str) -> str:
    """The manifest for krew's index: the archive is where ``repository``, the address of the project, has releases."""
    platform = {
        "selector": {"matchExpressions": [{"key": "os", "operator": "In", "values": ["darwin", "linux"]}]},
        "uri": f"{repository}/releases/download/v{version}/{plugin.name}",
        "sha256": hashlib.sha256(plugin.read_bytes()).hexdigest(),
        "bin": NAME,
    }
    about = {
        "version": f"v{version}",
        "homepage": repository,
        "shortDescription": "Compile pod security policies",
        "description": (
            "Compiles PodSecurityPolicies, or a small policy language, into policies for Gatekeeper, OPA, Kyverno and\n"
            "ValidatingAdmissionPolicy. Judges manifests by them, and compares two versions of a policy.\n"
        ),
        "caveats": (
            "Needs Python 3.11 or newer. The first call installs the plugin's Python packages from your package index\n"
            f"into ~/.local/share/{NAME}. `pipx install {DISTRIBUTION}` gives you the same command without krew.\n"
        ),
        "platforms": [platform],
    }
    head = {"apiVersion": "krew.googlecontainertools.github.com/v1alpha2", "kind": "Plugin"}
    return str(yaml.safe_dump({**head, "metadata": {"name": "pscc"}, "spec": about}, sort_keys=False, width=120))
