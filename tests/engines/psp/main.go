// psp-admission is PodSecurityPolicy as Kubernetes 1.24 ran it: the admission
// plugin itself, and the API server's decoding, defaults and validation, in
// one process without a cluster. It is the judge of what a policy means;
// nothing in this program decides anything by itself.
//
// Requests and answers are JSON lines, see the README of the folder above.
package main

import (
	"fmt"
	"io"
	"os"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/capabilities"

	"pscc.local/engines/jsonl"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "psp-admission:", err)
		os.Exit(1)
	}
}

func run() error {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)

	// What kube-apiserver's --allow-privileged does. Without it, validation
	// refuses every privileged container before any policy is asked.
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	// Alpha in 1.24, and off: allowedProcMountTypes and procMount would be
	// dropped, and the control could not be compared.
	if err := utilfeature.DefaultMutableFeatureGate.Set("ProcMountType=true"); err != nil {
		return err
	}

	c, err := newCluster()
	if err != nil {
		return err
	}
	return jsonl.Serve(os.Stdin, os.Stdout, map[string]jsonl.Handler{
		"admit":          c.admit,
		"normalize":      normalize,
		"validatePod":    validatePod,
		"validatePolicy": validatePolicy,
	})
}
