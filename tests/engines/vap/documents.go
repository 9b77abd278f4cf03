package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	"k8s.io/kubernetes/pkg/apis/admissionregistration/validation"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
)

// strict does what the API server does to a request's body (decode, default,
// convert to the internal version), and refuses a field that it does not know.
var strict = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()

// documents are what a load installs, in the versions that the plugins watch.
type documents struct {
	validating []*admissionregistrationv1.ValidatingAdmissionPolicy
	objects    []runtime.Object
	ignored    []string
	// actions are what each binding asks for.
	actions map[string][]admissionregistrationv1.ValidationAction
}

// read decodes, defaults, validates and converts what is given, as the API
// server does when it is applied. All errors at once.
func read(bodies []json.RawMessage) (*documents, error) {
	docs := &documents{actions: map[string][]admissionregistrationv1.ValidationAction{}}
	var failed []error
	for _, body := range bodies {
		if err := docs.add(body); err != nil {
			failed = append(failed, err)
		}
	}
	return docs, errors.Join(failed...)
}

func (d *documents) add(body json.RawMessage) error {
	var head metav1.PartialObjectMetadata
	if err := json.Unmarshal(body, &head); err != nil {
		return err
	}
	object, _, err := strict.Decode(body, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		d.ignored = append(d.ignored, head.Kind+"/"+head.Name)
		return nil
	}
	if err == nil {
		err = validate(object)
	}
	if err == nil {
		err = d.install(object)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", head.Kind, head.Name, err)
	}
	return nil
}

func validate(object runtime.Object) error {
	var wrong field.ErrorList
	switch object := object.(type) {
	case *admissionregistration.ValidatingAdmissionPolicy:
		wrong = validation.ValidateValidatingAdmissionPolicy(object)
	case *admissionregistration.ValidatingAdmissionPolicyBinding:
		wrong = validation.ValidateValidatingAdmissionPolicyBinding(object)
	case *admissionregistration.MutatingAdmissionPolicy:
		wrong = validation.ValidateMutatingAdmissionPolicy(object)
	case *admissionregistration.MutatingAdmissionPolicyBinding:
		wrong = validation.ValidateMutatingAdmissionPolicyBinding(object)
	}
	return wrong.ToAggregate()
}

func (d *documents) install(object runtime.Object) error {
	var target runtime.Object
	switch object.(type) {
	case *admissionregistration.ValidatingAdmissionPolicy:
		target = &admissionregistrationv1.ValidatingAdmissionPolicy{}
	case *admissionregistration.ValidatingAdmissionPolicyBinding:
		target = &admissionregistrationv1.ValidatingAdmissionPolicyBinding{}
	case *admissionregistration.MutatingAdmissionPolicy:
		target = &admissionregistrationv1.MutatingAdmissionPolicy{}
	case *admissionregistration.MutatingAdmissionPolicyBinding:
		target = &admissionregistrationv1.MutatingAdmissionPolicyBinding{}
	default:
		target = &corev1.Namespace{}
	}
	if err := legacyscheme.Scheme.Convert(object, target, nil); err != nil {
		return err
	}
	switch target := target.(type) {
	case *admissionregistrationv1.ValidatingAdmissionPolicy:
		d.validating = append(d.validating, target)
	case *admissionregistrationv1.ValidatingAdmissionPolicyBinding:
		d.actions[target.Name] = target.Spec.ValidationActions
		target.Spec.ValidationActions = told(target.Spec.ValidationActions)
	case *corev1.Namespace:
		// The API server sets this one on every namespace.
		metav1.SetMetaDataLabel(&target.ObjectMeta, corev1.LabelMetadataName, target.Name)
	}
	d.objects = append(d.objects, target)
	return nil
}

// told is actions with a warning beside: a denial names the first finding
// alone, warnings name them all. The API refuses the pair "Deny", "Warn" in a
// binding, the plugin carries it out.
func told(actions []admissionregistrationv1.ValidationAction) []admissionregistrationv1.ValidationAction {
	out := []admissionregistrationv1.ValidationAction{admissionregistrationv1.Warn}
	for _, action := range actions {
		if action != admissionregistrationv1.Warn {
			out = append(out, action)
		}
	}
	return out
}

// decode reads an object of a request.
func decode(body json.RawMessage) (runtime.Object, *schema.GroupVersionKind, error) {
	return legacyscheme.Codecs.UniversalDecoder().Decode(body, nil, nil)
}

// encode is the object as a client would get it, less what an object that was
// never stored has no use for.
func encode(object runtime.Object, gv schema.GroupVersion) (json.RawMessage, error) {
	body, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(gv), object)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(body))
	for _, nothing := range []string{`,"creationTimestamp":null`, `"creationTimestamp":null,`, `"creationTimestamp":null`, `,"status":{}`} {
		text = strings.ReplaceAll(text, nothing, "")
	}
	return json.RawMessage(bytes.TrimSpace([]byte(text))), nil
}

// normalize is each object after decoding and defaults.
func normalize(line []byte) (any, error) {
	var request struct {
		Pods []json.RawMessage `json:"pods"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	results := make([]map[string]json.RawMessage, len(request.Pods))
	for i, body := range request.Pods {
		object, kind, err := decode(body)
		if err != nil {
			return nil, err
		}
		pod, err := encode(object, kind.GroupVersion())
		if err != nil {
			return nil, err
		}
		results[i] = map[string]json.RawMessage{"pod": pod}
	}
	return map[string]any{"results": results}, nil
}
