package main

import (
	"testing"

	"k8s.io/pod-security-admission/policy"
)

func TestLevels(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for level, reasons := range map[string]int{"privileged": 0, "baseline": 1, "restricted": 5} {
		reply, err := checker{evaluator}.check([]byte(`{"level":"` + level + `","pods":[{"spec":{"hostPID":true,"containers":[{"name":"c"}]}}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r := reply.(map[string]any)["results"].([]checkResult)[0]
		if len(r.Reasons) != reasons || r.Allowed != (reasons == 0) {
			t.Errorf("%s: %+v", level, r)
		}
	}
}
