package jsonl

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestEveryLineGetsOneAnswer(t *testing.T) {
	handlers := map[string]Handler{
		"echo":  func(line []byte) (any, error) { return map[string]any{"line": string(line)}, nil },
		"empty": func([]byte) (any, error) { return map[string]any{}, nil },
		"list":  func([]byte) (any, error) { return []int{1}, nil },
		"panic": func([]byte) (any, error) { var m map[string]int; m["a"] = 1; return nil, nil },
	}
	in := strings.Join([]string{
		`{"id":1,"op":"echo"}`, ``, `{"id":"a","op":"empty"}`, `{"op":"list"}`,
		`{"id":[2],"op":"panic"}`, `nonsense`, `{"id":3,"op":"?"}`,
	}, "\n")
	var out strings.Builder
	if err := Serve(strings.NewReader(in), &out, handlers); err != nil {
		t.Fatal(err)
	}
	wants := []string{`{"id":1,"line":`, `{"id":"a"}`, `{"id":null,"error":`, `{"id":[2],"error":"panic: `,
		`{"id":null,"error":"not a request`, `{"id":3,"error":"unknown op`}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(wants) {
		t.Fatalf("got %d answers, want %d: %q", len(lines), len(wants), lines)
	}
	for i, want := range wants {
		if !json.Valid([]byte(lines[i])) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("answer %d: got %s, want it to start with %s", i, lines[i], want)
		}
	}
	if !strings.Contains(lines[3], "serve_test.go") {
		t.Errorf("a panic should say where: %s", lines[3])
	}
}
