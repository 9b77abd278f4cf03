"""PyYAML's safe loader and dumper: the fast ones in C, or those in Python where PyYAML is built without C, as in a browser."""

from __future__ import annotations

from typing import Any


def safe_loader() -> Any:
    """The class that loads plain values."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def safe_dumper() -> Any:
    """The class that dumps plain values."""
    import yaml

    return getattr(yaml, "CSafeDumper", yaml.SafeDumper)
