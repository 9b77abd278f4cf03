package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	"github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno/data"
	"github.com/kyverno/kyverno/ext/resource/convert"
	"github.com/kyverno/kyverno/ext/resource/loader"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/policies/mpol"
	mpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/mpol/compiler"
	mpolengine "github.com/kyverno/kyverno/pkg/cel/policies/mpol/engine"
	"github.com/kyverno/kyverno/pkg/cel/policies/vpol"
	vpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/kubectl-validate/pkg/openapiclient"
)

// kubernetes is the release whose schemas a mutation's result is converted by,
// as in Kyverno's command line.
const kubernetes = "1.32"

// schemas are Kyverno's CustomResourceDefinitions and Kubernetes' own types.
var schemas = sync.OnceValues(func() (loader.Loader, error) {
	crds, err := data.Crds()
	if err != nil {
		return nil, err
	}
	return loader.New(openapiclient.NewComposite(
		openapiclient.NewHardcodedBuiltins(kubernetes),
		openapiclient.NewLocalCRDFiles(crds),
	))
})

// installed is a Kyverno with everything applied and compiled.
type installed struct {
	context    libs.Context
	validating vpolengine.Provider
	mutating   mpolengine.Provider
	types      mpolcompiler.TypeConverterManager
	// mutators are the names of the MutatingPolicies, which a mutating webhook's path lists.
	mutators   []string
	namespaces map[string]*corev1.Namespace
	ignored    []string
}

// applied is what a load installs.
type applied struct {
	validating []policiesv1beta1.ValidatingPolicyLike
	mutating   []policiesv1beta1.MutatingPolicyLike
	namespaces map[string]*corev1.Namespace
	ignored    []string
}

// load replaces everything by the request's documents. On an error nothing is
// left: half a policy would answer wrongly.
func (s *server) load(line []byte) (any, error) {
	var request struct {
		Documents []json.RawMessage `json:"documents"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	s.installed = nil
	docs, err := read(request.Documents)
	if err != nil {
		return nil, err
	}
	in := &installed{
		context:    libs.NewFakeContextProvider(),
		types:      types,
		namespaces: docs.namespaces,
		ignored:    docs.ignored,
	}
	if in.validating, err = vpolengine.NewProvider(vpolcompiler.NewCompiler(), docs.validating, nil); err != nil {
		return nil, err
	}
	if in.mutating, err = mpolengine.NewProvider(mpolcompiler.NewCompiler(), docs.mutating, nil, in.context); err != nil {
		return nil, err
	}
	for _, policy := range docs.mutating {
		in.mutators = append(in.mutators, mpolengine.PolicyKey(policy))
	}
	if len(in.mutators) > 0 {
		// Kyverno's own manager keeps what it has read without a lock around it.
		in.types.GetTypeConverter(schema.GroupVersionKind{Version: "v1", Kind: "Pod"})
	}
	s.installed = in
	return map[string]any{"ok": true, "ignored": in.ignored}, nil
}

var types = mpolcompiler.NewStaticTypeConverterManager(openapiclient.NewHardcodedBuiltins(kubernetes))

// read checks and converts what is given as the API server and Kyverno's own
// policy webhook do when it is applied. All errors at once.
func read(bodies []json.RawMessage) (*applied, error) {
	docs := &applied{namespaces: map[string]*corev1.Namespace{}, ignored: []string{}}
	var failed []error
	for _, body := range bodies {
		if err := docs.add(body); err != nil {
			failed = append(failed, err)
		}
	}
	return docs, errors.Join(failed...)
}

func (a *applied) add(body json.RawMessage) error {
	var head metav1.PartialObjectMetadata
	if err := json.Unmarshal(body, &head); err != nil {
		return err
	}
	if err := a.addAs(head.GroupVersionKind(), head.Name, body); err != nil {
		return fmt.Errorf("%s %s: %w", head.Kind, head.Name, err)
	}
	return nil
}

func (a *applied) addAs(kind schema.GroupVersionKind, name string, body json.RawMessage) error {
	switch {
	case kind.Group == "policies.kyverno.io" && kind.Kind == "ValidatingPolicy":
		policy, err := decoded[policiesv1beta1.ValidatingPolicy](body)
		if err != nil {
			return err
		}
		a.validating = append(a.validating, policy)
		_, err = vpol.Validate(policy)
		return err
	case kind.Group == "policies.kyverno.io" && kind.Kind == "MutatingPolicy":
		policy, err := decoded[policiesv1beta1.MutatingPolicy](body)
		if err != nil {
			return err
		}
		a.mutating = append(a.mutating, policy)
		_, err = mpol.Validate(policy)
		return err
	case kind.Group == "" && kind.Kind == "Namespace":
		namespace, err := decoded[corev1.Namespace](body)
		if err != nil {
			return err
		}
		a.namespaces[name] = namespace
		return nil
	}
	a.ignored = append(a.ignored, kind.Kind+" "+name)
	return nil
}

// decoded is a document that its schema accepts, with the schema's defaults.
func decoded[T any](body json.RawMessage) (*T, error) {
	known, err := schemas()
	if err != nil {
		return nil, err
	}
	_, untyped, err := known.Load(body)
	if err != nil {
		return nil, err
	}
	return convert.To[T](untyped)
}
