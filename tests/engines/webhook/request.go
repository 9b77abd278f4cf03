// Package webhook is what the API server sends to an admission webhook, made of
// the requests that the programs of this folder take: Gatekeeper's and Kyverno's.
package webhook

import (
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"sync"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apiruntime "k8s.io/apimachinery/pkg/runtime"

	"pscc.local/engines/jsonl"
)

// Request asks for reviews of Pods, which may be objects of any kind.
type Request struct {
	Pods        []json.RawMessage     `json:"pods"`
	Operation   admissionv1.Operation `json:"operation"`
	OldPods     []json.RawMessage     `json:"oldPods"`
	Subresource string                `json:"subresource"`
	Mutate      bool                  `json:"mutate"`
	User        struct {
		Name   string   `json:"name"`
		Groups []string `json:"groups"`
	} `json:"user"`
	Namespace *struct {
		Name        string            `json:"name"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"namespace"`
}

// Read is the request in line, for creations where it names no operation.
func Read(line []byte) (*Request, error) {
	request := &Request{Operation: admissionv1.Create}
	return request, json.Unmarshal(line, request)
}

// Each reviews the objects by number, as many at once as there are processors.
// A panic is an error.
func (r *Request) Each(review func(i int) error) []error {
	errs := make([]error, len(r.Pods))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range r.Pods {
		free <- struct{}{}
		wait.Go(func() {
			errs[i] = jsonl.Guard(func() error { return review(i) })
			<-free
		})
	}
	wait.Wait()
	return errs
}

// Objects are the i-th object and the old one, which is nil for a creation and
// for an update that comes without. A deletion's are the same.
func (r *Request) Objects(i int) (object, old *unstructured.Unstructured, err error) {
	if object, err = decode(r.Pods[i]); err != nil {
		return nil, nil, err
	}
	switch {
	case r.Operation == admissionv1.Delete:
		old = object // what is deleted; the request then has no object
	case r.Operation == admissionv1.Update && i < len(r.OldPods):
		if old, err = decode(r.OldPods[i]); err != nil {
			return nil, nil, fmt.Errorf("old pod: %w", err)
		}
	}
	return object, old, nil
}

// decode reads an object as a webhook would receive it. Kubernetes sends no
// nulls, and Gatekeeper's mutators fail on them.
func decode(body json.RawMessage) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(body); err != nil {
		return nil, err
	}
	dropNulls(object.Object)
	return object, nil
}

func dropNulls(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			if child == nil {
				delete(v, key)
			}
			dropNulls(child)
		}
	case []any:
		for _, child := range v {
			dropNulls(child)
		}
	}
}

// NamespaceOf is the Namespace that the webhooks would fetch: as the request
// describes it, or a loaded document of that name, or one without labels of its
// own. Nil for an object of the cluster, which a request asks for by a
// namespace without a name.
func (r *Request) NamespaceOf(object *unstructured.Unstructured, known map[string]*corev1.Namespace) *corev1.Namespace {
	name := object.GetNamespace()
	if name == "" {
		name = metav1.NamespaceDefault
	}
	namespace := &corev1.Namespace{}
	if r.Namespace != nil {
		if name = r.Namespace.Name; name == "" {
			return nil
		}
		namespace.Labels, namespace.Annotations = maps.Clone(r.Namespace.Labels), r.Namespace.Annotations
	}
	if loaded := known[name]; loaded != nil && namespace.Labels == nil && namespace.Annotations == nil {
		namespace = loaded.DeepCopy()
	}
	namespace.Name = name
	namespace.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}
	// The API server sets this one on every namespace.
	metav1.SetMetaDataLabel(&namespace.ObjectMeta, corev1.LabelMetadataName, name)
	return namespace
}

// Admission is the request for object as the API server would send it.
func (r *Request) Admission(object, old *unstructured.Unstructured, namespace *corev1.Namespace) (*admissionv1.AdmissionRequest, error) {
	kind := object.GroupVersionKind()
	plural, _ := meta.UnsafeGuessKindToResource(kind)
	request := &admissionv1.AdmissionRequest{
		UID:         "00000000-0000-0000-0000-000000000000",
		Kind:        metav1.GroupVersionKind(kind),
		Resource:    metav1.GroupVersionResource(plural),
		SubResource: r.Subresource,
		Name:        object.GetName(),
		Operation:   r.Operation,
		UserInfo:    authenticationv1.UserInfo{Username: r.User.Name, Groups: r.User.Groups},
	}
	request.RequestKind, request.RequestResource, request.RequestSubResource = &request.Kind, &request.Resource, r.Subresource
	if namespace != nil {
		request.Namespace = namespace.Name
	}
	var err error
	if r.Operation != admissionv1.Delete {
		if request.Object, err = raw(object); err != nil {
			return nil, err
		}
	}
	if old != nil {
		request.OldObject, err = raw(old)
	}
	return request, err
}

func raw(object *unstructured.Unstructured) (apiruntime.RawExtension, error) {
	body, err := object.MarshalJSON()
	return apiruntime.RawExtension{Raw: body}, err
}
