package planmigration

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// FollowUp is the input of [Service.Reverse], [Service.Withdraw] and [Service.RetryEntries].
type FollowUp struct {
	// Accounts, at most 1,000, are the only ones to work on; none means all.
	Accounts []string `json:"accountIds,omitempty"`
	// RequireConfirmation, ConfirmBefore and TwoPersons are those of a [Request].
	RequireConfirmation bool      `json:"requireConfirmation,omitempty"`
	ConfirmBefore       time.Time `json:"confirmBefore,omitzero"`
	TwoPersons          bool      `json:"twoPersons,omitempty"`
	// IdempotencyKey is that of a [Request].
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// Reverse makes the migration that takes back what another one did, which is final: from the moment on at which an
// account is taken back it has the schedules that it would have had. A move that has not begun is withdrawn, and one
// that has begun ends. An account whose schedules have changed since is not touched ([ReasonSuperseded]), whatever
// the change was. The source of the new migration is the target of the other, and the other way round; a target that
// takes no new accounts gets its own back.
//
// The new migration lists its accounts first, as any does, and can be confirmed, stopped, tried again and reversed.
// It fails with [admin.ErrState] if the other is not final, with [job.ErrPruned] if what that one did is not kept any
// longer, and with the errors of [Service.Create]. It requires [PermissionWrite].
func (s *Service) Reverse(ctx context.Context, scope admin.Scope, id uuid.UUID, f FollowUp) (Migration, error) {
	return s.follow(ctx, scope, id, Reverses, f)
}

// Withdraw is [Service.Reverse] for the accounts that have not changed plan yet: it takes back what a migration has
// scheduled, for some accounts or for all, until it begins. Accounts whose move has begun by then stay
// ([ReasonBegun]).
func (s *Service) Withdraw(ctx context.Context, scope admin.Scope, id uuid.UUID, f FollowUp) (Migration, error) {
	return s.follow(ctx, scope, id, Withdraws, f)
}

// RetryEntries makes a migration of the accounts of another one, which is final, that failed, and of those that it left
// when it was cancelled or failed itself: with the same terms and from now on. Errors are those of [Service.Reverse].
// A migration that failed goes on by [Service.Retry]. It requires [PermissionWrite].
func (s *Service) RetryEntries(ctx context.Context, scope admin.Scope, id uuid.UUID, f FollowUp) (Migration, error) {
	return s.follow(ctx, scope, id, Retries, f)
}

func (s *Service) follow(
	ctx context.Context, scope admin.Scope, id uuid.UUID, follows Follows, f FollowUp,
) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	key, digest, err := keyed(f.IdempotencyKey, string(follows)+" "+id.String(), f)
	if err != nil {
		return Migration{}, err
	}
	if m, ok, err := s.repeated(ctx, scope, key, digest); ok || err != nil {
		return m, err
	}
	now := s.runtime.Instant()
	var p admin.Problems
	f.check(&p, now)
	if err := p.Err(); err != nil {
		return Migration{}, err
	}
	of, err := s.ports.Migrations.Get(ctx, scope.Org(), id)
	if err != nil {
		return Migration{}, err
	}
	if !of.Job.Status.Final() {
		return Migration{}, fmt.Errorf("migration is %s: cancel it first, or wait for its end: %w",
			of.Job.Status, admin.ErrState)
	}
	if err := of.Job.Complete(); err != nil {
		return Migration{}, err
	}
	m := of.followed(follows)
	m.RequireConfirmation, m.ConfirmBefore, m.TwoPersons = f.RequireConfirmation, f.ConfirmBefore, f.TwoPersons
	if !m.ConfirmBefore.IsZero() {
		m.ConfirmBefore = admin.Instant(m.ConfirmBefore)
	}
	m.Accounts, m.IdempotencyKey, m.Digest = slices.Compact(slices.Sorted(slices.Values(f.Accounts))), key, digest
	m.Job.StartAt = now
	return s.add(ctx, scope, m)
}

// check adds what is wrong with a follow-up.
func (f FollowUp) check(p *admin.Problems, now time.Time) {
	if len(f.Accounts) > admin.MaxLimit {
		p.Add("/accountIds", admin.CodeTooLong, "names %d accounts: use at most %d, or none for all",
			len(f.Accounts), admin.MaxLimit).With("max", admin.MaxLimit)
	}
	for i, account := range f.Accounts {
		p.ID(fmt.Sprintf("/accountIds/%d", i), account)
	}
	checkConfirmation(p, confirmation{f.RequireConfirmation, f.TwoPersons, f.ConfirmBefore}, now)
	p.Text("/idempotencyKey", f.IdempotencyKey, 0, maxKey)
}

// followed returns the migration that follows m, without its id and its job.
func (m Migration) followed(follows Follows) Migration {
	n := Migration{
		Source: m.Source, Target: m.Target, Mode: m.Mode, Overrides: m.Overrides, Zone: m.Zone, Policies: m.Policies,
		Of: m.ID, Follows: follows,
	}
	if n.takesBack() {
		n.Source, n.Target = m.Target, m.Source
		n.Mode, n.Overrides, n.Policies = Immediate, KeepOverrides, Policies{Intervals: KeepIntervals, Late: MoveFromNow}
	}
	return n
}
