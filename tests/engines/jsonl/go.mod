module pscc.local/engines/jsonl

go 1.26.0
