package main

import (
	"strings"
	"testing"
)

// One template for each driver, a constraint for each, and two mutators, one of
// which applies to CREATE and the other to namespaces with a label.
const documents = `{"documents":[
{"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"NotRoot","metadata":{"name":"rego"},"spec":{}},
{"apiVersion":"constraints.gatekeeper.sh/v1beta1","kind":"NotHostPid","metadata":{"name":"cel"},"spec":{"enforcementAction":"warn"}},
{"apiVersion":"templates.gatekeeper.sh/v1","kind":"ConstraintTemplate","metadata":{"name":"notroot"},"spec":{"crd":{"spec":{"names":{"kind":"NotRoot"}}},
 "targets":[{"target":"admission.k8s.gatekeeper.sh","code":[{"engine":"Rego","source":{"version":"v1","rego":
 "package notroot\nviolation contains {\"msg\": sprintf(\"%s may not\", [input.review.userInfo.username])} if input.review.object.spec.containers[_].securityContext.runAsUser == 0"}}]}]}},
{"apiVersion":"templates.gatekeeper.sh/v1","kind":"ConstraintTemplate","metadata":{"name":"nothostpid"},"spec":{"crd":{"spec":{"names":{"kind":"NotHostPid"}}},
 "targets":[{"target":"admission.k8s.gatekeeper.sh","code":[{"engine":"K8sNativeValidation","source":{"validations":[{"expression":"!has(variables.anyObject.spec.hostPID)","message":"no"}]}}]}]}},
{"apiVersion":"mutations.gatekeeper.sh/v1","kind":"Assign","metadata":{"name":"a"},"spec":{"applyTo":[{"groups":[""],"versions":["v1"],"kinds":["Pod"],"operations":["CREATE"]}],
 "location":"spec.containers[name:*].securityContext.runAsUser","parameters":{"assign":{"value":7},"pathTests":[{"subPath":"spec.containers[name:*].securityContext.runAsUser","condition":"MustNotExist"}]}}},
{"apiVersion":"mutations.gatekeeper.sh/v1","kind":"ModifySet","metadata":{"name":"d"},"spec":{"applyTo":[{"groups":[""],"versions":["v1"],"kinds":["Pod"]}],
 "match":{"namespaceSelector":{"matchLabels":{"a":"b"}}},"location":"spec.containers[name:*].securityContext.capabilities.drop","parameters":{"operation":"merge","values":{"fromList":["ALL"]}}}},
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"labelled","labels":{"a":"b"}}}
]}`

const pod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"initContainers":null,"hostPID":true,"containers":[{"name":"c"}]}}`

func loaded(t *testing.T) *server {
	t.Helper()
	s := &server{}
	if _, err := s.load([]byte(documents)); err != nil {
		t.Fatal(err)
	}
	return s
}

func one(t *testing.T, s *server, request string) reviewResult {
	t.Helper()
	reply, err := s.review([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	return reply.(map[string]any)["results"].([]reviewResult)[0]
}

func TestMutatorsRunBeforeConstraints(t *testing.T) {
	r := one(t, loaded(t), `{"mutate":true,"namespace":{"name":"labelled"},"pods":[`+pod+`]}`)
	if got := string(r.Pod); !r.Mutated || !strings.Contains(got, `"runAsUser":7`) || !strings.Contains(got, `"drop":["ALL"]`) {
		t.Errorf("pod %s", got)
	}
	if !r.Allowed || len(r.Violations) != 1 || r.Violations[0].Name != "cel" {
		t.Errorf("a warning lets the pod in: %+v", r)
	}
}

func TestOperationAndNamespaceDecide(t *testing.T) {
	if r := one(t, loaded(t), `{"mutate":true,"operation":"UPDATE","pods":[`+pod+`]}`); r.Mutated {
		t.Errorf("pod %s", r.Pod)
	}
}

func TestReviewKnowsTheUser(t *testing.T) {
	root := strings.Replace(pod, `{"name":"c"}`, `{"name":"c","securityContext":{"runAsUser":0}}`, 1)
	r := one(t, loaded(t), `{"user":{"name":"bob"},"pods":[`+root+`]}`)
	if r.Allowed || r.Violations[0].Message != "bob may not" {
		t.Errorf("%+v", r)
	}
}

func TestUnknownFieldOfAMutatorIsAnError(t *testing.T) {
	s := &server{}
	wrong := strings.Replace(documents, `"match":{"namespaceSelector"`, `"match":{"operations":["CREATE"],"namespaceSelector"`, 1)
	if _, err := s.load([]byte(wrong)); err == nil || !strings.Contains(err.Error(), "operations") || s.installed != nil {
		t.Errorf("error %v", err)
	}
}
