package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
)

var (
	podKind    = corev1.SchemeGroupVersion.WithKind("Pod")
	policyKind = policyv1beta1.SchemeGroupVersion.WithKind("PodSecurityPolicy")

	// decoder does what the API server does to a request's body: decode,
	// default in the body's own version, convert to the internal one.
	decoder = legacyscheme.Codecs.UniversalDecoder()
	// strictDecoder says besides which fields it does not know; the API server
	// of 1.24 drops those without a word.
	strictDecoder = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()
)

// decodePod reads a Pod as the API server would. A body without apiVersion and
// kind is taken for a v1 Pod.
func decodePod(body []byte) (*api.Pod, error) {
	obj, _, err := decoder.Decode(body, &podKind, nil)
	if err != nil {
		return nil, err
	}
	pod, ok := obj.(*api.Pod)
	if !ok {
		return nil, fmt.Errorf("not a Pod but a %T", obj)
	}
	return pod, nil
}

// decodePolicy reads a PodSecurityPolicy as the API server would, and lists the
// fields that it dropped.
//
// 1.24 serves policy/v1beta1 alone. extensions/v1beta1, which served the same
// object until 1.16, is taken for it.
func decodePolicy(body []byte) (psp *policy.PodSecurityPolicy, unknown []string, err error) {
	body, err = asPolicyV1beta1(body)
	if err != nil {
		return nil, nil, err
	}
	obj, _, err := strictDecoder.Decode(body, &policyKind, nil)
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		for _, e := range strict.Errors() {
			unknown = append(unknown, e.Error())
		}
		obj, _, err = decoder.Decode(body, &policyKind, nil)
	}
	if err != nil {
		return nil, nil, err
	}
	psp, ok := obj.(*policy.PodSecurityPolicy)
	if !ok {
		return nil, nil, fmt.Errorf("not a PodSecurityPolicy but a %T", obj)
	}
	return psp, unknown, nil
}

// asPolicyV1beta1 replaces the old API group's name, and only where it is there.
func asPolicyV1beta1(body []byte) ([]byte, error) {
	if !bytes.Contains(body, []byte("extensions/v1beta1")) {
		return body, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return nil, err
	}
	if string(object["apiVersion"]) == `"extensions/v1beta1"` {
		object["apiVersion"] = json.RawMessage(`"` + policyKind.GroupVersion().String() + `"`)
	}
	return json.Marshal(object)
}

// versionedPolicy is the policy as the plugin's informer receives it.
func versionedPolicy(psp *policy.PodSecurityPolicy) (*policyv1beta1.PodSecurityPolicy, error) {
	out := &policyv1beta1.PodSecurityPolicy{}
	return out, legacyscheme.Scheme.Convert(psp, out, nil)
}

// encode is the object as a client would get it, less what an object that was
// never stored has no use for: a null creation time and an empty status.
func encode(obj runtime.Object, gv schema.GroupVersion) (json.RawMessage, error) {
	body, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(gv), obj)
	if err != nil {
		return nil, err
	}
	body = bytes.TrimSpace(body)
	// Inside a JSON string the quotes would be escaped, so these cannot match text.
	for _, nothing := range []string{`,"creationTimestamp":null`, `"creationTimestamp":null,`, `"creationTimestamp":null`, `,"status":{}`} {
		body = bytes.ReplaceAll(body, []byte(nothing), nil)
	}
	return body, nil
}

func encodePod(pod *api.Pod) (json.RawMessage, error) {
	return encode(pod, corev1.SchemeGroupVersion)
}
