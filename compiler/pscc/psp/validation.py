"""Finds everything that Kubernetes refuses in a PodSecurityPolicy whose fields have the right types.

Source: ``pkg/apis/policy/validation/validation.go`` of Kubernetes 1.24, and what it calls in ``pkg/apis/core/validation``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pscc.base.source import Span
from pscc.diagnostics import Diagnostic, Replacement, Report
from pscc.diagnostics.spelling import did_you_mean, respelled
from pscc.psp.schema import REQUIRED, RULES
from pscc.psp.yaml_tree import Node

VOLUME_TYPES = [
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephFS",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
    "*",
]
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SYSCTL = re.compile(r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?\.)*([a-z0-9][-_a-z0-9]*)?[a-z0-9*]")
QUALIFIED_PART = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
CLASS_NAME = "use lower case letters, digits, `-` and `.`"
SECCOMP = "seccomp.security.alpha.kubernetes.io/"
APPARMOR = "apparmor.security.beta.kubernetes.io/"


class Validation:
    """The checks of one spec, whose key is ``at``. Errors go to ``report``.

    ``spec`` is ``source``, the spec of the file, with its misspelled fields named rightly, so that one slip is one error.
    """

    def __init__(
        self, source: Node, spec: Node, at: Span, annotations: tuple[tuple[str, Node], ...], report: Report
    ) -> None:
        self.written = source
        self.spec = spec
        self.at = at
        self.annotations = annotations
        self.report = report

    def run(self) -> None:
        """Run all checks, in the order of Kubernetes."""
        for field in RULES:
            self.strategy(field)
        for node in self.items("volumes"):
            self.one_of(node, VOLUME_TYPES, "a volume type")
        self.capabilities()
        self.escalation()
        for node in self.items("allowedProcMountTypes"):
            self.one_of(node, ("Default", "Unmasked"), "a proc mount type")
        self.host_paths()
        for node in self.items("allowedFlexVolumes"):
            if not self.text(node, "driver"):
                self.invalid(node.span, "a FlexVolume driver needs a name", "give `driver`")
        for node in self.items("allowedCSIDrivers"):
            name = self.text(node, "name")
            if len(name) > 63 or not is_subdomain(name.lower()):
                shown = f"`{name}` is not the name of a CSI driver" if name else "a CSI driver needs a name"
                self.invalid(node.span, shown, "a name has letters, digits, `-` and `.`, at most 63: `csi.example.com`")
        self.sysctls()
        self.runtime_class()
        self.profiles()
        self.host_ports()

    def items(self, field: str) -> tuple[Node, ...]:
        """The elements of the list ``field`` of the spec."""
        node = self.spec.get(field)
        return node.items if node else ()

    @staticmethod
    def text(node: Node, key: str) -> str:
        """The string ``key`` of a map; empty where it is missing."""
        value = node.get(key)
        return str(value.value) if value else ""

    def invalid(
        self, span: Span, message: str, help: str = "", code: str = "PSP006", fixes: tuple[Replacement, ...] = ()
    ) -> None:
        """Report an error at ``span``."""
        help = f"did you mean `{fixes[0].text}`?" if fixes else help
        self.report.add(Diagnostic(code, message, span, help=help, fixes=fixes))

    def warn(self, code: str, span: Span, message: str, help: str = "") -> None:
        """Report a warning at ``span``."""
        self.report.add(Diagnostic(code, message, span, severity="warning", help=help))

    def one_of(self, node: Node, known: Iterable[str], noun: str) -> None:
        """Report ``node`` unless its value is one of ``known``."""
        text = str(node.value)
        if text not in known:
            fixes = respelled(node.span, text, did_you_mean(text, known), known)
            self.invalid(node.span, f"`{text}` is not {noun}", f"known: {', '.join(known)}", fixes=fixes)

    def strategy(self, field: str) -> None:
        """Check the rule and the ranges of a strategy."""
        node = self.spec.get(field)
        known = RULES[field]
        if field in REQUIRED and self.written.get(field) is None:
            self.missing(field, known)
        if node is None:
            return
        rule = node.get("rule")
        if rule is None:
            help = f"add `rule:` with one of {', '.join(known)}"
            self.report.add(Diagnostic("PSP004", f"`spec.{field}` has no rule", node.span, help=help))
        elif str(rule.value) not in known:
            aliases = {"MustRunAsRange": "MustRunAs"}
            suggestion = aliases.get(str(rule.value)) or did_you_mean(str(rule.value), known)
            fixes = respelled(rule.span, str(rule.value), suggestion if suggestion in known else None, known)
            message = f"`{rule.value}` is not a rule of {field}"
            self.invalid(rule.span, message, f"known: {', '.join(known)}", "PSP004", fixes)
        self.ranges(field, node, str(rule.value) if rule else "")

    def missing(self, field: str, known: tuple[str, ...]) -> None:
        """Report that the strategy ``field``, which Kubernetes requires, is missing or misspelled."""
        message = f"`spec.{field}` is missing: Kubernetes asks for its rule"
        help = f"add `{field}: {{rule: RunAsAny}}`, or one of {', '.join(known)}"
        notes: tuple[tuple[Span | None, str], ...] = ()
        for entry in self.spec.entries:
            if entry.key == field and entry.node.kind != "null":
                notes, help = ((entry.key_span, "this one is probably meant"),), "mend its name"
        self.report.add(Diagnostic("PSP004", message, self.at, notes=notes, help=help))

    def ranges(self, field: str, node: Node, rule: str) -> None:
        """The ranges of a strategy, and what it means if it has none."""
        listed = node.get("ranges")
        items = listed.items if listed else ()
        for item in items:
            low, high = item.integer("min"), item.integer("max")
            if low < 0 or high < 0 or low > high:
                reason = "ends before it begins" if low > high else "is below 0"
                self.invalid(item.span, f"the range {low}-{high} {reason}", "a range needs 0 <= min <= max", "PSP005")
        if field == "seLinux":
            if rule == "MustRunAs" and node.get("seLinuxOptions") is None:
                message = "seLinux MustRunAs without seLinuxOptions: the policy admits no pod"
                self.warn("PSP021", node.span, message, "add `seLinuxOptions`, or use RunAsAny")
        elif field == "runAsGroup" and rule == "RunAsAny" and items:
            self.invalid(
                node.span, "runAsGroup RunAsAny must not have ranges", "leave the ranges out, or use MustRunAs"
            )
        elif rule in ("MustRunAs", "MayRunAs") and not items:
            if field == "runAsGroup":
                self.invalid(node.span, f"runAsGroup {rule} needs at least one range", "add `ranges`")
            else:
                self.warn(
                    "PSP021", node.span, f"{field} {rule} without ranges: the policy admits no pod", "add `ranges`"
                )

    def capabilities(self) -> None:
        """Required drops against what may be added."""
        drops = {str(node.value): node for node in self.items("requiredDropCapabilities")}
        for field in ("defaultAddCapabilities", "allowedCapabilities"):
            for node in self.items(field):
                if str(node.value) in drops:
                    self.contradiction(
                        node, drops[str(node.value)], f"`{node.value}` is in {field} and in requiredDropCapabilities"
                    )
                elif node.value == "*" and drops and field == "allowedCapabilities":
                    other = next(iter(drops.values()))
                    self.contradiction(
                        node, other, "requiredDropCapabilities must be empty where allowedCapabilities has `*`"
                    )

    def contradiction(self, node: Node, other: Node, message: str) -> None:
        """Two nodes that cannot stand together."""
        notes: tuple[tuple[Span | None, str], ...] = ((other.span, "the other is here"),)
        self.report.add(Diagnostic("PSP007", message, node.span, notes=notes, help="keep one of the two"))

    def escalation(self) -> None:
        """``defaultAllowPrivilegeEscalation: true`` beside ``allowPrivilegeEscalation: false``."""
        allow, default = self.spec.get("allowPrivilegeEscalation"), self.spec.get("defaultAllowPrivilegeEscalation")
        if allow is not None and default is not None and default.value is True and allow.value is False:
            self.contradiction(default, allow, "escalation is the default, and is not allowed")

    def host_paths(self) -> None:
        """Each prefix is there, and has no ``..``."""
        for node in self.items("allowedHostPaths"):
            prefix = self.text(node, "pathPrefix")
            if not prefix:
                self.invalid(node.span, "an allowed host path needs a pathPrefix", "add `pathPrefix`")
            elif ".." in prefix.split("/"):
                self.invalid(node.span, f"`{prefix}` has `..` in it", "write the path as it is meant")

    def sysctls(self) -> None:
        """Patterns that are well-formed, not beside ``*``, and not both allowed and forbidden."""
        lists = {field: self.items(field) for field in ("allowedUnsafeSysctls", "forbiddenSysctls")}
        for field, nodes in lists.items():
            for node in nodes:
                text = str(node.value)
                if len(text) > 253 or not SYSCTL.fullmatch(text):
                    self.invalid(node.span, f"`{text}` is not the name of a sysctl", "write a name, or `net.core.*`")
                elif text[0] == "*" and len(nodes) > 1:
                    message = f"`*` stands for every sysctl: {field} must list nothing else"
                    self.invalid(node.span, message, "leave the others out")
        for allowed in lists["allowedUnsafeSysctls"]:
            for forbidden in lists["forbiddenSysctls"]:
                if _overlap(str(allowed.value), str(forbidden.value)):
                    self.contradiction(
                        allowed, forbidden, f"`{allowed.value}` is allowed, `{forbidden.value}` is forbidden"
                    )

    def runtime_class(self) -> None:
        """Class names, no duplicates, the default among the allowed."""
        strategy = self.spec.get("runtimeClass")
        listed = strategy.get("allowedRuntimeClassNames") if strategy else None
        nodes = listed.items if listed else ()
        names = [str(node.value) for node in nodes]
        for index, node in enumerate(nodes):
            if names[index] != "*" and not is_subdomain(names[index]):
                self.invalid(node.span, f"`{names[index]}` is not the name of a RuntimeClass", CLASS_NAME)
            if names[index] in names[:index]:
                self.invalid(node.span, f"`{names[index]}` is listed twice", "keep one")
        if "*" in names and len(names) > 1 and listed:
            self.invalid(listed.span, "`*` stands for every class: nothing else may be listed", "leave the others out")
        default = strategy.get("defaultRuntimeClassName") if strategy else None
        if default is not None:
            if not is_subdomain(str(default.value)):
                self.invalid(default.span, f"`{default.value}` is not the name of a RuntimeClass", CLASS_NAME)
            if str(default.value) not in names and "*" not in names:
                self.invalid(
                    default.span, f"the default `{default.value}` is not allowed", "add it to allowedRuntimeClassNames"
                )

    def profiles(self) -> None:
        """Check the seccomp and AppArmor annotations."""
        annotations = dict(self.annotations)
        for prefix, old_name in ((SECCOMP, True), (APPARMOR, False)):
            allowed, default = (
                annotations.get(prefix + "allowedProfileNames"),
                annotations.get(prefix + "defaultProfileName"),
            )
            names = str(allowed.value).split(",") if allowed and allowed.value else []
            for node, profiles in (
                (allowed, names),
                (default, [str(default.value)] if default and default.value else []),
            ):
                for name in profiles:
                    if node and not _profile(name, old_name, wildcard=old_name and node is allowed):
                        shown = f"`{name}` is not a profile" if name else "an empty profile: there is a comma too many"
                        self.invalid(node.span, shown, "known: runtime/default, unconfined, localhost/NAME")
            if old_name and default and default.value and not names:
                message = "a default seccomp profile without allowed ones: the policy admits no pod"
                self.warn("PSP021", default.span, message, f"add the annotation {prefix}allowedProfileNames")
            if not old_name and allowed is not None and not names:
                message = "an empty list of AppArmor profiles: the policy admits no pod"
                self.warn("PSP021", allowed.span, message, "list profiles, or leave the annotation out")

    def host_ports(self) -> None:
        """Ranges that no port is in."""
        for node in self.items("hostPorts"):
            low, high = node.integer("min"), node.integer("max")
            if low > high or high < 1 or low > 65535:
                self.warn(
                    "PSP022",
                    node.span,
                    f"no port is in the range {low}-{high}",
                    "a range needs 1 <= min <= max <= 65535",
                )


def is_subdomain(text: str) -> bool:
    """Whether ``text`` is a DNS-1123 subdomain."""
    return len(text) <= 253 and SUBDOMAIN.fullmatch(text) is not None


def is_qualified(key: str) -> bool:
    """Whether ``key`` can be the key of a label: ``[subdomain/]name``."""
    prefix, slash, name = key.rpartition("/")
    return (not slash or is_subdomain(prefix)) and is_label_part(name)


def is_label_part(text: str) -> bool:
    """Whether ``text`` can be a label's value (unless empty), or the name in its key."""
    return len(text) <= 63 and QUALIFIED_PART.fullmatch(text) is not None


def _overlap(left: str, right: str) -> bool:
    first, second = left.removesuffix("*"), right.removesuffix("*")
    if left.endswith("*") and right.endswith("*"):
        return first.startswith(second) or second.startswith(first)
    if left.endswith("*"):
        return right.startswith(first)
    return left.startswith(second) if right.endswith("*") else left == right


def _profile(name: str, seccomp: bool, wildcard: bool) -> bool:
    if (
        name in ("runtime/default", "unconfined")
        or (seccomp and name == "docker/default")
        or (wildcard and name == "*")
    ):
        return True
    if not name.startswith("localhost/"):
        return not seccomp and name == ""
    path = name.removeprefix("localhost/")
    return not seccomp or (not path.startswith("/") and ".." not in path.split("/"))
