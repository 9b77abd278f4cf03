// kyverno-review is Kyverno's two webhooks for the policies of
// policies.kyverno.io in one process without a cluster: the handlers and
// engines of its admission controller, MutatingPolicies first.
//
// `kyverno apply` compiles every expression again for each pod, gives a policy
// the same object as old and new, and knows no subresource. Here policies are
// compiled once, and each object arrives as the API server would send it.
//
// Requests and answers are JSON lines, see the README of the folder above.
package main

import (
	"fmt"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"pscc.local/engines/jsonl"
)

func main() {
	klog.SetLogger(logr.Discard())
	ctrllog.SetLogger(logr.Discard())
	s := &server{}
	err := jsonl.Serve(os.Stdin, os.Stdout, map[string]jsonl.Handler{
		"load":   s.load,
		"review": s.review,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "kyverno-review:", err)
		os.Exit(1)
	}
}

// server holds what the last load left.
type server struct{ installed *installed }
