"""Pods drawn around a policy's own boundaries, by seed: what ``pscc verify`` and the conformance tests ask engines about.

Pure and deterministic: the same policy, seed and count give the same pods.
"""

from pscc.cases.draw import draw_pods
from pscc.cases.stored import stored

__all__ = ["draw_pods", "stored"]
