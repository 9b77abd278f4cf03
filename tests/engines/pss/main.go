// pss-check is the evaluator of the Pod Security Standards that Pod Security
// admission runs: the judge of what "baseline" and "restricted" mean.
//
// Requests and answers are JSON lines, see the README of the folder above.
package main

import (
	"fmt"
	"os"

	"k8s.io/pod-security-admission/policy"

	"pscc.local/engines/jsonl"
)

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err == nil {
		c := checker{evaluator}
		err = jsonl.Serve(os.Stdin, os.Stdout, map[string]jsonl.Handler{"": c.check, "check": c.check})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pss-check:", err)
		os.Exit(1)
	}
}
