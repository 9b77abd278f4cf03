package main

import (
	"context"
	"encoding/json"

	policyv1beta1 "k8s.io/api/policy/v1beta1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	api "k8s.io/kubernetes/pkg/apis/core"
)

// opinion is what one policy by itself says of a pod.
type opinion struct {
	Policy string `json:"policy"`
	// Unusable is why the plugin skips the policy; nothing else is then said.
	Unusable   string       `json:"unusable,omitempty"`
	Authorized bool         `json:"authorized"`
	Mutates    bool         `json:"mutates"`
	Errors     []fieldError `json:"errors"`
	// Pod is the pod as this policy leaves it, whether it then accepts it or not.
	Pod json.RawMessage `json:"pod,omitempty"`
}

// explain asks the provider of every policy, as the plugin does in turn, about
// pod as it was before admission. The plugin's own errors are a text in which
// the policies cannot be told apart, in an order that changes from run to run.
//
// An update that a policy would have to change is denied by the plugin with an
// empty list of errors; here the opinion's Mutates says so.
func (c *cluster) explain(request *admitRequest, pod *api.Pod, a admission.Attributes, result *admitResult) error {
	for _, policy := range c.known.byName {
		o := opinion{Policy: policy.Name, Authorized: c.mayUse(pod, a, policy.Name), Errors: []fieldError{}}
		after, err := o.form(policy, pod, a.GetNamespace())
		if err != nil {
			return err
		}
		if o.Authorized && !result.Allowed {
			result.Errors = append(result.Errors, o.Errors...)
		}
		if !request.Explain {
			continue
		}
		if after != nil {
			if o.Pod, err = encodePod(after); err != nil {
				return err
			}
		}
		result.Policies = append(result.Policies, o)
	}
	return nil
}

// form is assignSecurityContext of the plugin, which it does not export.
func (o *opinion) form(policy *policyv1beta1.PodSecurityPolicy, pod *api.Pod, namespace string) (*api.Pod, error) {
	provider, err := newProvider(policy, namespace)
	if err != nil {
		o.Unusable = err.Error()
		return nil, nil
	}
	after := pod.DeepCopy()
	var errs field.ErrorList
	if err := provider.MutatePod(after); err != nil {
		errs = append(errs, field.Invalid(field.NewPath(""), pod, err.Error()))
	}
	errs = append(errs, provider.ValidatePod(after)...)
	o.Errors = fieldErrors(policy.Name, errs)
	o.Mutates = !apiequality.Semantic.DeepEqual(pod, after)
	return after, nil
}

// mayUse is isAuthorizedForPolicy of the plugin, which it does not export: the
// pod's service account first, then the requester, in both API groups.
func (c *cluster) mayUse(pod *api.Pod, a admission.Attributes, name string) bool {
	subjects := []user.Info{a.GetUserInfo()}
	if pod.Spec.ServiceAccountName != "" {
		account := serviceaccount.ServiceAccountInfo{Namespace: a.GetNamespace(), Name: pod.Spec.ServiceAccountName}
		subjects = append(subjects, account.UserInfo())
	}
	for _, subject := range subjects {
		for _, group := range []string{"policy", "extensions"} {
			decision, _, _ := c.grants.Authorize(context.Background(), authorizer.AttributesRecord{
				User: subject, Verb: "use", Namespace: a.GetNamespace(), Name: name,
				APIGroup: group, APIVersion: "*", Resource: "podsecuritypolicies", ResourceRequest: true,
			})
			if decision == authorizer.DecisionAllow {
				return true
			}
		}
	}
	return false
}
