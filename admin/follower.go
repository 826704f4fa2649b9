package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// FollowerPorts are what a [Follower] works on. All but Trimmed are required. The functions are called by several
// goroutines at once, but for one organization by one at a time.
type FollowerPorts struct {
	Log LogStore
	// Position returns the number of the last entry of the log of head.Org that was handled, 0 if none was. head
	// is the end of the log: return head.Seq to begin with what comes after it. It is called when the organization
	// is met first, after a failure, and again when it has been quiet for more than a minute.
	Position func(ctx context.Context, head Head) (int64, error)
	// Handle handles an entry. The entries of an organization come in order, each at least once. To handle each exactly
	// once, keep e.Seq where Position reads it, in the transaction in which the entry is handled.
	Handle func(ctx context.Context, org OrgID, e Entry) error
	// Trimmed is called when entries after the last that was handled were removed because their time was over
	// ([Log.Trim]): they are never handled. If it returns nil, the follower goes on with gone.First, the first that is
	// left: keep gone.First - 1 where Position reads it, and read anew what is built of the entries. If it fails, it is
	// called again later. Without it the organization fails with [ErrTrimmed], which is logged, until Position returns
	// another number.
	Trimmed func(ctx context.Context, org OrgID, gone *TrimmedError) error
}

// FollowerOptions are the options of a [Follower]; the zero value is ready.
type FollowerOptions struct {
	Runtime
	// Every is how long [Follower.Run] waits between two looks at which logs have grown; 0 means 250 ms.
	Every time.Duration
	// After leaves out organizations whose logs have not grown since a minute before this place. The zero place
	// leaves out none.
	After HeadKey
	// Goroutines is how many organizations are handled at once, at most 1000; 0 means 4.
	Goroutines int
	// Retry is how long an organization waits after a failure; 0 means 1 second. It doubles with each further one.
	Retry time.Duration
	// RetryMost is the longest wait after a failure; 0 means 1 minute.
	RetryMost time.Duration
}

const (
	defaultFollowEvery  = 250 * time.Millisecond
	defaultFollowers    = 4
	maxFollowers        = 1000
	defaultFollowRetry  = time.Second
	defaultFollowWait   = time.Minute
	followerTurn        = time.Second // after which others have their turn, if an organization has more entries
	headsLookBack       = time.Minute // see [Log.Heads]
	maxEntriesOfOneTurn = 100
)

// Follower hands the entries of the logs of all organizations to a function, in order in each organization. It is
// for the host's own code: webhooks, an index, a cache. A look at which logs have grown is one statement, if no more
// than [MaxLimit] of them have within a minute.
//
// An organization whose function fails waits, longer and longer, and is tried again from where it was; others go on. An
// organization with many entries takes turns with the others. Each entry is handled at least once, also if the
// clocks of the processes that seal differ, by a minute at most.
//
// A Follower is for one goroutine. Two that share positions do twice what is done: run one, or lock.
type Follower struct {
	ports FollowerPorts
	o     FollowerOptions
	place HeadKey // the last head that was seen
	orgs  map[OrgID]*followed
}

// followed is an organization whose log has grown lately, or which is behind.
type followed struct {
	head     Head
	known    bool  // seq is that of Position, or later
	seq      int64 // the last that was handled
	failures int   // in a row
	retryAt  time.Time
}

func (p *followed) behind() bool { return !p.known || p.seq < p.head.Seq }

// NewFollower returns a follower over ports. It does no I/O. It fails with [ErrInvalid] if a port is missing or an
// option is out of its range.
func NewFollower(ports FollowerPorts, o FollowerOptions) (*Follower, error) {
	var p Problems
	missing := func(is bool, path, give string) {
		if is {
			p.Add(path, CodeRequired, "is required: give %s", give)
		}
	}
	missing(ports.Log == nil, "/ports/log", "the admin.LogStore of a storage")
	missing(ports.Position == nil, "/ports/position", "a function that returns where to go on")
	missing(ports.Handle == nil, "/ports/handle", "a function that deals with an entry")
	for _, d := range []struct {
		path string
		of   *time.Duration
		use  time.Duration
	}{
		{"/every", &o.Every, defaultFollowEvery},
		{"/retry", &o.Retry, defaultFollowRetry},
		{"/retryMost", &o.RetryMost, max(defaultFollowWait, o.Retry)},
	} {
		if *d.of < 0 {
			p.Add(d.path, CodeRange, "%v is negative: give 0 for %v, or more", *d.of, d.use)
		}
		*d.of = cmp.Or(*d.of, d.use)
	}
	if o.Goroutines < 0 || o.Goroutines > maxFollowers {
		p.Add("/goroutines", CodeRange, "%d: use 1 to %d, or 0 for %d", o.Goroutines, maxFollowers, defaultFollowers)
	}
	if err := p.Err(); err != nil {
		return nil, fmt.Errorf("follower: %w", err)
	}
	o.Runtime = o.WithDefaults()
	o.Goroutines = cmp.Or(o.Goroutines, defaultFollowers)
	return &Follower{ports: ports, o: o, place: o.After, orgs: map[OrgID]*followed{}}, nil
}

// Run follows until ctx ends, and returns nil then, after the calls that are under way. Failures are logged, and tried
// again.
func (f *Follower) Run(ctx context.Context) error {
	timer := time.NewTimer(f.o.Every)
	defer timer.Stop()
	for {
		more, err := f.Poll(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			f.o.Logger.ErrorContext(ctx, "the heads of the audit trail cannot be read", slog.Any("error", err))
		}
		if more {
			continue
		}
		timer.Reset(f.o.Every)
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
	}
}

// Poll looks once at which logs have grown, and gives each organization that is behind a turn. It returns whether one
// of them has more to deal with at once. [Follower.Run] calls it; call it for a follower that a host drives by itself.
// It fails if the heads cannot be read; other failures are logged.
func (f *Follower) Poll(ctx context.Context) (more bool, err error) {
	now := f.o.Instant()
	if err := f.look(ctx, now); err != nil {
		return false, err
	}
	var due []*followed
	for _, p := range f.orgs {
		if p.behind() && !p.retryAt.After(now) {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(a, b *followed) int { // those that wait longest first
		return cmp.Or(a.head.SealedAt.Compare(b.head.SealedAt), cmp.Compare(a.head.Org, b.head.Org))
	})
	f.turns(ctx, due)
	for _, p := range due {
		more = more || p.failures == 0 && p.behind()
	}
	return more && ctx.Err() == nil, nil
}

// look reads the heads that have moved. What it keeps is the organizations that grew within the last minute that
// something grew in, and those that are behind.
func (f *Follower) look(ctx context.Context, now time.Time) error {
	var after HeadKey
	if !f.place.SealedAt.IsZero() {
		from := f.place.SealedAt
		if now.Before(from) { // a clock of those that seal is ahead: others may not be
			from = now
		}
		after.SealedAt = from.Add(-headsLookBack)
	}
	kept, place := map[OrgID]*followed{}, f.place
	for whole := true; whole; {
		heads, err := f.ports.Log.Heads(ctx, after, MaxLimit)
		if err != nil {
			return err
		}
		for _, h := range heads {
			p := f.orgs[h.Org]
			if p == nil {
				p = kept[h.Org] // it grew while heads were read
			}
			if p == nil {
				p = &followed{}
			}
			p.head, kept[h.Org], after, place = h, p, h.Key(), h.Key()
		}
		whole = len(heads) == MaxLimit
	}
	for org, p := range f.orgs {
		if kept[org] == nil && p.behind() {
			kept[org] = p
		}
	}
	f.orgs = kept
	if place.SealedAt.After(f.place.SealedAt) {
		f.place = place
	}
	return nil
}

// turns gives each of due a turn, on a number of goroutines, and waits for them.
func (f *Follower) turns(ctx context.Context, due []*followed) {
	var wait sync.WaitGroup
	next := make(chan *followed)
	for range min(f.o.Goroutines, len(due)) {
		wait.Go(func() {
			for p := range next {
				if err := f.turn(ctx, p); err != nil && ctx.Err() == nil {
					f.failed(ctx, p, err)
				}
			}
		})
	}
	for _, p := range due {
		next <- p
	}
	close(next)
	wait.Wait()
}

// turn deals with some entries of an organization.
func (f *Follower) turn(ctx context.Context, p *followed) (err error) {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !p.known {
		if p.seq, err = f.ports.Position(ctx, p.head); err != nil {
			return fmt.Errorf("position: %w", err)
		}
		p.known = true
		if !p.behind() {
			p.failures = 0
			return nil
		}
	}
	entries, err := f.entries(ctx, p)
	if err != nil && !errors.Is(err, ErrNotFound) { // the organization was removed meanwhile: nothing is left to do
		return err
	}
	began := f.o.Instant()
	for i, e := range entries {
		if i > 0 && (ctx.Err() != nil || f.o.Instant().Sub(began) >= followerTurn) {
			return ctx.Err()
		}
		if err := f.ports.Handle(ctx, p.head.Org, e); err != nil {
			return fmt.Errorf("entry %d: %w", e.Seq, err)
		}
		p.seq, p.failures = e.Seq, 0
	}
	if len(entries) < maxEntriesOfOneTurn {
		p.seq, p.failures = max(p.seq, p.head.Seq), 0 // also if links are gone: Verify is what finds that
	}
	return nil
}

// entries reads the next entries of an organization.
func (f *Follower) entries(ctx context.Context, p *followed) ([]Entry, error) {
	seek := Seek[int64]{Limit: maxEntriesOfOneTurn, After: p.seq}
	entries, err := f.ports.Log.Entries(ctx, p.head.Org, seek)
	var gone *TrimmedError
	if f.ports.Trimmed == nil || !errors.As(err, &gone) {
		return entries, err
	}
	if err := f.ports.Trimmed(ctx, p.head.Org, gone); err != nil {
		return nil, fmt.Errorf("entries %d to %d were removed: %w", gone.After+1, gone.First-1, err)
	}
	p.seq = gone.First - 1
	seek.After = p.seq
	return f.ports.Log.Entries(ctx, p.head.Org, seek)
}

func (f *Follower) failed(ctx context.Context, p *followed, err error) {
	wait := f.o.Retry
	for n := p.failures; n > 0 && wait < f.o.RetryMost; n-- {
		wait *= 2
	}
	wait = min(wait, f.o.RetryMost)
	p.failures++
	p.known = false // what Handle kept before it failed is not known
	p.retryAt = f.o.Instant().Add(wait)
	f.o.Logger.ErrorContext(ctx, "an entry of the audit trail was not handled", slog.Any("error", err),
		slog.String("organization", string(p.head.Org)), slog.Duration("retry", wait), slog.Int("failures", p.failures))
}
