"""Which releases the stories run on, as `versions.env` pins them."""

from __future__ import annotations

from support.paths import ROOT

NAMES = {"KUBERNETES_VERSION": "Kubernetes", "GATEKEEPER_VERSION": "Gatekeeper", "KYVERNO_VERSION": "Kyverno"}


def versions() -> str:
    """The engines and their releases, in words."""
    lines = (ROOT / "tests" / "engines" / "versions.env").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("=") for line in lines if "=" in line and not line.startswith("#"))
    return ", ".join(f"{name} {pinned[key].removeprefix('v')}" for key, name in NAMES.items()) + "."
