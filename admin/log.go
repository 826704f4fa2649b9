package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"time"
)

// LogPorts are the stores of a [Log]. All are required.
type LogPorts struct {
	Log LogStore
}

// LogOptions are the options of a [Log]; the zero value is ready.
type LogOptions struct {
	Runtime
	// Every is how long [Log.Run] waits between two looks at what is to be sealed; 0 means 200 ms.
	Every time.Duration
}

// Log is the audit trail in the order in which it was sealed: to follow, to export and to verify. It is safe for
// concurrent use.
type Log struct {
	ports LogPorts
	o     LogOptions
}

// NewLog returns the log in ports. It fails with [ErrInvalid] if a port is missing or an option is out of its range.
func NewLog(ports LogPorts, o LogOptions) (*Log, error) {
	var p Problems
	if ports.Log == nil {
		p.Add("/ports/log", CodeRequired, "is required: give the admin.LogStore of a storage")
	}
	if o.Every < 0 {
		p.Add("/every", CodeRange, "%v between two looks: give 0 for 200ms, or more", o.Every)
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	o.Runtime = o.WithDefaults()
	if o.Every == 0 {
		o.Every = 200 * time.Millisecond
	}
	return &Log{ports: ports, o: o}, nil
}

// In returns the log over other ports, such as those of a transaction, with the same options.
func (l *Log) In(ports LogPorts) *Log { return &Log{ports: ports, o: l.o} }

// sealedAtOnce is how many records are sealed in a transaction.
const sealedAtOnce = 1000

// Seal gives all records that wait for it their place in the log, and returns the head of the log then. [Log.Run]
// does so by itself; call Seal before a head is published, or without a worker. It changes no record, and requires
// [PermissionAuditRead].
func (l *Log) Seal(ctx context.Context, scope Scope) (Head, error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Head{}, err
	}
	return l.seal(ctx, scope.Org(), time.Time{})
}

func (l *Log) seal(ctx context.Context, org OrgID, horizon time.Time) (Head, error) {
	for {
		s := Sealing{At: l.o.Instant(), Horizon: horizon, Limit: sealedAtOnce}
		head, drained, err := l.ports.Log.Seal(ctx, org, s)
		if err != nil || drained {
			return head, err
		}
	}
}

// Head returns the end of the log, to be kept elsewhere. It requires [PermissionAuditRead].
func (l *Log) Head(ctx context.Context, scope Scope) (Head, error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Head{}, err
	}
	return l.ports.Log.Head(ctx, scope.Org())
}

// Heads returns at most limit heads after a place, of all organizations, in the order in which they grew last. It
// is for the host's own code, which follows every organization: a follower that keeps the place of the last head that
// it saw, and looks again from a minute before it, misses none. It fails with [ErrInvalid] for a limit that is
// not from 1 to [MaxLimit].
func (l *Log) Heads(ctx context.Context, after HeadKey, limit int) ([]Head, error) {
	if limit < 1 || limit > MaxLimit {
		return nil, fmt.Errorf("limit of heads %d: use 1 to %d: %w", limit, MaxLimit, ErrInvalid)
	}
	return l.ports.Log.Heads(ctx, after, limit)
}

// Follow iterates over the entries after a number, from the first that is left for 0, in order and without a gap, and
// ends at the head: go on from the last Seq later. A follower that stores that number in the transaction in which it
// handles an entry handles each exactly once. It fails with [ErrTrimmed] if entries after a number above 0 were
// removed. It requires [PermissionAuditRead].
func (l *Log) Follow(ctx context.Context, scope Scope, after int64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := scope.Require(PermissionAuditRead); err != nil {
			yield(Entry{}, err)
			return
		}
		pagesOf(after, func(seek Seek[int64]) ([]Entry, error) { return l.ports.Log.Entries(ctx, scope.Org(), seek) },
			func(e Entry) int64 { return e.Seq })(yield)
	}
}

// pagesOf iterates over what fetch returns after a key, page by page. The first error ends the iteration.
func pagesOf[T any, K Key](after K, fetch func(Seek[K]) ([]T, error), key func(T) K) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			items, err := fetch(Seek[K]{Limit: MaxLimit, After: after})
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if len(items) < MaxLimit {
				return
			}
			after = key(items[len(items)-1])
		}
	}
}

// Export writes the entries after a number as JSON Lines, one [Entry] a line, and returns the number of the last
// that was written, or 0 if none was. What was written before an error stays. It fails as [Log.Follow] does. It
// requires [PermissionAuditRead].
func (l *Log) Export(ctx context.Context, scope Scope, w io.Writer, after int64) (last int64, err error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for e, err := range l.Follow(ctx, scope, after) {
		if err != nil {
			return last, err
		}
		if err := enc.Encode(e); err != nil {
			return last, fmt.Errorf("export entry %d: %w", e.Seq, err)
		}
		last = e.Seq
	}
	return last, nil
}

// Run seals what every organization writes until ctx ends, and returns nil then. Any number of processes may run
// it at the same time. A failure is logged, and tried again at the next look.
func (l *Log) Run(ctx context.Context) error {
	timer := time.NewTimer(l.o.Every)
	defer timer.Stop()
	var horizon time.Time
	for {
		began := l.o.Instant()
		if l.sweep(ctx, horizon) {
			horizon = began
		}
		timer.Reset(l.o.Every)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
	}
}

// organizationsAtOnce is how many organizations a look at what waits returns.
const organizationsAtOnce = 100

// sweep seals what waits in all organizations, and reports whether nothing failed.
func (l *Log) sweep(ctx context.Context, horizon time.Time) bool {
	whole := true
	for after := OrgID(""); ctx.Err() == nil; {
		orgs, err := l.ports.Log.Unsealed(ctx, after, organizationsAtOnce)
		if err != nil {
			l.failed(ctx, "", err)
			return false
		}
		for _, org := range orgs {
			// One that was deleted meanwhile has nothing to seal.
			if _, err := l.seal(ctx, org, horizon); err != nil && !errors.Is(err, ErrNotFound) {
				l.failed(ctx, org, err)
				whole = false
			}
		}
		if len(orgs) < organizationsAtOnce {
			return whole
		}
		after = orgs[len(orgs)-1]
	}
	return false
}

func (l *Log) failed(ctx context.Context, org OrgID, err error) {
	if ctx.Err() == nil {
		l.o.Logger.ErrorContext(ctx, "the audit trail is not sealed",
			slog.String("organization", string(org)), slog.Any("error", err))
	}
}
