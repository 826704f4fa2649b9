package planmigration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/internal/text"
)

var (
	// ErrLive is returned when another migration moves the accounts of the same version of a plan: two would split
	// them between them.
	ErrLive = admin.NewError("migration_live", admin.ErrState, "another migration of this version is live")
	// ErrKeyReused is returned when the idempotency key of a request is that of another request.
	ErrKeyReused = admin.NewError("idempotency_key_reused", admin.ErrConflict,
		"the idempotency key is that of another request")
)

// Live returns the error [ErrLive] that names a migration: adapters call it.
func Live(m Migration) error {
	return fmt.Errorf("migration %s is %s: wait for it or cancel it: %w", m.ID, m.Job.Status, ErrLive)
}

// blockedBy makes a migration wait if err is that another one is live.
func blockedBy(err error) error {
	if errors.Is(err, ErrLive) {
		return job.Block(err)
	}
	return err
}

// Create plans a migration. Its job is [job.Pending]: [Service.Step] and [Service.Run], a worker's for
// example, list its accounts and what becomes of each: those that are on the source at the effective instant or come
// to it later, as their schedules are when they are listed. Then the job is [job.WaitingForConfirmation] if r requires
// that, [job.Scheduled] until the effective instant, or goes on at once, to move them.
//
// A [*admin.ValidationError] lists everything that is wrong with r. It fails with [ErrLive] while another migration
// of the source is not final, and with [ErrKeyReused]. It requires [PermissionWrite].
func (s *Service) Create(ctx context.Context, scope admin.Scope, r Request) (Migration, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Migration{}, err
	}
	key, digest, err := keyed(r.IdempotencyKey, "create", r)
	if err != nil {
		return Migration{}, err
	}
	if m, ok, err := s.repeated(ctx, scope, key, digest); ok || err != nil {
		return m, err
	}
	now := s.runtime.Instant()
	t, err := s.terms(ctx, scope.Org(), r, now)
	if err != nil {
		return Migration{}, err
	}
	m := Migration{
		Source: t.source.Ref, Target: t.target.Ref, Mode: t.mode, Overrides: t.overrides, Policies: t.Policies,
		RequireConfirmation: r.RequireConfirmation, Zone: t.in.String(), IdempotencyKey: key, Digest: digest,
		Job: job.Job{StartAt: t.at},
	}
	return s.add(ctx, scope, m)
}

// add creates a migration, with its id and its job.
func (s *Service) add(ctx context.Context, scope admin.Scope, m Migration) (Migration, error) {
	now := s.runtime.Instant()
	m.ID, m.Holds = s.runtime.NewID(), true
	m.Job = job.Job{
		ID: m.ID, Kind: Kind, Status: job.Pending, StartAt: m.Job.StartAt, CreatedAt: now, CreatedBy: scope.Actor(),
		UpdatedAt: now, Version: 1,
	}
	changes := []admin.Change{
		{Field: "plan", From: m.Source.String(), To: m.Target.String()},
		{Field: "migrationMode", To: string(m.Mode)},
		{Field: "overridePolicy", To: string(m.Overrides)},
		{Field: "effectiveAt", To: text.Instant(m.EffectiveAt())},
	}
	if m.Follows != "" {
		changes = append(changes, admin.Change{Field: "follows", To: string(m.Follows)},
			admin.Change{Field: "of", To: m.Of.String()})
	}
	rec := s.runtime.Record(scope, ActionCreate, subject(m.ID), changes...)
	err := s.runner.Begin(ctx, scope.Org(), m.Job, func(p Ports) error {
		return p.Migrations.Create(ctx, scope.Org(), m, rec)
	})
	if errors.Is(err, admin.ErrExists) || errors.Is(err, ErrLive) { // another caller may have been quicker
		if again, ok, e := s.repeated(ctx, scope, m.IdempotencyKey, m.Digest); ok || e != nil {
			return again, e
		}
	}
	switch {
	case errors.Is(err, admin.ErrExists):
		return Migration{}, fmt.Errorf("it was created at the same moment: %w", ErrLive)
	case err != nil:
		return Migration{}, err
	}
	return m, nil
}

// keyed checks an idempotency key and returns it with the digest of the request under it.
func keyed[R any](key, method string, request R) (string, string, error) {
	var p admin.Problems
	p.Text("/idempotencyKey", key, 0, maxKey)
	if p.Err() != nil || key == "" {
		return "", "", nil //nolint:nilerr // the request is refused for it, with everything else
	}
	body, err := json.Marshal(request)
	if err != nil {
		return "", "", err
	}
	sum := sha256.Sum256(append([]byte(method+"\n"), body...))
	return key, hex.EncodeToString(sum[:]), nil
}

// repeated returns the migration that the request under a key has made already; ok is false if there is none.
func (s *Service) repeated(
	ctx context.Context, scope admin.Scope, key, digest string,
) (m Migration, ok bool, err error) {
	if key == "" {
		return Migration{}, false, nil
	}
	m, err = s.ports.Migrations.ByKey(ctx, scope.Org(), key)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return Migration{}, false, nil
	case err != nil:
		return Migration{}, false, err
	case m.Digest != digest:
		return Migration{}, false, fmt.Errorf("migration %s has it: use a new key: %w", m.ID, ErrKeyReused)
	}
	return m, true, nil
}
