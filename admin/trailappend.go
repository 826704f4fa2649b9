package admin

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// TrailOptions are the options of [Trail.Append]; the zero value is ready.
type TrailOptions struct {
	Runtime
	// Reserved are nouns of actions that Append refuses, because the library writes them. "event" always is.
	Reserved []string
}

// eventNoun is that of the actions of kept events.
const eventNoun = "event"

// With returns the trail with other options for [Trail.Append].
func (t *Trail) With(o TrailOptions) *Trail {
	o.Reserved = slices.Clone(o.Reserved)
	return &Trail{store: t.store, o: o}
}

// Append adds a record of what a host did itself, in the transaction that the trail is in, and returns it:
//
//	_, err = center.Trail.Append(ctx, scope, "invoice.send", admin.Subject{Kind: "invoice", ID: "i-7"})
//
// It has the actor and the request of scope, and the time and an id of the options. The action is "<noun>.<verb>" of
// a-z, 0-9 and _, and its noun none of the library's, so that a host cannot append records of what the library did; the
// subject can be anything. Values must not be secret.
//
// It requires [PermissionAuditWrite], which no role has unless the host gives it, and which [System] has. It fails with
// [ErrInvalid] for an action or a value that a record cannot have ([Record.Check]), and with [ErrNotFound] if there is
// no such organization. Nothing is appended then. To choose the id or the time, append to Stores.Audit().
func (t *Trail) Append(
	ctx context.Context, scope Scope, action Action, subject Subject, changes ...Change,
) (Record, error) {
	if err := scope.Require(PermissionAuditWrite); err != nil {
		return Record{}, err
	}
	if err := t.checkOwn(action, subject); err != nil {
		return Record{}, err
	}
	rec := t.o.WithDefaults().Record(scope, action, subject, changes...)
	if err := rec.Check(); err != nil {
		return Record{}, err
	}
	if err := t.store.Append(ctx, scope.Org(), rec); err != nil {
		return Record{}, err
	}
	return rec, nil
}

// checkOwn fails with [ErrInvalid] for an action that is none of a host's own.
func (t *Trail) checkOwn(action Action, subject Subject) error {
	var p Problems
	noun, _, _ := strings.Cut(string(action), ".")
	switch {
	case !regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`).MatchString(string(action)):
		p.Add("/action", CodeFormat, "%q is not an action: use <noun>.<verb>, each of a-z, 0-9 and _", Clip(string(action)))
	case noun == eventNoun || slices.Contains(t.o.Reserved, noun):
		p.Add("/action", CodeFormat, "%q is of a noun that the library writes: use one of your own", Clip(string(action)))
	}
	if subject.Kind == "" {
		p.Add("/subject/kind", CodeRequired, "is required: give what the action was done to")
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("audit record: %w", err)
	}
	return nil
}
