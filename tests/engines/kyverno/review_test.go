package main

import (
	"strings"
	"testing"
)

// A MutatingPolicy for creations, a ValidatingPolicy that asks for the operation,
// the user and the namespace's labels, and one for debug containers alone.
const documents = `{"documents":[
{"apiVersion":"policies.kyverno.io/v1","kind":"MutatingPolicy","metadata":{"name":"defaults"},"spec":{"autogen":{"podControllers":{"controllers":[]}},
 "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},
 "mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"has(object.spec.hostPID) ? [] : [JSONPatch{op: \"add\", path: \"/spec/hostPID\", value: false}]"}}]}},
{"apiVersion":"policies.kyverno.io/v1","kind":"ValidatingPolicy","metadata":{"name":"p"},"spec":{"validationActions":["Deny"],
 "matchConstraints":{"namespaceSelector":{"matchLabels":{"a":"b"}},"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE","UPDATE"],"resources":["pods"]}]},
 "matchConditions":[{"name":"changed","expression":"request.operation != \"UPDATE\" || object.spec != oldObject.spec"}],
 "validations":[{"expression":"!object.spec.hostPID","messageExpression":"request.userInfo.username + \" may not\""},{"expression":"!has(object.spec.hostIPC)","message":"no"}]}},
{"apiVersion":"policies.kyverno.io/v1","kind":"ValidatingPolicy","metadata":{"name":"debug"},"spec":{"validationActions":["Warn"],
 "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["UPDATE"],"resources":["pods/ephemeralcontainers"]}]},
 "validations":[{"expression":"false","message":"no debugging"}]}},
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"labelled","labels":{"a":"b"}}},
{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}
]}`

const (
	plain = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"initContainers":null,"containers":[{"name":"c","image":"i"}]}}`
	host  = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"hostPID":true,"hostIPC":true,"containers":[{"name":"c","image":"i"}]}}`
)

func loaded(t *testing.T) *server {
	t.Helper()
	s := &server{}
	reply, err := s.load([]byte(documents))
	if err != nil {
		t.Fatal(err)
	}
	if ignored := reply.(map[string]any)["ignored"].([]string); len(ignored) != 1 || ignored[0] != "ConfigMap c" {
		t.Errorf("ignored: %v", ignored)
	}
	return s
}

func one(t *testing.T, s *server, request string) reviewResult {
	t.Helper()
	reply, err := s.review([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	result := reply.(map[string]any)["results"].([]reviewResult)[0]
	if result.Error != "" {
		t.Fatal(result.Error)
	}
	return result
}

func TestMutationRunsBeforeValidation(t *testing.T) {
	r := one(t, loaded(t), `{"mutate":true,"namespace":{"name":"labelled"},"pods":[`+plain+`]}`)
	if got := string(r.Pod); !r.Mutated || !strings.Contains(got, `"hostPID":false`) || strings.Contains(got, "namespace") {
		t.Errorf("pod %s", got)
	}
	if !r.Allowed || len(r.Findings) != 0 {
		t.Errorf("what is set is what is validated: %+v", r)
	}
	if r := one(t, loaded(t), `{"namespace":{"name":"labelled"},"pods":[`+plain+`]}`); r.Allowed || r.Findings[0].Status != "error" {
		t.Errorf("an expression that fails denies: %+v", r)
	}
}

func TestTheFirstFailingValidationIsTold(t *testing.T) {
	r := one(t, loaded(t), `{"namespace":{"name":"n","labels":{"a":"b"}},"user":{"name":"bob"},"pods":[`+host+`]}`)
	if r.Allowed || r.Message != "Policy p failed: bob may not" {
		t.Errorf("%+v", r)
	}
	if len(r.Findings) != 1 || r.Findings[0].Message != "bob may not" || r.Findings[0].Actions[0] != "Deny" {
		t.Errorf("%+v", r.Findings)
	}
}

func TestTheNamespaceDecides(t *testing.T) {
	if r := one(t, loaded(t), `{"namespace":{"name":"other"},"pods":[`+host+`]}`); !r.Allowed {
		t.Errorf("%+v", r)
	}
}

func TestUpdatesKnowTheOldObject(t *testing.T) {
	update := `{"mutate":true,"operation":"UPDATE","namespace":{"name":"labelled"},"user":{"name":"bob"},"pods":[` + host + `],"oldPods":[`
	if r := one(t, loaded(t), update+host+`]}`); !r.Allowed || r.Mutated {
		t.Errorf("nothing has changed: %+v", r)
	}
	if r := one(t, loaded(t), update+plain+`]}`); r.Allowed {
		t.Errorf("%+v", r)
	}
}

func TestASubresourceIsAnotherResource(t *testing.T) {
	r := one(t, loaded(t), `{"operation":"UPDATE","subresource":"ephemeralcontainers","namespace":{"name":"labelled"},"pods":[`+host+`],"oldPods":[`+plain+`]}`)
	if !r.Allowed || len(r.Findings) != 1 || r.Findings[0].Policy != "debug" || len(r.Warnings) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestABadPolicyIsRefused(t *testing.T) {
	for _, change := range [][2]string{
		{`"!object.spec.hostPID"`, `"object.spec."`},
		{`"validationActions":["Deny"]`, `"validationActions":["Refuse"]`},
		{`"validationActions":["Deny"]`, `"actions":["Deny"]`},
	} {
		s := loaded(t)
		if _, err := s.load([]byte(strings.Replace(documents, change[0], change[1], 1))); err == nil {
			t.Errorf("%s was taken", change[1])
		}
		if _, err := s.review([]byte(`{"pods":[]}`)); err == nil {
			t.Error("after a failed load nothing is left")
		}
	}
}
