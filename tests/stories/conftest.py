"""The clusters of the stories: one for each policy engine, started when its first story begins, and the log of the run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from stories.cluster import Cluster, EngineName, cluster
from stories.log import Log
from stories.story import UNTOUCHED, Story
from stories.versions import versions
from stories.ways import WAYS, Way

WRITE = "PSCC_STORIES"
"""With ``write`` in this variable, a run that passes writes the log into the documentation."""
LOG = Log()


class Clusters:
    """The cluster that runs: one at a time, because each takes a gigabyte."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stack, self.running = folder, ExitStack(), dict[EngineName, Cluster]()

    def of(self, name: EngineName) -> Cluster:
        """The cluster with the policy engine ``name``."""
        if name not in self.running:
            self.stop()
            home = Path(tempfile.mkdtemp(prefix=name, dir=self.folder))  # no object of an earlier cluster is in it
            self.running[name] = self.stack.enter_context(cluster(home, name))
            self.running[name].server.apply(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": UNTOUCHED}},
                {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": UNTOUCHED}},
            )
        return self.running[name]

    def stop(self) -> None:
        """End the cluster that runs, if one does."""
        self.stack.close()
        self.running.clear()


@pytest.fixture(scope="session")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clusters]:
    running = Clusters(tmp_path_factory.mktemp("clusters"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session", params=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    """Each way, unless a story names its own. One after the other, so that a cluster is started once."""
    return WAYS[request.param]


@pytest.fixture
def story(request: pytest.FixtureRequest, clusters: Clusters, way: Way, tmp_path: Path) -> Iterator[Story]:
    module = request.node.path.stem.removeprefix("test_")
    telling = Story(clusters.of(way.engine), way, tmp_path, LOG, module, str(request.module.__doc__))
    yield telling
    try:
        telling.clear()
    except BaseException:
        clusters.stop()  # the next story begins with a cluster of its own
        raise


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--way", choices=list(WAYS), help="run the stories in this way alone")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each story is a grid, so that ``--part`` takes a quarter of its ways. ``--way`` takes one."""
    asked = config.getoption("--way", default=None)
    left = []
    for item in items:
        if isinstance(item, pytest.Function) and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.grid)
            if asked is not None and item.callspec.params["way"] != asked:
                left.append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if os.environ.get(WRITE) == "write" and exitstatus == 0:
        LOG.write(versions())
