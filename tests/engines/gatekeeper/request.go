package main

import (
	"encoding/json"
	"maps"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

type reviewRequest struct {
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

// namespaceOf is the Namespace that the webhooks would fetch: as the request
// describes it, or a loaded document of that name, or one without labels of its
// own. Nil for an object of the cluster, which a request asks for by a
// namespace without a name.
func (r *reviewRequest) namespaceOf(object *unstructured.Unstructured, known map[string]*corev1.Namespace) *corev1.Namespace {
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

// admissionRequest is the request as the API server would send it.
func (r *reviewRequest) admissionRequest(object, old *unstructured.Unstructured, namespace *corev1.Namespace) (*admissionv1.AdmissionRequest, error) {
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

func raw(object *unstructured.Unstructured) (runtime.RawExtension, error) {
	body, err := object.MarshalJSON()
	return runtime.RawExtension{Raw: body}, err
}
