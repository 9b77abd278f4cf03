// vap-review is the API server's own admission by policy in one process without
// a cluster: the plugins MutatingAdmissionPolicy and ValidatingAdmissionPolicy,
// chained and reinvoked as kube-apiserver does it, on objects that its scheme
// has decoded, defaulted and converted.
//
// Requests and answers are JSON lines, see the README of the folder above.
package main

import (
	"fmt"
	"io"
	"os"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/klog/v2"

	"pscc.local/engines/jsonl"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "vap-review:", err)
		os.Exit(1)
	}
}

func run() error {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	// Without it the API server drops procMount, and the control could not be compared.
	if err := utilfeature.DefaultMutableFeatureGate.Set("ProcMountType=true"); err != nil {
		return err
	}
	s := &server{}
	return jsonl.Serve(os.Stdin, os.Stdout, map[string]jsonl.Handler{
		"load":      s.load,
		"review":    s.review,
		"cost":      s.cost,
		"normalize": normalize,
	})
}

// server holds what the last load left.
type server struct{ installed *installed }
