"""``python -m pscc``, and the scripts ``pscc`` and ``kubectl-pscc``."""

import atexit
import gc

_OBJECTS = 50_000
"""How many new objects start a garbage collection. The default is 700: a compile makes thousands and drops few of them."""


def run(name: str = "pscc") -> None:
    """Run the command line as a process of its own. Help and messages of usage call it ``name``."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)  # what is left then goes with the process, unsearched
    from pscc.cli import main

    main(prog_name=name)


def run_as_plugin() -> None:
    """Run the command line as kubectl's plugin: kubectl finds the program ``kubectl-pscc`` and calls it ``kubectl pscc``."""
    run("kubectl pscc")


if __name__ == "__main__":
    run()
