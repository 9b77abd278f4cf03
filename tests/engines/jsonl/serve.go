// Package jsonl is the loop that every engine program of this folder shares:
// one JSON object a line in, one JSON object a line out, in the same order.
//
// A program is started once and asked many times, since starting it costs more
// than asking: each answer is therefore flushed as soon as it is written. A
// line that cannot be read, an unknown op and a panic are answers too, so that
// one odd pod drawn by a generator does not end a run of ten thousand.
package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// Handler answers one request; line is the whole request, for the handler to
// decode. Its answer must marshal to a JSON object without a field "id".
type Handler func(line []byte) (any, error)

// envelope is what every request has in common.
type envelope struct {
	ID json.RawMessage `json:"id"`
	Op string          `json:"op"`
}

// failure is the answer to a request that could not be carried out.
type failure struct {
	Error string `json:"error"`
}

// Serve answers the requests on in until it ends. Requests without an "op" go
// to the handler named "". It returns only errors of reading and writing.
func Serve(in io.Reader, out io.Writer, handlers map[string]Handler) error {
	r := bufio.NewReaderSize(in, 1<<20)
	w := bufio.NewWriterSize(out, 1<<20)
	for {
		line, err := r.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if _, err := w.Write(answer(line, handlers)); err != nil {
				return err
			}
			if err := w.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// answer carries out one request and never fails.
func answer(line []byte, handlers map[string]Handler) []byte {
	var e envelope
	if err := json.Unmarshal(line, &e); err != nil {
		return encode(nil, failure{"not a request: " + err.Error()})
	}
	handle, ok := handlers[e.Op]
	if !ok {
		return encode(e.ID, failure{fmt.Sprintf("unknown op %q", e.Op)})
	}
	var reply any
	if err := Guard(func() (err error) { reply, err = handle(line); return err }); err != nil {
		return encode(e.ID, failure{err.Error()})
	}
	return encode(e.ID, reply)
}

// Guard runs do and turns a panic into an error, with the place it came from.
func Guard(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v, at %s", p, origin(string(debug.Stack())))
		}
	}()
	return do()
}

// origin is the first frame above the panic itself: file and line.
func origin(stack string) string {
	_, after, _ := strings.Cut(stack, "\npanic(")
	for i, line := range strings.Split(after, "\n") {
		if i > 1 && strings.HasPrefix(line, "\t") {
			return strings.TrimSpace(line)
		}
	}
	return "an unknown place"
}

// encode puts the request's id in front of the answer's own fields.
func encode(id json.RawMessage, reply any) []byte {
	body, err := json.Marshal(reply)
	if err != nil || len(body) < 2 || body[0] != '{' {
		body, _ = json.Marshal(failure{fmt.Sprintf("answer is not a JSON object: %v", err)})
	}
	if id == nil {
		id = json.RawMessage("null")
	}
	out := append([]byte(`{"id":`), id...)
	if len(body) > 2 {
		out = append(out, ',')
	}
	return append(append(out, body[1:]...), '\n')
}
