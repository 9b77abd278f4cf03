package main

import (
	"context"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/admission"
	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/plugin/pkg/admission/serviceaccount"
)

// tokenVolume is the name given to the volume that ServiceAccount admission
// adds; it would be random, and two runs could not be compared.
const tokenVolume = serviceaccount.ServiceAccountVolumeName + "-pscc"

// addServiceAccount runs ServiceAccount admission, which comes before
// PodSecurityPolicy in the API server's order. A pod's account always exists:
// the request's, or an empty one.
func (c *cluster) addServiceAccount(ctx context.Context, a admission.Attributes, given []corev1.ServiceAccount) error {
	pod := a.GetObject().(*api.Pod)
	if err := c.serviceAccounts.Replace([]any{accountFor(pod, a.GetNamespace(), given)}, ""); err != nil {
		return err
	}
	before := map[string]bool{}
	for _, v := range pod.Spec.Volumes {
		before[v.Name] = true
	}
	if err := c.serviceAccount.Admit(ctx, a, nil); err != nil {
		return err
	}
	for i, v := range pod.Spec.Volumes {
		if !before[v.Name] && strings.HasPrefix(v.Name, serviceaccount.ServiceAccountVolumeName+"-") {
			renameVolume(pod, i, tokenVolume)
			break
		}
	}
	return nil
}

func accountFor(pod *api.Pod, namespace string, given []corev1.ServiceAccount) *corev1.ServiceAccount {
	name := pod.Spec.ServiceAccountName
	if name == "" {
		name = serviceaccount.DefaultServiceAccountName
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
	for i := range given {
		if ns := given[i].Namespace; given[i].Name == name && (ns == "" || ns == namespace) {
			account = given[i].DeepCopy()
		}
	}
	account.Namespace = namespace
	return account
}

func renameVolume(pod *api.Pod, index int, name string) {
	old := pod.Spec.Volumes[index].Name
	pod.Spec.Volumes[index].Name = name
	for _, containers := range [][]api.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			for j := range containers[i].VolumeMounts {
				if containers[i].VolumeMounts[j].Name == old {
					containers[i].VolumeMounts[j].Name = name
				}
			}
		}
	}
}
