"""Where the checkout lies, and what may lie beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
"""Public policies and notes that a checkout does not have: tests that want them do without."""
