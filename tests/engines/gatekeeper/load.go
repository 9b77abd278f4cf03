package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	expansionunversioned "github.com/open-policy-agent/gatekeeper/v3/apis/expansion/unversioned"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/drivers/k8scel"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/expansion"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/gator/reader"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

var scheme = runtime.NewScheme()

func init() { utilruntime.Must(apis.AddToScheme(scheme)) }

// installed is a Gatekeeper with everything applied.
type installed struct {
	client     *constraintclient.Client
	mutators   *mutation.System
	expansions *expansion.System
	namespaces map[string]*corev1.Namespace
	ignored    []string
}

// newInstalled sets the client up as Gatekeeper's manager does: both drivers,
// each template goes to the one that it has code for, and of the enforcement
// points the webhook's.
func newInstalled() (*installed, error) {
	regoDriver, err := rego.New()
	if err != nil {
		return nil, err
	}
	celDriver, err := k8scel.New()
	if err != nil {
		return nil, err
	}
	client, err := constraintclient.NewClient(
		constraintclient.Targets(&target.K8sValidationTarget{}),
		constraintclient.Driver(celDriver),
		constraintclient.Driver(regoDriver),
		constraintclient.EnforcementPoints(util.WebhookEnforcementPoint),
	)
	mutators := mutation.NewSystem(mutation.SystemOpts{})
	return &installed{
		client:     client,
		mutators:   mutators,
		expansions: expansion.NewSystem(mutators),
		namespaces: map[string]*corev1.Namespace{},
		ignored:    []string{},
	}, err
}

// load replaces everything by the request's documents, whose order does not
// matter. On an error nothing is left: half a policy would answer wrongly.
func (s *server) load(line []byte) (any, error) {
	var request struct {
		Documents []json.RawMessage `json:"documents"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	s.installed = nil
	documents := make([]*unstructured.Unstructured, len(request.Documents))
	for i, body := range request.Documents {
		documents[i] = &unstructured.Unstructured{}
		if err := documents[i].UnmarshalJSON(body); err != nil {
			return nil, fmt.Errorf("document %d: %w", i, err)
		}
	}
	in, err := newInstalled()
	if err != nil {
		return nil, err
	}
	if err := in.applyAll(context.Background(), documents); err != nil {
		return nil, err
	}
	s.installed = in
	return map[string]any{"ok": true, "ignored": in.ignored}, nil
}

// applyAll applies templates first, since they define the constraints' kinds.
// All errors are reported at once.
func (in *installed) applyAll(ctx context.Context, documents []*unstructured.Unstructured) error {
	var errs []error
	for _, templates := range []bool{true, false} {
		for _, d := range documents {
			if reader.IsTemplate(d) != templates {
				continue
			}
			if err := in.apply(ctx, d); err != nil {
				errs = append(errs, fmt.Errorf("%s %q: %w", d.GetKind(), d.GetName(), err))
			}
		}
	}
	return errors.Join(errs...)
}

func (in *installed) apply(ctx context.Context, d *unstructured.Unstructured) error {
	switch {
	case reader.IsTemplate(d):
		template, err := reader.ToTemplate(scheme, d)
		if err != nil {
			return err
		}
		_, err = in.client.AddTemplate(ctx, template)
		return err
	case reader.IsConstraint(d):
		_, err := in.client.AddConstraint(ctx, d)
		return err
	case isMutator(d):
		return in.addMutator(d)
	case d.GetKind() == "ExpansionTemplate":
		template := &expansionunversioned.ExpansionTemplate{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(d.UnstructuredContent(), template, true); err != nil {
			return err
		}
		return in.expansions.UpsertTemplate(template)
	case d.GetKind() == "Namespace" && d.GetAPIVersion() == "v1":
		namespace := &corev1.Namespace{}
		in.namespaces[d.GetName()] = namespace
		return runtime.DefaultUnstructuredConverter.FromUnstructured(d.UnstructuredContent(), namespace)
	}
	in.ignored = append(in.ignored, d.GetKind()+" "+d.GetName())
	return nil
}
