package admin

import (
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// Runtime is what a service takes from its surroundings. Every field may be left zero; tests set
// them to be deterministic. Services embed it in their Options.
type Runtime struct {
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// NewID makes identifiers; nil means UUIDv7 (RFC 9562). Whatever makes them must make them in
	// ascending order, because lists page by id and mean order of creation by it.
	NewID func() uuid.UUID
	// Rand is the source of secrets and salts; nil means crypto/rand.
	Rand io.Reader
	// Logger gets what an operator should know; never a secret. nil means nothing is logged.
	Logger *slog.Logger
}

// WithDefaults fills in what was left zero.
func (r Runtime) WithDefaults() Runtime {
	return r.Or(Runtime{
		Now:    time.Now,
		NewID:  func() uuid.UUID { return uuid.Must(uuid.NewV7()) },
		Rand:   rand.Reader,
		Logger: slog.New(slog.DiscardHandler),
	})
}

// Or fills in what was left zero from other.
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
	return r
}

// Instant is the time now as it is stored: in UTC, whole microseconds, so that every storage gives
// back what was put in.
func (r Runtime) Instant() time.Time { return Instant(r.Now()) }

// Instant is t in UTC, truncated to whole microseconds and without a monotonic reading.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Record begins the audit record of what scope does now. It takes WithDefaults to have been called.
func (r Runtime) Record(scope Scope, action Action, subject Subject, changes ...Change) Record {
	return Record{
		ID: r.NewID(), At: r.Instant(), Actor: scope.Actor(),
		Action: action, Subject: subject, Changes: changes,
	}
}
