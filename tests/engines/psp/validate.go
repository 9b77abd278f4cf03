package main

import (
	"context"
	"encoding/json"

	policyv1beta1 "k8s.io/api/policy/v1beta1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/policy"
	podstrategy "k8s.io/kubernetes/pkg/registry/core/pod"
	policystrategy "k8s.io/kubernetes/pkg/registry/policy/podsecuritypolicy"

	"pscc.local/engines/jsonl"
)

type podsRequest struct {
	Pods []json.RawMessage `json:"pods"`
}

// failure stands for a pod about which nothing could be said.
type failure struct {
	Error string `json:"error"`
}

// eachPod answers for every pod of the request; one that cannot be read, or
// that makes Kubernetes' code panic, does not spoil the others.
func eachPod(line []byte, do func(*api.Pod) (any, error)) (any, error) {
	var request podsRequest
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	results := make([]any, len(request.Pods))
	for i, body := range request.Pods {
		err := jsonl.Guard(func() error {
			pod, err := decodePod(body)
			if err == nil {
				results[i], err = do(pod)
			}
			return err
		})
		if err != nil {
			results[i] = failure{err.Error()}
		}
	}
	return map[string]any{"results": results}, nil
}

// normalize gives each pod as the API server sees it after decoding and defaults.
func normalize(line []byte) (any, error) {
	return eachPod(line, func(pod *api.Pod) (any, error) {
		body, err := encodePod(pod)
		return map[string]json.RawMessage{"pod": body}, err
	})
}

// validatePod says what the API server would refuse at the pod's creation, so
// that generators can draw pods which could exist.
func validatePod(line []byte) (any, error) {
	return eachPod(line, func(pod *api.Pod) (any, error) {
		podstrategy.Strategy.PrepareForCreate(context.Background(), pod)
		return map[string][]fieldError{"errors": fieldErrors("", validateCreate(pod))}, nil
	})
}

// validateCreate validates a prepared pod. The registry fills in the namespace
// of the request, and a name from generateName; a pod that leaves both to it is
// not to be refused for that.
func validateCreate(pod *api.Pod) field.ErrorList {
	if pod.Namespace == "" || pod.Name == "" {
		pod = pod.DeepCopy()
		if pod.Namespace == "" {
			pod.Namespace = "default"
		}
		if pod.Name == "" {
			pod.Name = "pod"
		}
	}
	return podstrategy.Strategy.Validate(context.Background(), pod)
}

type policyResult struct {
	Accepted bool         `json:"accepted"`
	Errors   []fieldError `json:"errors"`
	// DecodeError is set alone: there is nothing to validate.
	DecodeError string `json:"decodeError,omitempty"`
	// Unknown lists fields that the API server drops in silence.
	Unknown []string `json:"unknown,omitempty"`
	// Unusable is why the plugin skips this policy, whether accepted or not.
	Unusable string          `json:"unusable,omitempty"`
	Policy   json.RawMessage `json:"policy,omitempty"`
}

// validatePolicy says whether the API server would store each policy.
func validatePolicy(line []byte) (any, error) {
	var request struct {
		Policies []json.RawMessage `json:"policies"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	results := make([]policyResult, len(request.Policies))
	for i, body := range request.Policies {
		results[i].Errors = []fieldError{}
		err := jsonl.Guard(func() error { return results[i].judge(body) })
		if err != nil {
			results[i] = policyResult{Errors: []fieldError{}, DecodeError: err.Error()}
		}
	}
	return map[string]any{"results": results}, nil
}

func (r *policyResult) judge(body json.RawMessage) error {
	psp, unknown, err := decodePolicy(body)
	if err != nil {
		return err
	}
	r.Unknown = unknown
	r.Errors = fieldErrors("", createPolicy(psp))
	r.Accepted = len(r.Errors) == 0
	if r.Policy, err = encode(psp, policyv1beta1.SchemeGroupVersion); err != nil {
		return err
	}
	versioned, err := versionedPolicy(psp)
	if err != nil {
		return err
	}
	if _, err := newProvider(versioned, ""); err != nil {
		r.Unusable = err.Error()
	}
	return nil
}

// createPolicy is what the registry does to a policy that is created. A policy
// has no namespace, and the registry takes a given one away before validation
// (rest.BeforeCreate).
func createPolicy(psp *policy.PodSecurityPolicy) field.ErrorList {
	psp.Namespace = ""
	policystrategy.Strategy.PrepareForCreate(context.Background(), psp)
	return policystrategy.Strategy.Validate(context.Background(), psp)
}
