# What Conftest asks: every policy at once.
package main

deny contains msg if some msg in data.pscc.policy_restricted.deny

deny contains msg if some msg in data.pscc.choice_policy.deny
