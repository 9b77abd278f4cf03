package main

import (
	"context"

	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// grant lets its subject do something: what a role and its binding say.
type grant struct {
	Verb      string `json:"verb"`
	APIGroup  string `json:"apiGroup"`
	Resource  string `json:"resource"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	// User and Group are the subject: either may match. With neither it is everyone.
	User  string `json:"user"`
	Group string `json:"group"`
}

// covers: what a grant leaves empty is not limited by it.
func (g grant) covers(a authorizer.Attributes) bool {
	for _, pair := range [][2]string{
		{g.Verb, a.GetVerb()},
		{g.APIGroup, a.GetAPIGroup()},
		{g.Resource, a.GetResource()},
		{g.Name, a.GetName()},
		{g.Namespace, a.GetNamespace()},
	} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	return g.isFor(a.GetUser())
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

// grants answers the policies' questions in the place of RBAC.
type grants struct{ list []grant }

func (g *grants) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	for _, one := range g.list {
		if one.covers(a) {
			return authorizer.DecisionAllow, "", nil
		}
	}
	return authorizer.DecisionNoOpinion, "", nil
}

func (g *grants) ConditionsAwareAuthorize(ctx context.Context, a authorizer.Attributes) authorizer.ConditionsAwareDecision {
	return authorizer.ConditionsAwareDecisionFromParts(g.Authorize(ctx, a))
}

func (g *grants) EvaluateConditions(context.Context, authorizer.ConditionsAwareDecision, authorizer.ConditionsData) (authorizer.Decision, string, error) {
	return authorizer.DecisionDeny, "", authorizer.ErrorConditionEvaluationNotSupported
}
