"""Two teams in one cluster, one of them leaving.

Each team compiles and applies a folder of its own. On Gatekeeper the templates are compiled apart, from both sources. Then
the first team's folder is deleted from the cluster.
"""

from __future__ import annotations

from typing import Any

from stories.pods import plain, privileged
from stories.story import Story


def policy(team: str, namespace: str, port: int) -> str:
    return f"policy {team} {{\n    in namespaces {namespace}\n    deny privileged\n    allow hostPorts {port}\n}}\n"


def test_one_leaves_and_the_other_still_holds(story: Story) -> None:
    spaces = {team: story.namespace(team) for team in ("web", "tls")}
    ports = {"web": 80, "tls": 443}
    sources = {team: policy(team, spaces[team], ports[team]) for team in spaces}

    def ask(when: str) -> None:
        for team, namespace in spaces.items():
            story.create(f"{when}: a privileged pod of {team}", privileged(f"{when}-privileged", namespace))
            for port in ports.values():
                pod = plain(f"{when}-{port}", namespace, {"ports": [{"containerPort": port, "hostPort": port}]})
                story.create(f"{when}: host port {port} of {team}", pod)

    options: dict[str, Any] = {}
    if story.way.target == "gatekeeper":
        story.compile("".join(sources.values()), "templates", templates="only")
        story.apply_folder("templates")
        options["templates"] = "without"
    for team, source in sources.items():
        story.apply(source, team, **options)
    ask("both")
    story.remove("web")
    ask("left")
    story.ends()
