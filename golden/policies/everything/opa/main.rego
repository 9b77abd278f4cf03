# What Conftest asks: every policy at once.
package main

import data.lib.pscc as lib

deny contains msg if some msg in data.pscc.policy_everything.deny

# A workload is judged as the pod that it would make.
warn contains msg if {
	asked := lib.of_workload(input)
	found := data.pscc.policy_everything.deny with input as asked
	some msg in found
}
