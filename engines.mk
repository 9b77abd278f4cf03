# The real engines, built into .engines/bin from the modules of tests/engines.
# Needs Go, make and a module proxy; no C compiler. To be included by the Makefile.
#
#   make engines                 all of them
#   make .engines/bin/opa        one
#   make engines-check           versions.env and the go.mod files agree
#   make engines-test            the programs' own tests
#   make engines-clean

ENGINES_SRC := tests/engines
ENGINES_BIN := .engines/bin

include $(ENGINES_SRC)/versions.env

# No cgo: the same binary with and without a C compiler. No workspace and no
# version control stamp: neither is part of what is pinned.
ENGINES_GO := GOWORK=off CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" go
ENGINES_LDFLAGS := -s -w

# engine NAME,FOLDER,PACKAGE,SHARED,MANIFEST: .engines/bin/NAME is PACKAGE built in the module FOLDER,
# which uses the modules SHARED beside jsonl. .engines/bin/NAME.yaml is the file MANIFEST of the
# package's module: what its users apply to install it.
#
# What decides whether it is up to date is a sum over the module's content, kept
# in .engines/sums: times of files mean nothing in a fresh checkout, and CI
# restores .engines from its cache beside one.
define engine
ENGINES += $(ENGINES_BIN)/$(1)

$(ENGINES_BIN)/$(1): .engines/sums/$(1) | engines-check
	@mkdir -p $$(@D)
	@echo "building $(1) ..."
	@$(ENGINES_GO) -C $(ENGINES_SRC)/$(2) build -ldflags "$(ENGINES_LDFLAGS)" -o $$(abspath $$@) $(3)
	$(if $(5),@install -m 644 "$$$$($(ENGINES_GO) -C $(ENGINES_SRC)/$(2) list -f '{{.Module.Dir}}' $(3))/$(5)" $$@.yaml)
	@touch $$@

.engines/sums/$(1): engines-always
	@mkdir -p $$(@D)
	@echo '*' > .engines/.gitignore
	@{ echo '$(3) $(ENGINES_GO) $(ENGINES_LDFLAGS)$(if $(5), $(5))'; cksum $$(sort $$(filter-out %_test.go,$$(wildcard $$(foreach dir,$(strip $(2) jsonl $(4)),$$(addprefix $(ENGINES_SRC)/$$(dir)/,go.mod go.sum *.go))))); } > $$@.new
	@cmp -s $$@.new $$@ && rm $$@.new || mv $$@.new $$@
endef

ENGINES :=
$(eval $(call engine,opa,opa,github.com/open-policy-agent/opa))
$(eval $(call engine,conftest,conftest,github.com/open-policy-agent/conftest))
$(eval $(call engine,gator,gatekeeper,github.com/open-policy-agent/gatekeeper/v3/cmd/gator))
$(eval $(call engine,kyverno,kyverno,github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno))
$(eval $(call engine,kyverno-review,kyverno,.,webhook))
$(eval $(call engine,kustomize,kustomize,sigs.k8s.io/kustomize/kustomize/v5))
$(eval $(call engine,psp-admission,psp,.))
$(eval $(call engine,gatekeeper-review,gatekeeper,.,webhook))
$(eval $(call engine,pss-check,pss,.))
$(eval $(call engine,vap-review,vap,.))
$(eval $(call engine,kube-apiserver,vap,k8s.io/kubernetes/cmd/kube-apiserver))
$(eval $(call engine,etcd,etcd,go.etcd.io/etcd/server/v3))
$(eval $(call engine,kube-controller-manager,vap,k8s.io/kubernetes/cmd/kube-controller-manager))
$(eval $(call engine,kubectl,vap,k8s.io/kubernetes/cmd/kubectl))
$(eval $(call engine,gatekeeper-manager,gatekeeper,github.com/open-policy-agent/gatekeeper/v3,,deploy/gatekeeper.yaml))
$(eval $(call engine,kyverno-admission,kyverno,github.com/kyverno/kyverno/cmd/kyverno,,config/install-latest-testing.yaml))

.PHONY: engines engines-check engines-test engines-clean engines-always

engines: $(ENGINES)

engines-check:
	@$(ENGINES_SRC)/check-versions.sh

engines-test: engines-check
	@for module in jsonl webhook psp gatekeeper kyverno pss vap; do $(ENGINES_GO) -C $(ENGINES_SRC)/$$module vet ./... && $(ENGINES_GO) -C $(ENGINES_SRC)/$$module test ./... || exit 1; done

engines-clean:
	rm -rf .engines

engines-always:
