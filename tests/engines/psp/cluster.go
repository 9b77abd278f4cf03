package main

import (
	"fmt"

	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/initializer"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/plugin/pkg/admission/security/podsecuritypolicy"
	"k8s.io/kubernetes/plugin/pkg/admission/serviceaccount"
)

// cluster is as much of an API server as the two plugins look at: the policies
// and service accounts that their informers know, and who may use what.
type cluster struct {
	grants          grants
	psp             plugin
	serviceAccount  plugin
	policies        cache.Indexer
	serviceAccounts cache.Indexer
	known           policySet
}

type plugin interface {
	admission.MutationInterface
	admission.ValidationInterface
}

// newCluster registers and initialises the plugins by the same calls as
// kube-apiserver. The informers are never started: nothing would fill them, so
// that each request puts its objects straight into their indexers.
func newCluster() (*cluster, error) {
	c := &cluster{}
	factory := informers.NewSharedInformerFactory(nil, 0)
	c.policies = factory.Policy().V1beta1().PodSecurityPolicies().Informer().GetIndexer()
	c.serviceAccounts = factory.Core().V1().ServiceAccounts().Informer().GetIndexer()

	registry := admission.NewPlugins()
	podsecuritypolicy.Register(registry)
	serviceaccount.Register(registry)
	setup := initializer.New(fake.NewSimpleClientset(), factory, &c.grants, utilfeature.DefaultFeatureGate)

	var err error
	if c.psp, err = start(registry, podsecuritypolicy.PluginName, setup); err != nil {
		return nil, err
	}
	c.serviceAccount, err = start(registry, serviceaccount.PluginName, setup)
	return c, err
}

func start(registry *admission.Plugins, name string, setup admission.PluginInitializer) (plugin, error) {
	started, err := registry.InitPlugin(name, nil, setup)
	if err != nil {
		return nil, err
	}
	if p, ok := started.(plugin); ok {
		return p, nil
	}
	return nil, fmt.Errorf("plugin %s is a %T", name, started)
}
