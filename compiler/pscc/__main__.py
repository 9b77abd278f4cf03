"""``python -m pscc``."""

from pscc.cli import main

main(prog_name="pscc")
