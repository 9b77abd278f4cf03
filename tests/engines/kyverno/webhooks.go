package main

import (
	"context"

	"github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	mpolengine "github.com/kyverno/kyverno/pkg/cel/policies/mpol/engine"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/event"
	reportutils "github.com/kyverno/kyverno/pkg/utils/report"
	"github.com/kyverno/kyverno/pkg/webhooks/resource/mpol"
	"github.com/kyverno/kyverno/pkg/webhooks/resource/vpol"
	"github.com/kyverno/kyverno/pkg/webhooks/updaterequest"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
)

// reports are what Kyverno writes reports of: nothing. Its handlers also read
// the global that this sets.
var reports = reportutils.NewReportingConfig(nil)

// webhooks are the handlers of the admission controller's two webhooks, as
// Kyverno's cmd/kyverno/main.go makes them, for requests in namespace. Events
// and UpdateRequests go nowhere.
func (in *installed) webhooks(namespace *corev1.Namespace) (mutate, validate handle) {
	resolve := func(string) *corev1.Namespace { return namespace }
	mutating := mpol.New(
		in.context,
		tellingMutations{mpolengine.NewEngine(in.mutating, resolve, matching.NewMatcher(), in.types, in.context)},
		nil,
		reports,
		updaterequest.NewFake(),
		"",
		event.NewFake(),
	)
	validating := vpol.New(
		tellingValidations{vpolengine.NewEngine(in.validating, resolve, matching.NewMatcher())},
		in.context,
		nil,
		false,
		event.NewFake(),
	)
	return mutating.MutateClustered, validating.ValidateClustered
}

// finding is a rule that failed or could not be run. Kyverno tells the first
// failing validation of each policy.
type finding struct {
	Policy  string                                     `json:"policy"`
	Status  engineapi.RuleStatus                       `json:"status"`
	Message string                                     `json:"message"`
	Actions []admissionregistrationv1.ValidationAction `json:"actions"`
}

// told is where a request's findings go: a handler's own answer runs them together.
type told struct{ findings []finding }

type toldKey struct{}

func tell(ctx context.Context, policy string, actions sets.Set[admissionregistrationv1.ValidationAction], rules []engineapi.RuleResponse) {
	told := ctx.Value(toldKey{}).(*told)
	for _, rule := range rules {
		switch rule.Status() {
		case engineapi.RuleStatusFail, engineapi.RuleStatusError:
			told.findings = append(told.findings, finding{policy, rule.Status(), rule.Message(), sets.List(actions)})
		}
	}
}

// tellingMutations is Kyverno's engine, whose findings are kept.
type tellingMutations struct{ mpolengine.Engine }

func (e tellingMutations) Handle(ctx context.Context, request engine.EngineRequest, predicate mpolengine.Predicate) (mpolengine.EngineResponse, error) {
	response, err := e.Engine.Handle(ctx, request, predicate)
	for _, one := range response.Policies {
		tell(ctx, one.Policy.GetName(), nil, one.Rules)
	}
	return response, err
}

// tellingValidations is Kyverno's engine, whose findings are kept.
type tellingValidations struct{ vpolengine.Engine }

func (e tellingValidations) Handle(ctx context.Context, request vpolengine.EngineRequest, predicate vpolengine.Predicate) (vpolengine.EngineResponse, error) {
	response, err := e.Engine.Handle(ctx, request, predicate)
	for _, one := range response.Policies {
		tell(ctx, one.Policy.GetName(), one.Actions, one.Rules)
	}
	return response, err
}
