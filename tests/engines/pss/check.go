package main

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	kjson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"pscc.local/engines/jsonl"
)

type checker struct{ evaluator policy.Evaluator }

type checkRequest struct {
	Level   string            `json:"level"`
	Version string            `json:"version"`
	Pods    []json.RawMessage `json:"pods"`
}

type reason struct {
	Reason string `json:"forbiddenReason"`
	Detail string `json:"forbiddenDetail"`
}

type checkResult struct {
	Allowed bool     `json:"allowed"`
	Reasons []reason `json:"reasons"`
	Error   string   `json:"error,omitempty"`
}

// check evaluates each pod at one level and version. The pods are taken as
// they are: the evaluator too sees them after the API server's defaults, which
// for the fields of the standards change nothing but hostPort under hostNetwork.
func (c checker) check(line []byte) (any, error) {
	request := checkRequest{Version: api.VersionLatest}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	level, err := api.ParseLevel(request.Level)
	if err != nil {
		return nil, err
	}
	version, err := api.ParseVersion(request.Version)
	if err != nil {
		return nil, err
	}
	results := make([]checkResult, len(request.Pods))
	for i, body := range request.Pods {
		err := jsonl.Guard(func() (err error) {
			results[i], err = c.one(api.LevelVersion{Level: level, Version: version}, body)
			return err
		})
		if err != nil {
			results[i] = checkResult{Reasons: []reason{}, Error: err.Error()}
		}
	}
	return map[string]any{"results": results}, nil
}

func (c checker) one(at api.LevelVersion, body json.RawMessage) (checkResult, error) {
	var pod corev1.Pod
	if err := kjson.Unmarshal(body, &pod); err != nil {
		return checkResult{}, err
	}
	if pod.Kind != "" && pod.Kind != "Pod" {
		return checkResult{}, fmt.Errorf("not a Pod but a %s", pod.Kind)
	}
	result := checkResult{Allowed: true, Reasons: []reason{}}
	for _, r := range c.evaluator.EvaluatePod(at, &pod.ObjectMeta, &pod.Spec) {
		if !r.Allowed {
			result.Allowed = false
			result.Reasons = append(result.Reasons, reason{r.ForbiddenReason, r.ForbiddenDetail})
		}
	}
	return result, nil
}
