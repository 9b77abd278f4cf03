package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
	api "k8s.io/kubernetes/pkg/apis/core"
)

// fieldError is a field.Error whose parts can be compared.
type fieldError struct {
	Policy string          `json:"policy,omitempty"`
	Type   string          `json:"type"`
	Field  string          `json:"field"`
	Value  json.RawMessage `json:"value"`
	Detail string          `json:"detail"`
}

// fieldErrors lists errs, with the name of the policy that they come from.
func fieldErrors(policy string, errs field.ErrorList) []fieldError {
	out := make([]fieldError, 0, len(errs))
	for _, err := range errs {
		e := fieldError{Policy: policy, Type: "Other", Detail: err.Error(), Value: json.RawMessage("null")}
		var f *field.Error
		if errors.As(err, &f) {
			e = fieldError{policy, string(f.Type), f.Field, value(f.BadValue), f.Detail}
		}
		out = append(out, e)
	}
	return out
}

// value is the offending value as JSON, or as text where it has none. A whole
// pod, which is what PSP gives when a mutation fails, is left out.
func value(v any) json.RawMessage {
	if _, ok := v.(*api.Pod); ok {
		return json.RawMessage("null")
	}
	body, err := json.Marshal(v)
	if err != nil {
		body, _ = json.Marshal(fmt.Sprint(v))
	}
	return body
}
