package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-logr/logr"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	frameworktypes "github.com/open-policy-agent/frameworks/constraint/pkg/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/expansion"
	mutationtypes "github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"pscc.local/engines/webhook"
)

type violation struct {
	Kind              string `json:"kind"`
	Name              string `json:"name"`
	Message           string `json:"message"`
	Details           any    `json:"details"`
	EnforcementAction string `json:"enforcementAction"`
	// Actions are what a "scoped" enforcement action comes to at the webhook.
	Actions []string `json:"actions,omitempty"`
}

type reviewResult struct {
	Allowed    bool            `json:"allowed"`
	Violations []violation     `json:"violations"`
	Pod        json.RawMessage `json:"pod,omitempty"`
	Mutated    bool            `json:"mutated"`
	Error      string          `json:"error,omitempty"`
}

// review reviews the request's objects, as many at once as there are processors.
func (s *server) review(line []byte) (any, error) {
	if s.installed == nil {
		return nil, errors.New("nothing is loaded")
	}
	request, err := webhook.Read(line)
	if err != nil {
		return nil, err
	}
	results := make([]reviewResult, len(request.Pods))
	for i, err := range request.Each(func(i int) error { return s.installed.reviewOne(request, i, &results[i]) }) {
		if err != nil {
			results[i] = reviewResult{Violations: []violation{}, Error: err.Error()}
		}
	}
	return map[string]any{"results": results}, nil
}

func (in *installed) reviewOne(r *webhook.Request, i int, result *reviewResult) error {
	ctx := context.Background()
	object, old, err := r.Objects(i)
	if err != nil {
		return err
	}
	namespace := r.NamespaceOf(object, in.namespaces)
	if r.Mutate && r.Operation != admissionv1.Delete {
		if result.Mutated, err = in.mutate(ctx, r, object, namespace); err != nil {
			return fmt.Errorf("mutation: %w", err)
		}
		if result.Pod, err = object.MarshalJSON(); err != nil {
			return err
		}
	}
	request, err := r.Admission(object, old, namespace)
	if err != nil {
		return err
	}
	responses, err := in.reviewed(ctx, target.AugmentedReview{
		AdmissionRequest: request,
		Namespace:        namespace,
		Source:           mutationtypes.SourceTypeOriginal,
		IsAdmission:      true,
	}, namespace)
	if err != nil {
		return err
	}
	if r.Operation != admissionv1.Delete {
		if err := in.expand(ctx, r, object, namespace, responses); err != nil {
			return err
		}
	}
	result.Violations = []violation{}
	for _, one := range responses.Results() {
		result.Violations = append(result.Violations, toViolation(one))
	}
	result.Allowed = !slices.ContainsFunc(result.Violations, violation.denies)
	return nil
}

// mutate changes object in place as the mutating webhook would. The namespace
// may be missing from an object that is being created; it is there while the
// mutators look, and not in the result.
func (in *installed) mutate(ctx context.Context, r *webhook.Request, object *unstructured.Unstructured, namespace *corev1.Namespace) (bool, error) {
	given := object.GetNamespace()
	if namespace != nil {
		object.SetNamespace(namespace.Name)
	}
	mutated, err := in.mutators.Mutate(ctx, &mutationtypes.Mutable{
		Object:    object,
		Namespace: namespace,
		Username:  r.User.Name,
		Source:    mutationtypes.SourceTypeOriginal,
		Operation: r.Operation,
	})
	object.SetNamespace(given)
	return mutated, err
}

// reviewed asks every matching constraint, as the validating webhook does.
func (in *installed) reviewed(ctx context.Context, review any, namespace *corev1.Namespace) (*frameworktypes.Responses, error) {
	options := []reviews.ReviewOpt{reviews.EnforcementPoint(util.WebhookEnforcementPoint)}
	if o := util.NamespaceReviewOpt(namespace, logr.Discard()); o != nil {
		options = append(options, o)
	}
	return in.client.Review(ctx, review, options...)
}

// expand adds what constraints say of the objects that a generator would make,
// as reviewRequest in Gatekeeper's pkg/webhook/policy.go does.
func (in *installed) expand(ctx context.Context, r *webhook.Request, object *unstructured.Unstructured, namespace *corev1.Namespace, responses *frameworktypes.Responses) error {
	base := object.DeepCopy()
	if namespace != nil {
		base.SetNamespace(namespace.Name)
	}
	resultants, err := in.expansions.Expand(&mutationtypes.Mutable{Object: base, Namespace: namespace, Username: r.User.Name})
	if err != nil {
		return fmt.Errorf("expansion: %w", err)
	}
	for _, one := range resultants {
		said, err := in.reviewed(ctx, &target.AugmentedUnstructured{
			Object:    *one.Obj,
			Namespace: namespace,
			Operation: r.Operation,
			Source:    mutationtypes.SourceTypeGenerated,
		}, namespace)
		if err != nil {
			return fmt.Errorf("generated %s: %w", one.Obj.GetKind(), err)
		}
		expansion.OverrideEnforcementAction(one.EnforcementAction, said)
		expansion.AggregateResponses(one.TemplateName, responses, said)
	}
	return nil
}

func toViolation(r *frameworktypes.Result) violation {
	return violation{
		Kind:              r.Constraint.GetKind(),
		Name:              r.Constraint.GetName(),
		Message:           r.Msg,
		Details:           r.Metadata["details"],
		EnforcementAction: r.EnforcementAction,
		Actions:           r.ScopedEnforcementActions,
	}
}

// denies: "warn" and "dryrun" let the object in.
func (v violation) denies() bool {
	if v.EnforcementAction == string(util.Scoped) {
		return slices.Contains(v.Actions, string(util.Deny))
	}
	return v.EnforcementAction == string(util.Deny)
}
