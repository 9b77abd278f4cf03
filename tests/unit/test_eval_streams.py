"""`pscc eval` of many pods: in bounded memory, in several processes, and with the errors of the whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pscc import api
from support.commands import GOOD, run
from support.paths import ROOT

CLUSTER = str(ROOT / "examples" / "cluster" / "dump.yaml")


def pod(number: int, port: int = 10000) -> str:
    return (
        f"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web-{number}\n  namespace: team-{number % 7}\nspec:\n"
        f"  containers:\n  - name: main\n    image: web:{number}\n    ports:\n    - hostPort: {port}\n      containerPort: 80\n"
    )


def pods(path: Path, count: int) -> str:
    path.write_text("".join(pod(n, 9999 + n % 3) for n in range(count)), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("form", ["text", "json", "junit", "github"])
def test_several_processes_say_the_same(form: str, tmp_path: Path) -> None:
    many = pods(tmp_path / "pods.yaml", 1500)
    alone, together = (run("eval", CLUSTER, "-f", many, "--format", form, "--jobs", jobs) for jobs in ("1", "2"))
    assert (alone.exit_code, alone.stdout, alone.stderr) == (together.exit_code, together.stdout, together.stderr)
    assert alone.stdout.count("web-1499") >= 1


def test_an_error_behind_many_pods_leaves_nothing_judged(tmp_path: Path) -> None:
    path = tmp_path / "pods.yaml"
    pods(path, 2000)
    lines = path.read_text(encoding="utf-8").count("\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("---\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [\n")
    for jobs in ("1", "2"):
        done = run("eval", GOOD, "-f", str(path), "--jobs", jobs)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "YML001" in done.stderr and f"{path}:{lines + 5}:1" in done.stderr


def test_what_a_part_cannot_say_by_itself_is_counted_once(tmp_path: Path) -> None:
    """An anchor in the last item of a long list sends the reader back to the beginning."""
    path = tmp_path / "pods.yaml"
    items = "".join(pod(n).removeprefix("---\n").replace("\n", "\n  ").rstrip().join(("- ", "\n")) for n in range(1200))
    path.write_text(f"apiVersion: v1\nitems:\n{items}- &a {{kind: Secret, metadata: {{name: s}}}}\nkind: List\n")
    done = run("eval", GOOD, "-f", str(path))
    assert "of 1200 pods denied" in done.stderr
    assert "1 object has no pod to judge: Secret s" in done.stderr


def test_labels_of_a_namespace_behind_its_pods_count(tmp_path: Path) -> None:
    policy, manifests = tmp_path / "p.psp", tmp_path / "pods.yaml"
    policy.write_text("policy p {\n    in namespaces tier=web\n    deny hostIPC\n}\n", encoding="utf-8")
    named = "---\nkind: Namespace\nmetadata: {name: team-0, labels: {tier: web}}\n"
    manifests.write_text(pod(0) + named, encoding="utf-8")
    done = run("eval", str(policy), "-f", str(manifests), "--format", "json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["policy"] == "p"


def test_stdin_is_read_as_a_file_is(tmp_path: Path) -> None:
    text = "".join(pod(n) for n in range(3))
    done = run("eval", GOOD, "-f", "-", stdin=text.encode("utf-16"))
    assert done.stderr.endswith("of 3 pods denied\n")
    broken = run("eval", GOOD, "-f", "-", stdin=b"kind: Pod\xff\n")
    assert (broken.exit_code, broken.stdout) == (1, "") and "YML007" in broken.stderr


@pytest.mark.parametrize("arguments", [(GOOD, "-f", "/dev/zero"), ("/dev/zero", "-f", GOOD)])
def test_a_device_without_end_is_refused(arguments: tuple[str, ...]) -> None:
    done = run("eval", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "Error: '/dev/zero' cannot be read: it is larger than 64 MiB\n"


def test_the_api_refuses_a_device_without_end() -> None:
    with pytest.raises(ValueError, match="larger than 64 MiB"):
        api.load("/dev/zero")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["yaml", "json"])
def test_memory_does_not_grow_with_the_pods(form: str, tmp_path: Path) -> None:
    most = []
    for count in (2000, 16000):
        path = tmp_path / f"{count}.{form}"
        if form == "yaml":
            pods(path, count)
        else:
            one = {"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "m", "image": "a:1"}]}}
            path.write_text(json.dumps({"apiVersion": "v1", "items": [one] * count, "kind": "List"}), encoding="utf-8")
        program = (
            "import resource, runpy, sys; sys.argv = ['pscc', *sys.argv[1:]]\n"
            "try: runpy.run_module('pscc', run_name='__main__')\n"
            "finally: sys.stderr.write(f'\\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}')"
        )
        arguments = [sys.executable, "-c", program, "eval", GOOD, "-f", str(path)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        most.append(int(done.stderr.splitlines()[-1]))
    assert most[1] < most[0] + 8 * 1024, most
