package main

import (
	"context"

	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// grant lets its subject `use` a policy: what a role and its binding do.
type grant struct {
	// Policy is a name, or "*" as a rule without resourceNames.
	Policy string `json:"policy"`
	// User and Group are the subject: either may match. With neither it is everyone.
	User  string `json:"user"`
	Group string `json:"group"`
	// Namespace limits the grant as a RoleBinding does; empty is everywhere.
	Namespace string `json:"namespace"`
	// APIGroup is "policy" or "extensions"; empty is both.
	APIGroup string `json:"apiGroup"`
}

func (g grant) covers(a authorizer.Attributes) bool {
	return (g.Policy == "*" || g.Policy == a.GetName()) &&
		(g.Namespace == "" || g.Namespace == a.GetNamespace()) &&
		(g.APIGroup == "" || g.APIGroup == a.GetAPIGroup()) &&
		g.isFor(a.GetUser())
}

func (g grant) isFor(who user.Info) bool {
	if g.User == "" && g.Group == "" {
		return true
	}
	if g.User != "" && g.User == who.GetName() {
		return true
	}
	for _, group := range who.GetGroups() {
		if g.Group != "" && g.Group == group {
			return true
		}
	}
	return false
}

// grants answers the plugin's questions in the place of RBAC. A nil list grants
// everything to everyone, an empty one nothing to anyone.
type grants struct{ list []grant }

func (g *grants) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	if a.GetVerb() != "use" || a.GetResource() != "podsecuritypolicies" {
		return authorizer.DecisionNoOpinion, "", nil
	}
	if g.list == nil {
		return authorizer.DecisionAllow, "", nil
	}
	for _, one := range g.list {
		if one.covers(a) {
			return authorizer.DecisionAllow, "", nil
		}
	}
	return authorizer.DecisionNoOpinion, "", nil
}
