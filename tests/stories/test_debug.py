"""`kubectl debug` adds an ephemeral container to a running pod.

One pod passes the policy, the other was there before it and does not.
"""

from __future__ import annotations

from collections.abc import Callable

from stories.pods import PRIVILEGED, plain, privileged
from stories.story import Story
from support.api_server import Json

POLICY = """policy shop {
    deny privileged
}
"""


def debugger(name: str, container: Json | None = None) -> Callable[[Json], None]:
    def edit(pod: Json) -> None:
        added = {"name": name, "image": "tools:1", "targetContainerName": "main", **(container or {})}
        pod["spec"].setdefault("ephemeralContainers", []).append(added)

    return edit


def test_the_added_container_is_judged(story: Story) -> None:
    shop = story.namespace("shop")
    legacy, good = privileged("legacy", shop), plain("good", shop)
    story.create("a privileged pod, before the policies", legacy)
    story.apply(POLICY)
    story.create("a plain pod", good)
    story.kubectl("`kubectl debug --profile restricted` into the plain pod", *debug(shop, "restricted"), works=True)
    story.kubectl("`kubectl debug --profile sysadmin` into the plain pod", *debug(shop, "sysadmin"), works=False)
    for name, pod in (("the plain", good), ("the privileged", legacy)):
        story.update(f"a plain container into {name} pod", pod, debugger("plain"), "ephemeralcontainers")
        story.update(
            f"a privileged container into {name} pod", pod, debugger("strong", PRIVILEGED), "ephemeralcontainers"
        )
    added = {name: containers(pod) for name, pod in story.stored(shop).items()}
    assert set(added) == {"legacy", "good"} and not any(
        is_privileged(one) for one in [*added["good"], *added["legacy"]]
    )
    story.ends()


def debug(namespace: str, profile: str) -> tuple[str, ...]:
    """The arguments of `kubectl debug`, which does not wait for the container."""
    container = f"debug-{profile}"
    return ("debug", "-n", namespace, "good", "--image", "tools:1", "--profile", profile, "-c", container, "--", "sh")


def containers(pod: Json) -> list[Json]:
    return list(pod["spec"].get("ephemeralContainers") or ())


def is_privileged(container: Json) -> bool:
    return bool((container.get("securityContext") or {}).get("privileged"))
