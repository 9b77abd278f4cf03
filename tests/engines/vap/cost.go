package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilversion "k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/environment"
)

// plenty is a budget that no expression exhausts, so that what it costs shows.
const plenty = int64(1) << 40

// spent is what one expression of a policy costs on a pod; its own limit is a
// million, that of a policy with one binding ten million.
type spent struct {
	Policy string `json:"policy"`
	// Field is as in the policy: "validations[0].expression".
	Field string `json:"field"`
	// Cost includes that of the variables which it is the first to read.
	Cost  int64  `json:"cost"`
	Error string `json:"error,omitempty"`
}

// cost evaluates every expression of the loaded ValidatingAdmissionPolicies on
// each pod by the API server's own evaluator. Each expression starts without
// variables computed, so the sum of a policy's is an upper bound of what the
// API server counts.
func (s *server) cost(line []byte) (any, error) {
	if s.installed == nil {
		return nil, errors.New("nothing is loaded")
	}
	request := reviewRequest{Operation: admission.Create}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	results := make([][]spent, len(request.Pods))
	for i := range request.Pods {
		attributes, gv, err := request.attributes(i)
		if err != nil {
			return nil, err
		}
		kind := gv.WithKind(attributes.GetKind().Kind)
		versioned, err := admission.NewVersionedAttributes(attributes, kind, objectInterfaces)
		if err != nil {
			return nil, err
		}
		for _, policy := range s.installed.docs.validating {
			found, err := costs(policy, versioned, s.installed.grants)
			if err != nil {
				return nil, err
			}
			results[i] = append(results[i], found...)
		}
	}
	return map[string]any{"results": results}, nil
}

func costs(policy *admissionregistrationv1.ValidatingAdmissionPolicy, attributes *admission.VersionedAttributes, g *grants) ([]spent, error) {
	compiler, err := compilerOf(policy, environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	if err != nil {
		return nil, err
	}
	resource := metav1.GroupVersionResource(attributes.GetResource())
	review := cel.CreateAdmissionRequest(attributes.Attributes, resource, metav1.GroupVersionKind(attributes.VersionedKind))
	namespace := cel.CreateNamespaceObject(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: attributes.GetNamespace()}})
	bindings := cel.OptionalVariableBindings{Authorizer: g}
	var out []spent
	for _, e := range expressions(policy) {
		evaluator := compiler.CompileCondition([]cel.ExpressionAccessor{e.accessor}, declared(policy), environment.StoredExpressions)
		evaluated, left, err := evaluator.ForInput(context.Background(), attributes, review, bindings, namespace, plenty)
		one := spent{Policy: policy.Name, Field: e.field, Cost: plenty - left}
		if err != nil {
			one.Cost, one.Error = -1, err.Error()
		} else if evaluated[0].Error != nil {
			one.Error = evaluated[0].Error.Error()
		}
		out = append(out, one)
	}
	return out, nil
}

type expression struct {
	field    string
	accessor cel.ExpressionAccessor
}

// expressions are those of the policy that the API server evaluates by themselves.
func expressions(policy *admissionregistrationv1.ValidatingAdmissionPolicy) []expression {
	var out []expression
	for i, c := range policy.Spec.MatchConditions {
		out = append(out, expression{fmt.Sprintf("matchConditions[%d].expression", i), &validating.ValidationCondition{Expression: c.Expression}})
	}
	for i, v := range policy.Spec.Validations {
		out = append(out, expression{fmt.Sprintf("validations[%d].expression", i), &validating.ValidationCondition{Expression: v.Expression}})
		if v.MessageExpression != "" {
			out = append(out, expression{fmt.Sprintf("validations[%d].messageExpression", i), &validating.MessageExpressionCondition{MessageExpression: v.MessageExpression}})
		}
	}
	return out
}

func declared(policy *admissionregistrationv1.ValidatingAdmissionPolicy) cel.OptionalVariableDeclarations {
	return cel.OptionalVariableDeclarations{HasParams: policy.Spec.ParamKind != nil, HasAuthorizer: true}
}

func compilerOf(policy *admissionregistrationv1.ValidatingAdmissionPolicy, set *environment.EnvSet) (*cel.CompositedCompiler, error) {
	compiler, err := cel.NewCompositedCompiler(set)
	if err != nil {
		return nil, err
	}
	for _, v := range policy.Spec.Variables {
		result := compiler.CompileAndStoreVariable(&validating.Variable{Name: v.Name, Expression: v.Expression}, declared(policy), environment.StoredExpressions)
		if result.Error != nil {
			return nil, fmt.Errorf("%s: variable %s: %w", policy.Name, v.Name, result.Error)
		}
	}
	return compiler, nil
}

// compiles says which expressions a cluster of that version would refuse when
// they are written into a policy.
func compiles(docs *documents, version *utilversion.Version) error {
	set := environment.MustBaseEnvSet(version)
	var failed []error
	for _, policy := range docs.validating {
		compiler, err := cel.NewCompositedCompiler(set)
		if err != nil {
			return err
		}
		for _, v := range policy.Spec.Variables {
			result := compiler.CompileAndStoreVariable(&validating.Variable{Name: v.Name, Expression: v.Expression}, declared(policy), environment.NewExpressions)
			if result.Error != nil {
				failed = append(failed, fmt.Errorf("%s: variable %s: %w", policy.Name, v.Name, result.Error))
			}
		}
		for _, e := range expressions(policy) {
			if result := compiler.CompileCELExpression(e.accessor, declared(policy), environment.NewExpressions); result.Error != nil {
				failed = append(failed, fmt.Errorf("%s: %s: %w", policy.Name, e.field, result.Error))
			}
		}
	}
	return errors.Join(failed...)
}
