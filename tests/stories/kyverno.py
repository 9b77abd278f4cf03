"""Kyverno's admission controller as a webhook of an API server on the loopback, installed by its own manifest."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from stories.engine import PATIENCE, Engine, install, is_true
from support.api_server import ApiServer, Json, until
from support.engines import engine
from support.processes import Process, free_port

KYVERNO = "system:serviceaccount:kyverno:kyverno-admission-controller"
ENVIRONMENT = {
    "KYVERNO_NAMESPACE": "kyverno",
    "KYVERNO_SERVICEACCOUNT_NAME": "kyverno-admission-controller",
    "KYVERNO_ROLE_NAME": "kyverno:admission-controller",
    "KYVERNO_DEPLOYMENT": "kyverno-admission-controller",
    "KYVERNO_POD_NAME": "kyverno-admission-controller-0",
    "KYVERNO_SVC": "kyverno-svc",
    "INIT_CONFIG": "kyverno",
    "METRICS_CONFIG": "kyverno-metrics",
}
CONFIGURED: Json = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "kyverno-policy-validating-webhook-cfg"},
}
"""What Kyverno writes into the cluster when it is ready for policies."""


class Kyverno(Engine):
    """Kyverno. It writes its webhook configurations itself, by what the policies say."""

    namespace = "kyverno"

    def __init__(self, server: ApiServer, process: Process, port: int) -> None:
        self.server, self.process, self.port = server, process, port

    def start_again(self) -> None:
        """See `Engine`."""
        self.process.start()
        until(lambda: self.process.lives() and self.server.get(CONFIGURED).ok and self._answers(), PATIENCE)

    def in_force(self, document: Json) -> bool:
        """See `Engine`."""
        if document["apiVersion"].startswith("policies.kyverno.io/"):
            return bool(((document.get("status") or {}).get("conditionStatus") or {}).get("ready"))
        return is_true(document, "Ready") if document["apiVersion"].startswith("kyverno.io/") else True

    def _answers(self) -> bool:
        try:
            context = ssl._create_unverified_context()
            url = f"https://127.0.0.1:{self.port}/health/readiness"
            with urllib.request.urlopen(url, timeout=5, context=context) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def kyverno(folder: Path, server: ApiServer, config: Path) -> Iterator[Engine]:
    """Kyverno, under its own service account, while the block lasts."""
    binary = engine("kyverno-admission")
    install(server, yaml.load_all(Path(f"{binary}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader))
    port = free_port()
    secret = "kyverno-svc.kyverno.svc.kyverno-tls"
    accounts = {name: f"system:serviceaccount:kyverno:kyverno-{name}-controller" for name in ("background", "reports")}
    command = [
        binary, "--kubeconfig", config, "--serverIP", f"127.0.0.1:{port}", "--webhookServerHost", "127.0.0.1",
        "--webhookServerPort", str(port), f"--caSecretName={secret}-ca", f"--tlsSecretName={secret}-pair",
        *(f"--{name}ServiceAccountName={account}" for name, account in accounts.items()),
        "--disableMetrics=true", "--controllerRuntimeMetricsAddress=0", "--omitEvents=PolicyApplied,PolicySkipped",
        "--enablePolicyException=false", "--generateValidatingAdmissionPolicy=true", "--crdWatcher=false",
        "--admissionReports=true", "--maxAdmissionReports=1000", "--loggingFormat=text", "--v=2",
    ]  # fmt: skip
    running = Kyverno(server, Process(folder / "kyverno.log", command, ENVIRONMENT), port)
    try:
        running.start_again()
        yield running
    finally:
        running.process.kill()
