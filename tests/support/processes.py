"""Programs that run beside a test: started with a log, stopped, and killed by their number when the block ends."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

NOTHING: Mapping[str, str] = {}


class Process:
    """A program that runs, with its log at ``log``. It can be started again after its end."""

    def __init__(self, log: Path, command: Sequence[str | Path], environment: Mapping[str, str] = NOTHING) -> None:
        self.log, self.command, self.environment = log, command, {**os.environ, **environment}
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program, which does not run."""
        assert self.running is None
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=self.environment, preexec_fn=_end_with_parent
            )

    def lives(self) -> bool:
        """True. Fails with the end of the log where the program has ended by itself."""
        assert self.running is not None and self.running.poll() is None, self.end_of_log()
        return True

    def end_of_log(self) -> str:
        """The last words of the program."""
        return f"{self.command[0]}: {self.log.read_text(errors='replace')[-3000:]}"

    def suspend(self) -> None:
        """Keep the program from running on: it has its port, and answers nobody."""
        assert self.running is not None
        self.running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended program run on."""
        assert self.running is not None
        self.running.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the program at once, if it runs."""
        if self.running is not None:
            self.running.kill()
            self.running.wait()
            self.running = None


def _end_with_parent() -> None:
    """Ask Linux to kill the program when the test's process ends in whatever way. Source: prctl(2), PR_SET_PDEATHSIG."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def started(log: Path, command: Sequence[str | Path], environment: Mapping[str, str] = NOTHING) -> Iterator[Process]:
    """A program that runs while the block does."""
    process = Process(log, command, environment)
    process.start()
    try:
        yield process
    finally:
        process.kill()


def free_port() -> int:
    """A port of the loopback that nobody listens to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
