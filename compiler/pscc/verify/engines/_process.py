"""Runs an engine's program: within a time, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence

from pscc.base.frozen import frozen
from pscc.verify.engines._base import EngineError

_MOST_SHOWN = 600


@frozen
class Ran:
    """The output and the exit code of a program."""

    code: int
    out: str
    err: str


def run(command: Sequence[str], timeout: float, stdin: str = "") -> Ran:
    """Run ``command`` for at most ``timeout`` seconds; it is killed with all its children after that, and on Ctrl-C.

    Raises `EngineError` where it cannot be started, does not end in time, or is ended by a signal.
    """
    name = os.path.basename(command[0])
    try:
        # a session of its own, so that what it started can be killed with it
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be run: {error.strerror or error}") from None
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except BaseException as error:
        _end(process)
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        raise EngineError(
            f"{name} gave no answer within {timeout:g} s and was ended", "give it longer with --timeout SECONDS"
        ) from None
    if process.returncode < 0:
        raise EngineError(f"{name} crashed: {_signal(-process.returncode)}{shown(err)}")
    return Ran(process.returncode, out, err)


def _end(process: subprocess.Popen[str]) -> None:
    """Kill ``process`` and its children, which may still hold its pipes after it has ended."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def shown(text: str) -> str:
    """The end of what a program printed, indented under a message; nothing where it printed nothing."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > _MOST_SHOWN:
        text = "…" + text[-_MOST_SHOWN:]
    return "".join(f"\n    {line}" for line in text.splitlines())
