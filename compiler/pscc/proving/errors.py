"""Why a proof is refused: something in the output or the source that the proof does not understand."""

from __future__ import annotations


class NotUnderstoodError(Exception):
    """The output or the source has something that the proof has no meaning for. The message names it."""


class NoBoundError(Exception):
    """No number of elements is known that is enough for a list. The message names the list, and why."""
