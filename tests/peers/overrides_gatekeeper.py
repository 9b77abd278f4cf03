"""Cases of gatekeeper-library in which the template means something else than Kubernetes does."""

from __future__ import annotations

from peers.overrides import Override

PEER = "gatekeeper-library"

OVERRIDES = (
    Override(
        PEER,
        "refused",
        "K8sPSPSeccomp takes a profile from the seccomp annotations. Kubernetes has not looked at these since 1.27: such "
        "a container runs without a profile, and one is required.",
        "kubernetes/kubernetes#114947, released with Kubernetes 1.27",
        tuple(
            f"seccomp/{case}"
            for case in (
                "suite.yaml: default-seccomp-required/example-allowed-container",
                "suite.yaml: default-seccomp-required/example-allowed-global",
                "src_test.rego: test_input_annotation_seccomp_allowed_in_list",
                "src_test.rego: test_input_annotation_seccomp_container_allowed_in_list",
                "src_test.rego: test_input_annotation_seccomp_containers_allowed_in_list",
                "src_test.rego: test_input_annotation_seccomp_containers_allowed_in_list_multiple",
                "src_test.rego: test_input_annotation_seccomp_pod_container",
                "src_test.rego: test_input_annotation_seccomp_pod_container_both_allowed",
                "src_test.rego: test_input_annotation_seccomp_pod_container_both_allowed_reversed",
                "src_test.rego: test_input_annotation_seccomp_pod_initcontainer_both_allowed",
                "src_test.rego: test_input_annotation_seccomp_pod_multiple_allowed_in_list",
                "src_test.rego: test_input_translation_seccomp_annotation_match_allowed_context",
            )
        ),
    ),
    Override(
        PEER,
        "refused",
        "K8sPSPCapabilities takes a container that drops ALL for one that drops every required capability by name. "
        "PodSecurityPolicy compares names, and `require capabilities.drop all of …` means what it means there.",
        "Kubernetes 1.24, pkg/security/podsecuritypolicy/capabilities/capabilities.go, Validate",
        tuple(
            f"capabilities/src_test.rego: test_input_drop_literal_{case}"
            for case in (
                "all",
                "all#01",
                "all_lower",
                "all_lower#01",
                "all_with_all_param",
                "all_with_all_param#01",
                "all_x2",
                "all_x2#01",
            )
        ),
    ),
    Override(
        PEER,
        "refused",
        "K8sPSPAllowedUsers takes MustRunAsNonRoot to be met by a user id other than 0 beside `runAsNonRoot: false`. "
        "PodSecurityPolicy refuses `runAsNonRoot: false` whatever the user id is.",
        "Kubernetes 1.24, pkg/security/podsecuritypolicy/user/nonroot.go, Validate",
        (
            "users/src_test.rego: "
            "test_user_one_container_run_as_rule_non_root_seccont_runasnonroot_is_false_user_is_not_root",
        ),
    ),
    Override(
        PEER,
        "refused",
        "K8sPSPAllowedUsers reads fsGroup and supplementalGroups from a container, in place of the pod's. A container has "
        "no such fields: the API server drops them, so the pod's own are what counts, and they are out of range or unset.",
        "k8s.io/api/core/v1/types.go, SecurityContext and PodSecurityContext",
        (
            "users/src_test.rego: "
            "test_supplemental_one_container_pod_defined_run_in_range_container_overrides_user_in_range",
            "users/src_test.rego: test_fsgroup_one_container_pod_defined_run_in_range_container_overrides_user_in_range",
            "users/src_test.rego: test_mixed_container_level_all_defined_all_in_range_mustrun",
        ),
    ),
    Override(
        PEER,
        "admitted",
        "The same the other way: the pod's own fsGroup and supplementalGroups are in range, and those on the container "
        "are no fields.",
        "k8s.io/api/core/v1/types.go, SecurityContext and PodSecurityContext",
        (
            "users/src_test.rego: "
            "test_supplemental_one_container_pod_defined_run_in_range_container_overrides_user_not_in_range",
            "users/src_test.rego: "
            "test_fsgroup_one_container_pod_defined_run_in_range_container_overrides_user_not_in_range",
        ),
    ),
)
