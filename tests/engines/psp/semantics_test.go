package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/capabilities"
)

// The rules that are easy to get wrong, asked of the real code: each is one
// policy, one pod and the verdict. policy and pod are what differs from a policy
// that allows all it can and from a pod with one container "c".
var surprises = []struct {
	name, policy, annotations, pod string
	allowed                        bool
}{
	{"an unset procMount is not defaulted, and counts as Default",
		`"allowedProcMountTypes":["Unmasked"]`, ``, `"containers":[{"name":"c","securityContext":{}}]`, false},
	{"the root prefix covers absolute paths",
		`"allowedHostPaths":[{"pathPrefix":"/"}]`, ``, `"volumes":[{"name":"v","hostPath":{"path":"/a"}}]`, true},
	{"the root prefix does not cover a relative path",
		`"allowedHostPaths":[{"pathPrefix":"/"}]`, ``, `"volumes":[{"name":"v","hostPath":{"path":"a"}}]`, false},
	{"one trailing slash of a prefix is trimmed",
		`"allowedHostPaths":[{"pathPrefix":"/a/"}]`, ``, `"volumes":[{"name":"v","hostPath":{"path":"/a"}}]`, true},
	{"two are not",
		`"allowedHostPaths":[{"pathPrefix":"/a//"}]`, ``, `"volumes":[{"name":"v","hostPath":{"path":"/a/b"}}]`, false},
	{"a port range that begins out of bounds still matches the rest of it",
		`"hostPorts":[{"min":-5,"max":3}]`, ``, `"containers":[{"name":"c","ports":[{"containerPort":1,"hostPort":3}]}]`, true},
	{"the host network makes every port a host port",
		`"hostNetwork":true`, ``, `"hostNetwork":true,"containers":[{"name":"c","ports":[{"containerPort":1}]}]`, false},
	{"a safe sysctl spelled with a slash is not safe",
		``, ``, `"securityContext":{"sysctls":[{"name":"kernel/shm_rmid_forced","value":"1"}]}`, false},
	{"seccomp: an empty list is like no list",
		``, `"seccomp.security.alpha.kubernetes.io/allowedProfileNames":""`, ``, true},
	{"seccomp: any profile includes none",
		``, `"seccomp.security.alpha.kubernetes.io/allowedProfileNames":"*"`, ``, true},
	{"seccomp: with a list the pod must have a profile, whatever its containers have",
		``, `"seccomp.security.alpha.kubernetes.io/allowedProfileNames":"runtime/default"`,
		`"containers":[{"name":"c","securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}]`, false},
	{"seccomp: a default without a list denies everything",
		``, `"seccomp.security.alpha.kubernetes.io/defaultProfileName":"runtime/default"`, ``, false},
	{"AppArmor: an empty list denies everything",
		``, `"apparmor.security.beta.kubernetes.io/allowedProfileNames":""`, ``, false},
	{"SELinux: categories may come in any order",
		`"seLinux":{"rule":"MustRunAs","seLinuxOptions":{"level":"s0:c1,c2"}}`, ``,
		`"securityContext":{"seLinuxOptions":{"level":"s0:c2,c1"}}`, true},
	{"SELinux: but not twice",
		`"seLinux":{"rule":"MustRunAs","seLinuxOptions":{"level":"s0:c1,c2"}}`, ``,
		`"securityContext":{"seLinuxOptions":{"level":"s0:c2,c1,c1"}}`, false},
	{"a projected volume without sources is fine where secrets are",
		`"volumes":["secret"]`, ``, `"volumes":[{"name":"v","projected":{"sources":[]}}]`, true},
	{"dropping ALL is dropping KILL only when both are said, and the policy says it",
		`"requiredDropCapabilities":["KILL"]`, ``, `"containers":[{"name":"c","securityContext":{"capabilities":{"drop":["ALL"]}}}]`, true},
	{"MustRunAsNonRoot denies runAsNonRoot false even beside a uid",
		`"runAsUser":{"rule":"MustRunAsNonRoot"}`, ``, `"securityContext":{"runAsNonRoot":false,"runAsUser":5}`, false},
	{"MustRunAs for SELinux without options is no policy at all",
		`"seLinux":{"rule":"MustRunAs"}`, ``, ``, false},
}

func TestSurprises(t *testing.T) {
	c := testCluster(t)
	for _, s := range surprises {
		t.Run(s.name, func(t *testing.T) {
			r := admitted(t, c, `{"policies":[`+testPolicy("p", s.policy, s.annotations)+`],"pods":[`+testPod(s.pod)+`]}`)
			if r.Allowed != s.allowed {
				t.Errorf("allowed: %v, errors %+v, message %s", r.Allowed, r.Errors, r.Message)
			}
		})
	}
}

func TestUpdateIsNeverChanged(t *testing.T) {
	r := admitted(t, testCluster(t), `{"operation":"UPDATE","policies":[`+testPolicy("p", `"readOnlyRootFilesystem":true`, "")+`],"pods":[`+testPod("")+`]}`)
	if r.Allowed || len(r.Errors) > 0 {
		t.Errorf("denied without an error of a policy is what the plugin says: %+v", r)
	}
}

func TestLaterPolicyThatChangesNothingWins(t *testing.T) {
	policies := testPolicy("a", `"readOnlyRootFilesystem":true`, "") + "," + testPolicy("b", "", "")
	if r := admitted(t, testCluster(t), `{"policies":[`+policies+`],"pods":[`+testPod("")+`]}`); r.Policy != "b" {
		t.Errorf("policy %q", r.Policy)
	}
}

func TestServiceAccountIsNotAuthenticated(t *testing.T) {
	request := `{"grants":[{"policy":"p","group":%q}],"policies":[` + testPolicy("p", "", "") + `],"pods":[` + testPod(`"serviceAccountName":"s"`) + `]}`
	for group, allowed := range map[string]bool{"system:authenticated": false, "system:serviceaccounts": true, "system:serviceaccounts:default": true} {
		if r := admitted(t, testCluster(t), fmt.Sprintf(request, group)); r.Allowed != allowed {
			t.Errorf("%s: %v %s", group, r.Allowed, r.Message)
		}
	}
}

func TestUnknownFieldIsDropped(t *testing.T) {
	reply, err := validatePolicy([]byte(`{"policies":[` + testPolicy("p", `"allowPrivilegeEscalatoin":false`, "") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := reply.(map[string]any)["results"].([]policyResult)[0]
	if !r.Accepted || len(r.Unknown) != 1 || !strings.Contains(string(r.Policy), `"allowPrivilegeEscalation":true`) {
		t.Errorf("%+v", r)
	}
}

func testCluster(t *testing.T) *cluster {
	t.Helper()
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	if err := utilfeature.DefaultMutableFeatureGate.Set("ProcMountType=true"); err != nil {
		t.Fatal(err)
	}
	c, err := newCluster()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func admitted(t *testing.T, c *cluster, request string) admitResult {
	t.Helper()
	reply, err := c.admit([]byte(request))
	if err != nil {
		t.Fatal(err)
	}
	r := reply.(map[string]any)["results"].([]admitResult)[0]
	if r.Error != "" {
		t.Fatal(r.Error)
	}
	return r
}

// testPolicy is a policy that allows what it can, with fields of spec replaced.
func testPolicy(name, spec, annotations string) string {
	fields := map[string]any{"volumes": []string{"*"}}
	for _, field := range []string{"runAsUser", "seLinux", "fsGroup", "supplementalGroups"} {
		fields[field] = map[string]string{"rule": "RunAsAny"}
	}
	return merged(fields, spec, `"apiVersion":"policy/v1beta1","kind":"PodSecurityPolicy","metadata":{"name":"`+name+`","annotations":{`+annotations+`}}`)
}

func testPod(spec string) string {
	fields := map[string]any{"containers": []map[string]string{{"name": "c"}}}
	return merged(fields, spec, `"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}`)
}

func merged(fields map[string]any, spec, head string) string {
	if err := json.Unmarshal([]byte("{"+spec+"}"), &fields); err != nil {
		panic(err)
	}
	body, _ := json.Marshal(fields)
	return `{` + head + `,"spec":` + string(body) + `}`
}
