package settings

import (
	"context"
	"strconv"
	"strings"
)

// Reader is a Program that knows what it reads.
type Reader interface {
	// Reads lists the paths, as the operator var takes them, that the rule may read of an event:
	// in ascending order, each once. It may list more than a run reads, never less. The empty path
	// stands for the whole event, and also for a path that only a run makes.
	Reads() []string
}

// Tracer is a Program that can tell how it came to its result.
type Tracer interface {
	// Trace is Eval that keeps a record. Where the run fails with ErrEvaluation, the Trace has what
	// was recorded until then.
	Trace(ctx context.Context, event any) (any, Trace, error)
}

// Sessioner is a Program that is cheaper for one goroutine which runs it over and over.
type Sessioner interface {
	// Session is the program for one goroutine, with its working memory at hand.
	Session() Program
}

// MaxTrace is how many steps, and how many reads, a Trace holds at most.
const MaxTrace = 10_000

// Trace is the record of one run.
type Trace struct {
	// Steps are the parts of the rule that were run, in the order in which they ended: arguments
	// before the operator that takes them, and the whole rule last. What runs for each item of an
	// array is there for each.
	Steps []Step
	// Reads are the paths that were asked for, in the order in which they first were, each once.
	Reads []Read
	// Truncated says that there were more than MaxTrace steps or reads, and the later were dropped.
	Truncated bool
}

// Step is one part of a rule that was run.
type Step struct {
	// Pointer is the JSON Pointer (RFC 6901) of the part within the rule; of the whole it is empty.
	Pointer string
	// Operator is the operator of the part, such as "+"; empty for constants and arrays.
	Operator string
	// Value is what it came to, as Program.Eval gives results; nil where it failed.
	Value any
	// Failure says why the part has no value, or none that can be shown; empty where it has one.
	Failure string
	// Branch is the Pointer of the argument that an operator which chooses (if, and, or, ??, try)
	// took for its result; empty for all others.
	Branch string
	// Index is which element the nearest iteration was at, from 0; -1 outside of any.
	Index int
}

// Read is one path that was asked for.
type Read struct {
	Path string // as the operator var takes it; empty for the whole event
	// Found says that the event has it, even as null; otherwise it is missing, and the rule got its
	// default.
	Found bool
	Value any // what was found
}

// readsOf looks up what a program says it reads, for one that cannot trace.
func readsOf(paths []string, event any) []Read {
	out := make([]Read, 0, min(len(paths), MaxTrace))
	for _, path := range paths[:min(len(paths), MaxTrace)] {
		v, ok := lookUpPath(event, path)
		out = append(out, Read{path, ok, v})
	}
	return out
}

// lookUpPath follows a path of var through decoded JSON.
func lookUpPath(event any, path string) (any, bool) {
	if path == "" {
		return event, true
	}
	for name := range strings.SplitSeq(path, ".") {
		switch at := event.(type) {
		case map[string]any:
			v, ok := at[name]
			if !ok {
				return nil, false
			}
			event = v
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) {
				return nil, false
			}
			event = at[i]
		default:
			return nil, false
		}
	}
	return event, true
}
