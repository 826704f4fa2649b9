package admin

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
)

// Action names what was done, as "<noun>.<verb>": "currency.add". Each domain lists its own.
type Action string

// Subject is what an action was done to.
type Subject struct {
	Kind string // the noun, such as "currency"
	ID   string // its identifier within the organization
}

// Change is one value that an action changed. Secrets are never put here.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Record is one line of the audit trail. It is written in the same transaction as what it tells
// of, by every port method that changes something, and is never changed or deleted afterwards.
type Record struct {
	ID      uuid.UUID
	At      time.Time // UTC, whole microseconds
	Actor   Actor
	Action  Action
	Subject Subject
	Changes []Change
}

// RecordKey is a record's place in the trail, which is ordered by time and then by id.
type RecordKey struct {
	At time.Time // UTC, whole microseconds
	ID uuid.UUID
}

// Key returns the record's place in the trail.
func (r Record) Key() RecordKey { return RecordKey{At: r.At, ID: r.ID} }

// Check fails with ErrInvalid for a record that does not say who did what and when. Adapters call
// it before they write, so that a forgotten record is an error and not a gap in the trail.
func (r Record) Check() error {
	if r.ID == uuid.Nil || r.At.IsZero() || r.Actor.Kind == "" || r.Action == "" || r.Subject.Kind == "" {
		return fmt.Errorf("audit record %q on %q is incomplete: it needs id, time, actor, action and subject: %w",
			r.Action, r.Subject.Kind, ErrInvalid)
	}
	return nil
}

// AuditFilter narrows a list of records; zero fields do not narrow. A database has an index for each
// field, together with From and Until, except for the kind of an actor alone: that is checked record by
// record, newest first, so narrow it by time if records of that kind are rare.
type AuditFilter struct {
	Subject Subject   // Kind alone, or Kind and ID
	Actor   Actor     // Kind alone, or Kind and ID
	Action  Action    // exactly this
	From    time.Time // at or after
	Until   time.Time // before
}

// AuditStore keeps an organization's audit trail. Nothing changes or deletes a record.
type AuditStore interface {
	// List returns at most seek.Limit records that match the filter, newest first (by descending
	// [Record.At], then by descending id), that come after seek.After in that order; the zero
	// seek.After starts at the newest.
	//
	// The order is that of time and not of ids alone, so that the records between two instants lie
	// side by side and every filter takes From and Until with it. The time cannot be had from the
	// id: a host may make ids that are only ascending ([Runtime.NewID]), and clocks of several
	// processes differ.
	List(ctx context.Context, org OrgID, f AuditFilter, seek Seek[RecordKey]) ([]Record, error)

	// Append adds a record of what a host writes itself, in the transaction that the store is in; the
	// other ports add the records of their own writes. It fails with [ErrInvalid] if the record is
	// incomplete ([Record.Check]), with [ErrExists] if its id is taken, and with [ErrNotFound] if there
	// is no such organization.
	Append(ctx context.Context, org OrgID, rec Record) error
}

// Trail reads the audit trail.
type Trail struct {
	store AuditStore
}

// NewTrail reads from store.
func NewTrail(store AuditStore) *Trail { return &Trail{store: store} }

// List pages through the records, newest first. It requires AuditRead.
func (t *Trail) List(ctx context.Context, scope Scope, f AuditFilter, q Query) (Page[Record], error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Page[Record]{}, err
	}
	// The stores compare instants as whole microseconds.
	if !f.From.IsZero() {
		f.From = Instant(f.From)
	}
	if !f.Until.IsZero() {
		f.Until = Instant(f.Until)
	}
	list := fmt.Sprintf("audit %q %d %d", []string{f.Subject.Kind, f.Subject.ID, string(f.Actor.Kind), f.Actor.ID, string(f.Action)},
		f.From.UnixMicro(), f.Until.UnixMicro())
	return Paginate(scope.Org(), list, q,
		func(seek Seek[RecordKey]) ([]Record, error) { return t.store.List(ctx, scope.Org(), f, seek) },
		Record.Key)
}

// All is every record that matches, newest first. It requires AuditRead.
func (t *Trail) All(ctx context.Context, scope Scope, f AuditFilter) iter.Seq2[Record, error] {
	return All(func(q Query) (Page[Record], error) { return t.List(ctx, scope, f, q) })
}
