package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

const (
	// maxPending is the number of tokens whose use is kept until it is written; the oldest make room.
	maxPending = 10_000
	// flushEvery is how often Run writes them, or sooner if half of the room is taken.
	flushEvery = 5 * time.Second
	// flushWithin bounds one writing of them by Run.
	flushWithin = 30 * time.Second
	// flushBeforeRead bounds one that a read waits for.
	flushBeforeRead = time.Second
	// forgottenAfter is how long uses wait before the host is reminded to write them.
	forgottenAfter = 10 * time.Minute
)

// tokenKey identifies a token of any organization.
type tokenKey struct {
	org admin.OrgID
	id  uuid.UUID
}

// use is what one token waits for.
type use struct {
	at       time.Time // the last use; zero if it needs no note
	from, to Hash      // by which it is to be found instead; equal if that is right already
}

// uses are the tokens that were used and whose use is not written yet. Verifications add to it, because a
// request must not wait for a write, and [Service.Flush] takes everything out.
type uses struct {
	mu       sync.Mutex
	pending  map[tokenKey]use
	order    []tokenKey // of pending, oldest first
	since    time.Time  // when something was pending first
	reminded bool
	dropped  int
	half     chan struct{} // holds an element if half of the room is taken
	flushing chan struct{} // holds an element while they are being written
}

func newUses() *uses {
	return &uses{pending: map[tokenKey]use{}, half: make(chan struct{}, 1), flushing: make(chan struct{}, 1)}
}

// add adds a use to what its token waits for. forgotten reports, once, that nothing was written for long, and
// since when.
func (u *uses) add(key tokenKey, next use, now time.Time) (since time.Time, forgotten bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if old, ok := u.pending[key]; ok {
		u.pending[key] = old.then(next)
		return since, false
	}
	if len(u.pending) == maxPending {
		delete(u.pending, u.order[0])
		u.order = u.order[1:]
		u.dropped++
	}
	u.pending[key] = next
	u.order = append(u.order, key)
	switch len(u.pending) {
	case 1:
		u.since, u.reminded = now, false
	case maxPending / 2:
		select {
		case u.half <- struct{}{}:
		default:
		}
	}
	if u.reminded || now.Sub(u.since) < forgottenAfter {
		return since, false
	}
	u.reminded = true
	return u.since, true
}

// then returns what a token waits for that was used again: the later use, and the later hash.
func (old use) then(next use) use {
	if next.at.Before(old.at) {
		next.at = old.at
	}
	if next.from == next.to {
		next.from, next.to = old.from, old.to
	}
	return next
}

// take returns what is pending, in order, and empties it.
func (u *uses) take(now time.Time) (order []tokenKey, pending map[tokenKey]use, dropped int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	order, pending, dropped = u.order, u.pending, u.dropped
	u.order, u.pending, u.dropped = nil, map[tokenKey]use{}, 0
	u.since, u.reminded = now, false
	return order, pending, dropped
}

// giveBack makes pending again what could not be written, unless there is no room.
func (u *uses) giveBack(keys []tokenKey, taken map[tokenKey]use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, key := range keys {
		if newer, ok := u.pending[key]; ok {
			u.pending[key] = taken[key].then(newer)
		} else if len(u.pending) < maxPending {
			u.pending[key] = taken[key]
			u.order = append(u.order, key)
		} else {
			u.dropped++
		}
	}
}

// empty reports whether nothing is pending.
func (u *uses) empty() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.pending) == 0
}

// noteUse has the use of a valid token written later, and the token moved to the current key.
func (s *Service) noteUse(ctx context.Context, found *Stored, secret admin.Secret, now time.Time) {
	h := s.hashers[0]
	used, moves := notable(found.Token.LastUsedAt, now), found.Hash.Key != h.Key()
	if !used && !moves {
		return // as with nearly every request
	}
	next := use{from: found.Hash, to: found.Hash}
	if used {
		next.at = now
	}
	if moves {
		next.to = hash(h, secret)
	}
	if since, forgotten := s.uses.add(tokenKey{found.Org, found.Token.ID}, next, now); forgotten {
		s.runtime.Logger.WarnContext(ctx, "uses of API tokens wait to be noted: call token.Service.Run in each process",
			"since", since)
	}
}

// Run writes the uses that [Service.Verify] has noted, every few seconds until ctx ends, and then once more,
// for at most 30 seconds. It returns nil. Call it on a goroutine of the host's own in each process that
// verifies tokens, and wait for it before the process ends; [admincenter.Center.Worker] does. Failures are
// logged, and what could not be written is tried again. It fails with [admin.ErrState] for a service in a
// transaction.
//
// [admincenter.Center.Worker]: https://pkg.go.dev/github.com/admincenter/admincenter#Center.Worker
func (s *Service) Run(ctx context.Context) error {
	if s.inTx {
		return errFlushInTx()
	}
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			s.tryFlush(context.WithoutCancel(ctx), flushWithin)
			return nil
		case <-ticker.C:
		case <-s.uses.half:
		}
		s.tryFlush(ctx, flushWithin)
	}
}

// tryFlush is [Service.Flush] within a time, whose failure is logged.
func (s *Service) tryFlush(ctx context.Context, within time.Duration) {
	if s.uses.empty() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if err := s.Flush(ctx); err != nil {
		s.runtime.Logger.WarnContext(ctx, "the last use of API tokens was not noted", "error", err)
	}
}

// flushBefore has a read see the uses of this process. A service in a transaction reads what is written.
func (s *Service) flushBefore(ctx context.Context) {
	if !s.inTx {
		s.tryFlush(ctx, flushBeforeRead)
	}
}

func errFlushInTx() error {
	return fmt.Errorf("a token.Service in a transaction does not write the uses of tokens: "+
		"use the one that NewService returned: %w", admin.ErrState)
}

// Flush writes the uses that [Service.Verify] has noted in this process so far: one statement for each
// organization and 64 tokens. What could not be written is pending again, and the error is that of the first
// organization that failed. Hosts call [Service.Run] instead, unless they have a loop of their own. In a process
// that calls neither, uses are written before a Get or List reads; above 10,000 tokens the oldest are dropped,
// and after 10 minutes the log has a warning. It fails with [admin.ErrState] for a service in a transaction.
func (s *Service) Flush(ctx context.Context) error {
	if s.inTx {
		return errFlushInTx()
	}
	select {
	case s.uses.flushing <- struct{}{}: // one at a time, so that a read sees what another is writing
		defer func() { <-s.uses.flushing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	order, pending, dropped := s.uses.take(s.runtime.Instant())
	if dropped > 0 {
		s.runtime.Logger.WarnContext(ctx, "uses of API tokens were not noted: there were too many", "tokens", dropped)
	}
	orgs, keys := byOrganization(order)
	for i, org := range orgs {
		if err := s.writeUses(ctx, org, keys[org], pending); err != nil {
			for _, left := range append(orgs[i+1:], org) { // the one that failed last, so that others have their turn
				s.uses.giveBack(keys[left], pending)
			}
			return fmt.Errorf("note the last use of API tokens: %w", err)
		}
	}
	return nil
}

func byOrganization(order []tokenKey) (orgs []admin.OrgID, keys map[admin.OrgID][]tokenKey) {
	keys = map[admin.OrgID][]tokenKey{}
	for _, key := range order {
		if keys[key.org] == nil {
			orgs = append(orgs, key.org)
		}
		keys[key.org] = append(keys[key.org], key)
	}
	return orgs, keys
}

// writeUses writes the uses of one organization, and moves tokens to the current key. A token that cannot be
// moved is logged and tried again when it is used again.
func (s *Service) writeUses(
	ctx context.Context, org admin.OrgID, keys []tokenKey, pending map[tokenKey]use,
) error {
	var noted []Use
	for _, key := range keys {
		if at := pending[key].at; !at.IsZero() {
			noted = append(noted, Use{TokenID: key.id, At: at})
		}
	}
	if len(noted) > 0 {
		if err := s.ports.Tokens.Touch(ctx, org, noted); err != nil {
			return err
		}
	}
	for _, key := range keys {
		u := pending[key]
		if u.from == u.to {
			continue
		}
		if err := s.ports.Tokens.Rehash(ctx, org, key.id, u.from, u.to); err != nil {
			if ended := ctx.Err(); ended != nil {
				return errors.Join(ended, err)
			}
			s.runtime.Logger.LogAttrs(ctx, slog.LevelWarn, "an API token was not moved to the current key",
				slog.String("organization", string(org)), slog.String("token", key.id.String()), slog.Any("error", err))
		}
	}
	return nil
}
