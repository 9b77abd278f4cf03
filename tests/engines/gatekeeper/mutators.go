package main

import (
	"fmt"

	"github.com/open-policy-agent/gatekeeper/v3/apis/mutations/unversioned"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/mutators/assign"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/mutators/assignimage"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/mutators/assignmeta"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/mutators/modifyset"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/mutation/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

func isMutator(d *unstructured.Unstructured) bool {
	return d.GroupVersionKind().Group == "mutations.gatekeeper.sh"
}

// addMutator adds d to the system. Two mutators whose paths contradict each
// other are an error here: on a cluster both would silently stop working.
func (in *installed) addMutator(d *unstructured.Unstructured) error {
	m, err := toMutator(d)
	if err != nil {
		return err
	}
	return in.mutators.Upsert(m)
}

func toMutator(d *unstructured.Unstructured) (types.Mutator, error) {
	switch d.GetKind() {
	case "Assign":
		return convert(d, assign.MutatorForAssign)
	case "AssignMetadata":
		return convert(d, func(a *unversioned.AssignMetadata) (*assignmeta.Mutator, error) {
			return assignmeta.MutatorForAssignMetadata(a)
		})
	case "ModifySet":
		return convert(d, modifyset.MutatorForModifySet)
	case "AssignImage":
		return convert(d, assignimage.MutatorForAssignImage)
	}
	return nil, fmt.Errorf("not a kind of mutator")
}

// convert makes the typed object and then the mutator. A field that the type
// does not have is an error: the API server would drop it, and with it a
// condition that somebody relies on.
func convert[T any, M types.Mutator](d *unstructured.Unstructured, build func(*T) (M, error)) (types.Mutator, error) {
	typed := new(T)
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(d.UnstructuredContent(), typed, true); err != nil {
		return nil, err
	}
	return build(typed)
}
