package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/julienschmidt/httprouter"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"pscc.local/engines/webhook"
)

type reviewResult struct {
	Allowed  bool      `json:"allowed"`
	Findings []finding `json:"findings"`
	// Message is what the webhook would answer; empty when allowed.
	Message  string          `json:"message,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Pod      json.RawMessage `json:"pod,omitempty"`
	Mutated  bool            `json:"mutated"`
	Error    string          `json:"error,omitempty"`
}

// handle is a webhook of Kyverno's, behind what reads and writes HTTP.
type handle func(context.Context, logr.Logger, handlers.AdmissionRequest, string, time.Time) handlers.AdmissionResponse

// review reviews the request's objects.
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
			results[i] = reviewResult{Findings: []finding{}, Error: err.Error()}
		}
	}
	return map[string]any{"results": results}, nil
}

func (in *installed) reviewOne(r *webhook.Request, i int, result *reviewResult) error {
	object, old, err := r.Objects(i)
	if err != nil {
		return err
	}
	namespace := r.NamespaceOf(object, in.namespaces)
	mutate, validate := in.webhooks(namespace)
	told := &told{findings: []finding{}}
	ctx := context.WithValue(context.Background(), toldKey{}, told)
	result.Allowed = true
	ask := func(ctx context.Context, handle handle) (handlers.AdmissionResponse, error) {
		request, err := r.Admission(object, old, namespace)
		if err != nil {
			return handlers.AdmissionResponse{}, err
		}
		response := handle(ctx, logr.Discard(), handlers.AdmissionRequest{
			AdmissionRequest: *request,
			GroupVersionKind: schema.GroupVersionKind(request.Kind),
		}, "", time.Now())
		result.Warnings = append(result.Warnings, response.Warnings...)
		if result.Allowed = response.Allowed; !response.Allowed {
			result.Message = response.Result.Message
		}
		result.Findings = told.findings
		return response, nil
	}
	if r.Mutate && len(in.mutators) > 0 {
		response, err := ask(context.WithValue(ctx, httprouter.ParamsKey, in.path()), mutate)
		if err != nil {
			return err
		}
		if result.Mutated, err = apply(response.Patch, object); err != nil {
			return err
		}
	}
	if r.Mutate && r.Operation != admissionv1.Delete {
		if result.Pod, err = object.MarshalJSON(); err != nil {
			return err
		}
	}
	if result.Allowed {
		_, err = ask(ctx, validate)
	}
	return err
}

// path is what the mutating webhook's URL says: which policies to run. Without
// one it runs none, where the validating webhook runs all.
func (in *installed) path() httprouter.Params {
	return httprouter.Params{{Key: "policies", Value: "/" + strings.Join(in.mutators, "/")}}
}

// apply changes object by a webhook's patch, as the API server does, and says
// whether there was something to change.
func apply(patch []byte, object *unstructured.Unstructured) (bool, error) {
	if len(patch) == 0 {
		return false, nil
	}
	changes, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return false, err
	}
	body, err := object.MarshalJSON()
	if err != nil {
		return false, err
	}
	if body, err = changes.Apply(body); err != nil {
		return false, err
	}
	return len(changes) > 0, object.UnmarshalJSON(body)
}
