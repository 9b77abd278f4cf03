package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	runtimeobject "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/warning"

	"pscc.local/engines/jsonl"
)

// patience is how long a review waits for what the plugins do in the
// background: they fetch schemas, and compile the policies that are loaded.
const patience = 5 * time.Minute

type reviewRequest struct {
	Pods        []json.RawMessage   `json:"pods"`
	Operation   admission.Operation `json:"operation"`
	OldPods     []json.RawMessage   `json:"oldPods"`
	Subresource string              `json:"subresource"`
	Namespace   string              `json:"namespace"`
	Mutate      bool                `json:"mutate"`
	Grants      []grant             `json:"grants"`
	User        struct {
		Name   string   `json:"name"`
		Groups []string `json:"groups"`
	} `json:"user"`
}

// finding is what one validation of one policy says.
type finding struct {
	Policy  string                                     `json:"policy"`
	Binding string                                     `json:"binding"`
	Message string                                     `json:"message"`
	Actions []admissionregistrationv1.ValidationAction `json:"actions"`
}

type reviewResult struct {
	Allowed  bool      `json:"allowed"`
	Findings []finding `json:"findings"`
	// Message is what the API server would answer; empty when allowed.
	Message string          `json:"message,omitempty"`
	Pod     json.RawMessage `json:"pod,omitempty"`
	Mutated bool            `json:"mutated"`
	Error   string          `json:"error,omitempty"`
}

// review reviews the request's objects, as many at once as there are processors.
func (s *server) review(line []byte) (any, error) {
	if s.installed == nil {
		return nil, errors.New("nothing is loaded")
	}
	request := reviewRequest{Operation: admission.Create}
	if err := json.Unmarshal(line, &request); err != nil {
		return nil, err
	}
	s.installed.grants.list = request.Grants
	results := make([]reviewResult, len(request.Pods))
	var wait sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range request.Pods {
		free <- struct{}{}
		wait.Go(func() {
			err := jsonl.Guard(func() error { return s.installed.reviewOne(&request, i, &results[i]) })
			if err != nil {
				results[i] = reviewResult{Findings: []finding{}, Error: err.Error()}
			}
			<-free
		})
	}
	wait.Wait()
	return map[string]any{"results": results}, nil
}

func (in *installed) reviewOne(r *reviewRequest, i int, result *reviewResult) error {
	attributes, gv, err := r.attributes(i)
	if err != nil {
		return err
	}
	if err := in.ensure(attributes.GetNamespace()); err != nil {
		return err
	}
	recorder := &recorder{}
	ctx := warning.WithWarningRecorder(context.Background(), recorder)
	err = nil
	if r.Mutate && in.chain.Handles(r.Operation) {
		before := attributes.GetObject().DeepCopyObject()
		err = in.admit(ctx, attributes)
		if err == nil {
			if result.Pod, err = encode(attributes.GetObject(), gv); err != nil {
				return err
			}
			var old json.RawMessage
			if old, err = encode(before, gv); err != nil {
				return err
			}
			result.Mutated = string(old) != string(result.Pod)
		}
	}
	if err == nil {
		err = patiently(func() error {
			return in.chain.(admission.ValidationInterface).Validate(ctx, attributes, objectInterfaces)
		})
	}
	if status := apierrors.APIStatus(nil); err != nil && !errors.As(err, &status) {
		return err
	}
	result.Allowed = err == nil
	if err != nil {
		result.Message = err.Error()
	}
	result.Findings, err = in.findings(recorder.texts)
	return err
}

func (in *installed) admit(ctx context.Context, a admission.Attributes) error {
	return patiently(func() error {
		return in.chain.(admission.MutationInterface).Admit(ctx, a, objectInterfaces)
	})
}

// patiently asks again while a plugin says that it has no schemas yet, or has
// not compiled its policies.
func patiently(ask func() error) error {
	for begun := time.Now(); ; time.Sleep(time.Millisecond) {
		err := ask()
		if err == nil || time.Since(begun) > patience {
			return err
		}
		// the plugins have no other sign of it, see Dispatch in k8s.io/apiserver pkg/admission/plugin/policy/generic
		if !apierrors.IsServiceUnavailable(err) && !strings.HasSuffix(err.Error(), "not yet ready to handle request") {
			return err
		}
	}
}

// attributes are the request as kube-apiserver hands it to its plugins: the
// objects in the internal version.
func (r *reviewRequest) attributes(i int) (admission.Attributes, schema.GroupVersion, error) {
	object, kind, err := decode(r.Pods[i])
	if err != nil {
		return nil, schema.GroupVersion{}, err
	}
	accessor, err := meta.Accessor(object)
	if err != nil {
		return nil, schema.GroupVersion{}, err
	}
	namespace := r.Namespace
	if namespace == "" {
		namespace = accessor.GetNamespace()
	}
	if namespace == "" {
		namespace = corev1.NamespaceDefault
	}
	accessor.SetNamespace(namespace)
	var old, options runtimeobject.Object = nil, &metav1.CreateOptions{}
	switch r.Operation {
	case admission.Delete:
		object, old, options = nil, object, &metav1.DeleteOptions{}
	case admission.Update:
		options = &metav1.UpdateOptions{}
		if i >= len(r.OldPods) {
			return nil, schema.GroupVersion{}, errors.New("an update needs the old pod")
		}
		if old, _, err = decode(r.OldPods[i]); err != nil {
			return nil, schema.GroupVersion{}, fmt.Errorf("old pod: %w", err)
		}
		if accessor, err := meta.Accessor(old); err == nil {
			accessor.SetNamespace(namespace)
		}
	}
	resource, _ := meta.UnsafeGuessKindToResource(*kind)
	who := &user.DefaultInfo{Name: r.User.Name, Groups: r.User.Groups}
	return admission.NewAttributesRecord(
		object, old, *kind, namespace, accessor.GetName(), resource, r.Subresource, r.Operation, options, false, who,
	), kind.GroupVersion(), nil
}

// recorder keeps the warnings that a client would get.
type recorder struct {
	lock  sync.Mutex
	texts []string
}

func (r *recorder) AddWarning(_, text string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.texts = append(r.texts, text)
}

var warned = regexp.MustCompile(`(?s)^Validation failed for ValidatingAdmissionPolicy '([^']*)' with binding '([^']*)': (.*)$`)

func (in *installed) findings(texts []string) ([]finding, error) {
	out := []finding{}
	for _, text := range texts {
		found := warned.FindStringSubmatch(text)
		if found == nil {
			return nil, fmt.Errorf("an unknown warning: %s", text)
		}
		out = append(out, finding{found[1], found[2], found[3], in.docs.actions[found[2]]})
	}
	slices.SortStableFunc(out, func(a, b finding) int { return compare(a.Policy+"\x00"+a.Binding, b.Policy+"\x00"+b.Binding) })
	return out, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
