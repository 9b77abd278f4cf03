"""Builds the playground, a folder of static files: the page, Pyodide, and one archive with pscc and what it needs.

    python playground/build.py site/playground

`npm ci` has put Pyodide into node_modules. pip brings the Python packages, whose hashes are in requirements.txt.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYODIDE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PLATFORM = ("--platform=manylinux2014_x86_64", "--implementation=cp", "--python-version=3.13")
"""The platform of the hashes, with Pyodide's Python. What is compiled for it is left out."""
LEFT_OUT = (".so", ".pyc")
EXAMPLES = (
    ("A policy for every team", "team.psp", "seed/pod-host-port.yaml", ""),
    ("Three tiers, by who asks", "platform/tiers.psp", "policies/log-agent-daemonset.yaml", ""),
    ("Log agent: one workload may read the node", "policies/log-agent.psp", "policies/log-agent-daemonset.yaml", ""),
    ("A dump of a cluster: PSPs with RBAC", "cluster/dump.yaml", "cluster/pods.yaml", ""),
    ("One PodSecurityPolicy", "restricted.yaml", "cluster/pods.yaml", ""),
    ("Two versions: from privileged to restricted", "restricted.yaml", "cluster/pods.yaml", "privileged.yaml"),
)
"""(title, policy, pods, older version), files of examples/."""


def main(out: Path) -> None:
    """Build the playground into ``out``. What was there is removed."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(HERE / "page", out)
    for name in PYODIDE:
        shutil.copy(HERE / "node_modules" / "pyodide" / name, out / name)
    with TemporaryDirectory() as folder:
        _install(Path(folder))
        _pack(Path(folder), out / "packages.zip")
    (out / "examples.json").write_text(json.dumps([_example(*example) for example in EXAMPLES], indent=1) + "\n")
    _name_files(out)
    size = sum(file.stat().st_size for file in out.iterdir())
    print(f"wrote the playground to {out}: {size / 2**20:.1f} MiB")


def _install(folder: Path) -> None:
    """Put pscc, the packages that it needs and answers.py into ``folder``."""
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    target = (f"--target={folder}", "--no-deps", "--no-compile")
    wheels = folder / "wheels"
    subprocess.run([*pip, "wheel", "--no-deps", f"--wheel-dir={wheels}", str(ROOT)], check=True)
    for wheel in wheels.iterdir():
        subprocess.run([*pip, "install", *target, str(wheel)], check=True)
    shutil.rmtree(wheels)
    hashed = ("--only-binary=:all:", "--require-hashes", f"--requirement={HERE / 'requirements.txt'}")
    subprocess.run([*pip, "install", *target, *PLATFORM, *hashed], check=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    shutil.copy(HERE / "answers.py", folder)


def _pack(folder: Path, archive: Path) -> None:
    """Write the files of ``folder`` to ``archive``: the same bytes for the same files."""
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix not in LEFT_OUT:
                name = ZipInfo(file.relative_to(folder).as_posix())
                name.compress_type = ZIP_DEFLATED
                packed.writestr(name, file.read_bytes())


def _example(title: str, policy: str, pods: str, older: str) -> dict[str, object]:
    """The title of an example, and the texts that it puts into the page."""

    def text(name: str) -> str:
        return (ROOT / "examples" / name).read_text() if name else ""

    return {"title": title, "policy": text(policy), "pods": text(pods), "older": text(older)}


def _name_files(out: Path) -> None:
    """Write the names of all files, and a version of all their bytes, into the service worker that keeps them."""
    files = sorted(file for file in out.iterdir() if file.name != "service-worker.js")
    version = sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:16]
    names = [file.name for file in files]
    worker = out / "service-worker.js"
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(names)};\n"
    worker.write_text(head + worker.read_text())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
