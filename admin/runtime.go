package admin

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Runtime is what a service takes from its surroundings. Every field has a useful default; tests set
// them to be deterministic. Services embed it in their Options.
type Runtime struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// NewID makes identifiers; nil means UUIDv7 (RFC 9562). It must make them in ascending order,
	// because lists page by id in order of creation.
	NewID func() uuid.UUID
	// Rand is the source of secrets and salts; nil means crypto/rand.
	Rand io.Reader
	// Logger receives what an operator should know, never a secret; nil means that nothing is logged.
	Logger *slog.Logger
	// OnEvent, if set, is called for each [Event], concurrently and within the call that it is about, which waits
	// for it: hand the event over and return. In a transaction that runs again, it can be called again. nil
	// means that events are logged.
	OnEvent func(ctx context.Context, e Event)
}

// WithDefaults returns the runtime with the defaults for its zero fields.
func (r Runtime) WithDefaults() Runtime {
	return r.Or(Runtime{
		Now:    time.Now,
		NewID:  func() uuid.UUID { return uuid.Must(uuid.NewV7()) },
		Rand:   rand.Reader,
		Logger: slog.New(slog.DiscardHandler),
	})
}

// Or returns the runtime with the fields of other for its zero fields.
func (r Runtime) Or(other Runtime) Runtime {
	if r.Now == nil {
		r.Now = other.Now
	}
	if r.NewID == nil {
		r.NewID = other.NewID
	}
	if r.Rand == nil {
		r.Rand = other.Rand
	}
	if r.Logger == nil {
		r.Logger = other.Logger
	}
	if r.OnEvent == nil {
		r.OnEvent = other.OnEvent
	}
	return r
}

// Instant returns the current time as it is stored: see the function [Instant].
func (r Runtime) Instant() time.Time { return Instant(r.Now()) }

// Instant returns t in UTC, truncated to whole microseconds and without a monotonic reading: every
// storage returns such an instant as it was written.
func Instant(t time.Time) time.Time {
	if s := t.Unix(); s >= 0 && s < maxFastInstant {
		return time.UnixMicro(t.UnixMicro()).UTC() // half of what Truncate takes
	}
	return t.UTC().Truncate(time.Microsecond)
}

// maxFastInstant is in the year 9999; what is far beyond overflows microseconds.
const maxFastInstant = 253_000_000_000

// Record returns the audit record of what scope does now, with the scope's [Request]. The runtime must have its
// defaults.
func (r Runtime) Record(scope Scope, action Action, subject Subject, changes ...Change) Record {
	return Record{
		ID: r.NewID(), At: r.Instant(), Actor: scope.Actor(),
		Action: action, Subject: subject, Changes: changes, Request: scope.Request(),
	}
}
