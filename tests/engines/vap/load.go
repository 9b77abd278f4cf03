package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/initializer"
	"k8s.io/apiserver/pkg/admission/plugin/policy/mutating"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/apiserver/pkg/util/compatibility"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/discovery"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clientscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/openapi"
	"k8s.io/client-go/openapi/openapitest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	generatedopenapi "k8s.io/kubernetes/pkg/generated/openapi"
)

// installed is a chain of the two plugins with their policies.
type installed struct {
	chain  admission.Interface
	client *fake.Clientset
	grants *grants
	docs   *documents
	stop   func()
}

var (
	objectInterfaces = admission.NewObjectInterfacesFromScheme(legacyscheme.Scheme)
	schemas          = resolver.NewDefinitionsSchemaResolver(generatedopenapi.GetOpenAPIDefinitions, clientscheme.Scheme)
	openapiClient    = openapitest.NewEmbeddedFileClient()
	mapper           = restMapper()
)

func restMapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(legacyscheme.Scheme.PrioritizedVersionsAllGroups())
	for gvk := range clientscheme.Scheme.AllKnownTypes() {
		scope := meta.RESTScopeNamespace
		if gvk.Kind == "Namespace" || gvk.Group == admissionregistrationv1.GroupName {
			scope = meta.RESTScopeRoot
		}
		m.Add(gvk, scope)
	}
	return m
}

// load forgets everything and installs policies, bindings and Namespaces.
func (s *server) load(line []byte) (any, error) {
	if s.installed != nil {
		s.installed.stop()
		s.installed = nil
	}
	var request struct {
		Documents  []json.RawMessage `json:"documents"`
		Kubernetes string            `json:"kubernetes"`
		Check      bool              `json:"check"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	docs, err := read(request.Documents)
	if err != nil {
		return nil, err
	}
	if request.Kubernetes != "" {
		version, err := utilversion.ParseMajorMinor(request.Kubernetes)
		if err != nil {
			return nil, err
		}
		if err := compiles(docs, version); err != nil {
			return nil, fmt.Errorf("kubernetes %s: %w", request.Kubernetes, err)
		}
	}
	if s.installed, err = install(docs); err != nil {
		return nil, err
	}
	answer := map[string]any{"ok": true, "ignored": nonNil(docs.ignored)}
	if request.Check {
		answer["warnings"] = nonNil(warnings(docs))
	}
	return answer, nil
}

func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// warnings are what the API server's type checker writes into a policy's
// status. It takes a variable with a wrong type for dyn and says nothing: those
// are found by checking each variable as a validation.
func warnings(docs *documents) []map[string]string {
	checker := &validating.TypeChecker{SchemaResolver: schemas, RestMapper: mapper}
	var out []map[string]string
	for _, policy := range docs.validating {
		for i, variable := range policy.Spec.Variables {
			alone := policy.DeepCopy()
			alone.Spec.Variables = alone.Spec.Variables[:i]
			alone.Spec.Validations = []admissionregistrationv1.Validation{{Expression: variable.Expression}}
			for _, w := range checker.Check(alone) {
				out = append(out, map[string]string{"policy": policy.Name, "field": "spec.variables." + variable.Name, "warning": w.Warning})
			}
		}
		for _, w := range checker.Check(policy) {
			out = append(out, map[string]string{"policy": policy.Name, "field": w.FieldRef, "warning": w.Warning})
		}
	}
	return out
}

func install(docs *documents) (*installed, error) {
	in := &installed{client: fake.NewClientset(docs.objects...), grants: &grants{}, docs: docs}
	context, cancel := context.WithCancel(context.Background())
	client := clientset{in.client}
	factory := informers.NewSharedInformerFactory(client, 0)
	plugins := admission.NewPlugins()
	mutating.Register(plugins)
	validating.Register(plugins)
	initialise := initializer.New(
		client,
		dynamicfake.NewSimpleDynamicClient(clientscheme.Scheme),
		factory,
		in.grants,
		utilfeature.DefaultFeatureGate,
		compatibility.DefaultBuildEffectiveVersion(),
		context.Done(),
		mapper,
	)
	chain, err := plugins.NewFromPlugins([]string{mutating.PluginName, validating.PluginName}, noConfig{}, initialise, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	in.chain = chain
	factory.Start(context.Done())
	in.stop = func() {
		cancel()
		factory.Shutdown()
	}
	return in, nil
}

// ensure makes a Namespace that no document has: in a cluster every request's exists.
func (in *installed) ensure(name string) error {
	labels := map[string]string{corev1.LabelMetadataName: name}
	err := in.client.Tracker().Add(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

type noConfig struct{}

func (noConfig) ConfigFor(string) (io.Reader, error) { return nil, nil }

// clientset is the fake one with the schemas that discovery would serve.
type clientset struct{ *fake.Clientset }

func (c clientset) Discovery() discovery.DiscoveryInterfaces {
	return schemasOnly{c.Clientset.Discovery()}
}

type schemasOnly struct{ discovery.DiscoveryInterfaces }

func (schemasOnly) OpenAPIV3() openapi.Client { return openapiClient }
