"""Names that YAML 1.1 reads as a boolean or a number: each is an error where it stands, and quoting it mends it."""

from __future__ import annotations

import pytest

from pscc.base.source import SourceFile
from pscc.diagnostics import SourceError
from pscc.driver import analyse
from pscc.fixing import correct

SET = """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: "psp"
  labels: {team: "label"}
  annotations: {note: "annotation"}
spec:
  runAsUser: {rule: RunAsAny}
  fsGroup: {rule: RunAsAny}
  supplementalGroups: {rule: RunAsAny}
  seLinux: {rule: RunAsAny}
  runtimeClass:
    defaultRuntimeClassName: "class"
    allowedRuntimeClassNames: ["class", "other"]
  allowedFlexVolumes: [{driver: "driver"}]
  allowedCSIDrivers: [{name: "csi"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: "role", namespace: "place"}
rules:
- {apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use], resourceNames: ["psp"]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole, labels: {sums: "up"}}
aggregationRule:
  clusterRoleSelectors: [{matchLabels: {sums: "up"}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "binding", namespace: "place"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "role"}
subjects:
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: "user"}
- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: "group"}
- {kind: ServiceAccount, name: "account", namespace: "accounts"}
"""
QUOTED = sorted({word for word in SET.split('"')[1::2]})


@pytest.mark.parametrize("bare", ["n", "yes", "off", "true", "007", "1e3"])
@pytest.mark.parametrize("name", QUOTED)
def test_a_bare_name_is_told_where_it_stands_and_mended(name: str, bare: str) -> None:
    analyse(SourceFile("set.yaml", SET))
    text = SET.replace(f'"{name}"', bare)
    with pytest.raises(SourceError) as error:
        analyse(SourceFile("set.yaml", text))
    lines = text.splitlines()
    told = [d for d in error.value.diagnostics if d.severity == "error"]
    assert len(told) == SET.count(f'"{name}"')
    for d in told:
        assert d.span is not None and d.code in ("YML008", "PSP003")
        assert lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1] == bare
        assert d.help == f'quote it: `"{bare}"`'
    (mended,), _ = correct(SourceFile("set.yaml", text))
    assert mended.text == SET.replace(f'"{name}"', f'"{bare}"')
