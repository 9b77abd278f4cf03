package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
	api "k8s.io/kubernetes/pkg/apis/core"
	podstrategy "k8s.io/kubernetes/pkg/registry/core/pod"

	"pscc.local/engines/jsonl"
)

type admitRequest struct {
	Policies    []json.RawMessage   `json:"policies"`
	Pods        []json.RawMessage   `json:"pods"`
	Operation   admission.Operation `json:"operation"`
	OldPods     []json.RawMessage   `json:"oldPods"`
	Subresource string              `json:"subresource"`
	Namespace   string              `json:"namespace"`
	Grants      []grant             `json:"grants"`
	User        struct {
		Name   string   `json:"name"`
		Groups []string `json:"groups"`
	} `json:"user"`

	// ServiceAccountAdmission runs that plugin before PodSecurityPolicy.
	ServiceAccountAdmission bool                    `json:"serviceAccountAdmission"`
	ServiceAccounts         []corev1.ServiceAccount `json:"serviceAccounts"`

	// Explain adds what every policy by itself says of the pod.
	Explain bool `json:"explain"`
	// Stored adds the pod as it would be stored, and why it would be refused.
	Stored bool `json:"stored"`
}

type admitResult struct {
	Allowed bool   `json:"allowed"`
	Policy  string `json:"policy"`
	// Errors are those of the policies that the requester may use, if denied.
	Errors  []fieldError `json:"errors"`
	Message string       `json:"message"`
	// Pod is the pod after mutating admission; none if denied.
	Pod      json.RawMessage `json:"pod,omitempty"`
	Policies []opinion       `json:"policies,omitempty"`
	Stored   json.RawMessage `json:"stored,omitempty"`
	Invalid  []fieldError    `json:"invalid,omitempty"`
	Error    string          `json:"error,omitempty"`
}

// admit asks the plugins about each pod, in the order of the API server:
// mutating admission, the registry's preparation, validating admission.
func (c *cluster) admit(line []byte) (any, error) {
	request := admitRequest{Operation: admission.Create}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	if request.Operation != admission.Create && request.Operation != admission.Update {
		return nil, fmt.Errorf("unknown operation %q", request.Operation)
	}
	if err := c.usePolicies(request.Policies); err != nil {
		return nil, err
	}
	c.grants.list = request.Grants

	results := make([]admitResult, len(request.Pods))
	for i := range request.Pods {
		err := jsonl.Guard(func() error { return c.admitOne(&request, i, &results[i]) })
		if err != nil {
			results[i] = admitResult{Error: err.Error()}
		}
		if results[i].Errors == nil {
			results[i].Errors = []fieldError{}
		}
	}
	return map[string]any{"results": results}, nil
}

func (c *cluster) admitOne(request *admitRequest, i int, result *admitResult) error {
	ctx := context.Background()
	pod, old, err := request.objects(i)
	if err != nil {
		return err
	}
	a := request.attributes(pod, old)
	if request.ServiceAccountAdmission {
		if err := c.addServiceAccount(ctx, a, request.ServiceAccounts); err != nil {
			return err
		}
	}
	asked := pod.DeepCopy()
	err = c.psp.Admit(ctx, a, nil)
	if err == nil {
		if result.Pod, err = encodePod(pod); err != nil {
			return err
		}
		request.prepare(ctx, pod, old)
		if request.Stored {
			if err := result.store(ctx, pod, old); err != nil {
				return err
			}
		}
		err = c.psp.Validate(ctx, a, nil)
	}
	if err != nil && !apierrors.IsForbidden(err) {
		return err
	}
	result.Allowed, result.Policy = err == nil, a.policy
	if err != nil {
		result.Message, result.Policy, result.Pod = err.Error(), "", nil
	}
	if request.Explain || !result.Allowed {
		return c.explain(request, asked, a, result)
	}
	return nil
}

// objects decodes the pod and, for an update, what it was before. Without an
// old pod an update is one of which the plugin cannot tell what it changes.
func (r *admitRequest) objects(i int) (pod, old *api.Pod, err error) {
	if pod, err = decodePod(r.Pods[i]); err != nil {
		return nil, nil, err
	}
	if r.Operation == admission.Create || r.OldPods == nil {
		return pod, nil, nil
	}
	if i >= len(r.OldPods) {
		return nil, nil, errors.New("there are fewer oldPods than pods")
	}
	if old, err = decodePod(r.OldPods[i]); err != nil {
		return nil, nil, fmt.Errorf("old pod: %w", err)
	}
	return pod, old, nil
}

// prepare is what the registry does between the two phases of admission. It is
// where a seccomp annotation becomes a field, and a field an annotation.
func (r *admitRequest) prepare(ctx context.Context, pod, old *api.Pod) {
	switch {
	case r.Operation == admission.Create:
		podstrategy.Strategy.PrepareForCreate(ctx, pod)
	case old != nil:
		podstrategy.Strategy.PrepareForUpdate(ctx, pod, old)
	}
}

// store says what would be stored, and what the registry's validation has
// against it: a pod that a policy changed can be one that is refused for it.
func (r *admitResult) store(ctx context.Context, pod, old *api.Pod) (err error) {
	if old == nil {
		r.Invalid = fieldErrors("", validateCreate(pod))
	} else {
		r.Invalid = fieldErrors("", podstrategy.Strategy.ValidateUpdate(ctx, pod, old))
	}
	pod = pod.DeepCopy()
	pod.Status = api.PodStatus{}
	r.Stored, err = encodePod(pod)
	return err
}

// attributes is a request that remembers which policy the plugin chose: it says
// so in an audit annotation alone.
type attributes struct {
	admission.Attributes
	policy string
}

func (a *attributes) AddAnnotation(key, value string) error {
	switch key {
	case "podsecuritypolicy.policy.k8s.io/admit-policy", "podsecuritypolicy.policy.k8s.io/validate-policy":
		a.policy = value
	}
	return nil
}

func (r *admitRequest) attributes(pod, old *api.Pod) *attributes {
	namespace := r.Namespace
	if namespace == "" {
		namespace = pod.Namespace
	}
	if namespace == "" {
		namespace = "default"
	}
	who := &user.DefaultInfo{Name: r.User.Name, Groups: r.User.Groups}
	if who.Name == "" {
		who.Name = "somebody"
	}
	var before runtime.Object // a nil *api.Pod in it would not be nil, and the plugin would look into it
	if old != nil {
		before = old
	}
	return &attributes{Attributes: admission.NewAttributesRecord(pod, before, api.Kind("Pod").WithVersion("v1"), namespace, pod.Name,
		api.Resource("pods").WithVersion("v1"), r.Subresource, r.Operation, nil, false, who)}
}
