// gatekeeper-review is Gatekeeper's two webhooks in one process without a
// cluster: the mutators change an object, then the constraints review it.
//
// `gator test` shows neither what a mutator with `operations` does nor what a
// constraint says of a changed object, and knows no user and no operation.
// Here each object arrives as the API server would send it: an admission
// request, with the Namespace object that the webhooks would fetch.
//
// Requests and answers are JSON lines, see the README of the folder above.
package main

import (
	"fmt"
	"os"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"pscc.local/engines/jsonl"
)

func main() {
	ctrllog.SetLogger(logr.Discard())
	s := &server{}
	err := jsonl.Serve(os.Stdin, os.Stdout, map[string]jsonl.Handler{
		"load":   s.load,
		"review": s.review,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "gatekeeper-review:", err)
		os.Exit(1)
	}
}

// server holds what the last load left.
type server struct{ installed *installed }
