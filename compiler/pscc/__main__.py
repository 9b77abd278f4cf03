"""``python -m pscc``, and the script ``pscc``."""

import atexit
import gc

_OBJECTS = 50_000
"""How many new objects start a garbage collection. The default is 700: a compile makes thousands and drops few of them."""


def run() -> None:
    """The command line, as a process of its own."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # what is left then goes with the process, unsearched
    from pscc.cli import main

    main(prog_name="pscc")


if __name__ == "__main__":
    run()
