package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"

	policyv1beta1 "k8s.io/api/policy/v1beta1"
	psp "k8s.io/kubernetes/pkg/security/podsecuritypolicy"
)

// policySet is what the last request asked about: generators send many batches
// of pods for the same policies, and decoding is most of a small request.
type policySet struct {
	bodies []json.RawMessage
	byName []*policyv1beta1.PodSecurityPolicy // in the plugin's order
}

func (s policySet) is(bodies []json.RawMessage) bool {
	if s.bodies == nil || len(s.bodies) != len(bodies) {
		return false
	}
	for i := range bodies {
		if !bytes.Equal(s.bodies[i], bodies[i]) {
			return false
		}
	}
	return true
}

// usePolicies makes bodies the policies that exist. They need not be valid: an
// API server may hold ones that an older version accepted.
func (c *cluster) usePolicies(bodies []json.RawMessage) error {
	if c.known.is(bodies) {
		return nil
	}
	set := policySet{bodies: make([]json.RawMessage, 0, len(bodies))}
	objects := make([]any, 0, len(bodies))
	seen := map[string]bool{}
	for i, body := range bodies {
		internal, _, err := decodePolicy(body)
		if err != nil {
			return fmt.Errorf("policy %d: %w", i, err)
		}
		versioned, err := versionedPolicy(internal)
		if err != nil {
			return fmt.Errorf("policy %d: %w", i, err)
		}
		versioned.Namespace = ""
		if seen[versioned.Name] {
			return fmt.Errorf("policy %d: there are two of the name %q", i, versioned.Name)
		}
		seen[versioned.Name] = true
		set.bodies = append(set.bodies, bytes.Clone(body))
		set.byName = append(set.byName, versioned)
		objects = append(objects, versioned)
	}
	sort.Slice(set.byName, func(i, j int) bool { return set.byName[i].Name < set.byName[j].Name })
	c.known = set
	return c.policies.Replace(objects, "")
}

// newProvider is what the plugin makes of a policy; an error means that the
// plugin skips the policy.
func newProvider(policy *policyv1beta1.PodSecurityPolicy, namespace string) (psp.Provider, error) {
	return psp.NewSimpleProvider(policy, namespace, psp.NewSimpleStrategyFactory())
}
