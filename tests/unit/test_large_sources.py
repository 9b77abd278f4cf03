"""Sources that are long in one direction: they are read in time that grows with them, or refused with a clear error."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pscc import ir
from pscc.base.source import SourceFile
from pscc.cli import main
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.meaning.inheritance import MOST_PARENTS
from pscc.meaning.lint import _covers, _may_be_covered


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def ports(count: int) -> str:
    return f"policy a {{\n    allow hostPorts {', '.join(str(2 * n + 1) for n in range(count))}\n}}\n"


def chain(length: int) -> str:
    parents = (f"policy p{n} extends p{n - 1} {{\n    deny hostIPC\n}}\n" for n in range(1, length + 1))
    return "policy p0 {\n    deny hostPID\n}\n" + "".join(parents)


def seconds(source: Path) -> float:
    started = time.process_time()
    assert run("check", str(source)).exit_code == 0
    return time.process_time() - started


def test_values_of_one_statement(tmp_path: Path) -> None:
    few, many = tmp_path / "few.psp", tmp_path / "many.psp"
    few.write_text(ports(500), encoding="utf-8")
    many.write_text(ports(4000), encoding="utf-8")
    seconds(few)
    assert seconds(many) < 20 * max(seconds(few), 0.05)


def test_what_is_left_out_is_covered_by_nothing() -> None:
    rng = random.Random(7)
    values: list[ir.ParamValue]
    for _ in range(300):
        if rng.random() < 0.5:
            ends = [sorted((rng.randint(0, 9), rng.randint(0, 9))) for _ in range(8)]
            values = [(ir.Range(low, high),) for low, high in ends]
        else:
            values = [("".join(rng.choices("ab", k=rng.randint(1, 3))) + rng.choice(("", "*")),) for _ in range(8)]
        covered = {
            at
            for at in range(8)
            for other in range(8)
            if other != at and _covers(values[other], values[at]) and not (values[other] == values[at] and other > at)
        }
        assert covered <= _may_be_covered(values), values


def test_a_chain_of_policies_has_an_end() -> None:
    analyse(SourceFile("p.psp", chain(MOST_PARENTS)))
    with pytest.raises(SourceError) as failed:
        analyse(SourceFile("p.psp", chain(2000)))
    (error,) = failed.value.diagnostics
    assert (error.code, error.message) == ("LNG090", "p51 extends others over more than 50 steps")


def test_a_circle_is_no_chain() -> None:
    text = "".join(f"policy p{n} extends p{(n + 1) % 60} {{\n    deny hostIPC\n}}\n" for n in range(60))
    with pytest.raises(SourceError) as failed:
        analyse(SourceFile("p.psp", text))
    assert "LNG035" in {error.code for error in failed.value.diagnostics}


def test_a_link_to_itself_is_an_error(tmp_path: Path) -> None:
    loop = tmp_path / "loop.psp"
    os.symlink(loop, loop)
    for arguments in (["check", str(loop)], ["compile", str(loop), "-o", str(tmp_path / "o")], ["show", str(loop)]):
        done = run(*arguments)
        assert done.exit_code == 2 and "cannot be read" in done.stderr, done.stderr


def test_a_folder_shows_no_file_from_outside(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "policies"
    secret.write_text("hunter2\n", encoding="utf-8")
    folder.mkdir()
    os.symlink(secret, folder / "a.psp")
    for arguments in (["check", str(folder)], ["eval", str(folder), "-f", str(folder)], ["fmt", str(folder)]):
        done = run(*arguments)
        assert done.exit_code == 2 and "links to a file outside of" in done.stderr
        assert "hunter2" not in done.stdout + done.stderr
    (folder / "a.psp").unlink()
    (folder / "b.psp").write_text("policy b {\n    deny hostPID\n}\n", encoding="utf-8")
    os.symlink(folder / "b.psp", folder / "c.psp")
    assert "LNG017" in run("check", str(folder)).stdout
