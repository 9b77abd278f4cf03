"""A target as CONTRIBUTING says to add one, for tests: it prints a line for each check, and can be told what it declares."""

from __future__ import annotations

from pscc import ir
from pscc.base.frozen import frozen
from pscc.lowering.capabilities import Capabilities
from pscc.output.contents import Cases, OutputFile, Package
from pscc.output.options import DEFAULTS, Options

NAME = "toy"
DECLARED = Capabilities()


@frozen
class Toy:
    """The toy."""

    name: str = NAME

    def capabilities(self, options: Options) -> Capabilities:
        """What `DECLARED` is at the moment."""
        return DECLARED

    def default_text(self, policy: ir.Policy, default: ir.Default) -> list[str]:
        """The statement."""
        return [default.statement]

    def check_text(self, check: ir.Check) -> list[str]:
        """The statement."""
        return [check.statement]

    def package(self, program: ir.Program, cases: Cases, options: Options = DEFAULTS) -> Package:
        """A file for each policy, with a line for each check, and the number of its cases."""
        return Package(
            tuple(
                OutputFile(
                    f"{policy.name}.txt",
                    "".join(f"{check.statement}\n" for check in policy.checks)
                    + f"{len(cases.get(policy.name, ()))} cases\n",
                )
                for policy in program.policies
            )
        )


TARGET = Toy()
