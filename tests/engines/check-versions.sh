#!/bin/sh
# Fails unless every go.mod here pins what versions.env says. Text is compared,
# not what Go resolves: this runs before each build, offline, in no time.
set -eu
cd "$(dirname "$0")"
. ./versions.env
wrong=0

# pins DIR MODULE VERSION: DIR/go.mod requires MODULE at VERSION and no other.
pins() {
	found=$(sed -n "s|^\(require\)\{0,1\}[[:space:]]*$2 \(v[^ ]*\).*|\2|p" "$1/go.mod")
	[ "$found" = "$3" ] || complain "$1/go.mod requires $2 ${found:-at no version}, versions.env says $3"
}

# replaces DIR MODULE TARGET VERSION: DIR/go.mod puts TARGET at VERSION in MODULE's place.
replaces() {
	grep -q "^\(replace\)\{0,1\}[[:space:]]*$2 => $3 $4\$" "$1/go.mod" ||
		complain "$1/go.mod does not replace $2 by $3 $4, as versions.env says"
}

complain() {
	echo "engines: $1" >&2
	wrong=1
}

pins opa github.com/open-policy-agent/opa "$OPA_VERSION"
pins conftest github.com/open-policy-agent/conftest "$CONFTEST_VERSION"
pins gatekeeper github.com/open-policy-agent/gatekeeper/v3 "$GATEKEEPER_VERSION"
pins kyverno github.com/kyverno/kyverno "$KYVERNO_VERSION"
replaces kyverno k8s.io/pod-security-admission github.com/kyverno/pod-security-admission "$KYVERNO_PSA_VERSION"
pins kustomize sigs.k8s.io/kustomize/kustomize/v5 "$KUSTOMIZE_VERSION"
pins psp k8s.io/kubernetes "$PSP_KUBERNETES_VERSION"
for module in $(sed -n 's|^[[:space:]]*\(k8s.io/[^ ]*\) => .*|\1|p' psp/go.mod); do
	replaces psp "$module" "$module" "$PSP_STAGING_VERSION"
done
pins vap k8s.io/kubernetes "$KUBERNETES_VERSION"
for module in $(sed -n 's|^[[:space:]]*\(k8s.io/[^ ]*\) => .*|\1|p' vap/go.mod); do
	replaces vap "$module" "$module" "$KUBERNETES_STAGING_VERSION"
done
pins etcd go.etcd.io/etcd/server/v3 "$ETCD_VERSION"
pins pss k8s.io/pod-security-admission "$PSS_VERSION"

[ "$wrong" = 0 ] || echo "engines: change versions.env, then in each such folder run: go get MODULE@VERSION && go mod tidy" >&2
exit "$wrong"
