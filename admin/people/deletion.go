package people

import (
	"context"
	"errors"
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// DeleteOrganization deletes the organization of scope, which must be suspended: a host suspends it first, exports
// what must be kept, and deletes it when there is no objection. version is the organization's; reason has 1 to 500
// characters.
//
// From its commit on every call fails as for an organization that never was: with [admin.ErrNotFound], or with the
// error that stands for it. There is no way back, and the id can never be created again. The rows are
// removed afterwards, in batches: see [Service.PurgeDeleted]. The audit trail is removed too, with the record of the
// deletion; the host's log keeps a line of it at level INFO.
//
// It takes and fails as [Service.SuspendOrganization] does, and with [admin.ErrState] unless the organization is
// suspended.
func (s *Service) DeleteOrganization(ctx context.Context, scope admin.Scope, version int64, reason string) error {
	_, err := s.changeStatus(ctx, scope, version, OrganizationDeleted, ActionDeleteOrganization, reason)
	if err == nil {
		s.o.Logger.InfoContext(ctx, "organization deleted", "org", scope.Org())
	}
	return err
}

// MaxPurge is the largest number of rows that one call of [Service.PurgeDeleted] removes.
const MaxPurge = 10_000

// PurgeDeleted removes at most limit rows, 1 to [MaxPurge], of an organization that is deleted, in one transaction, and
// reports whether there may be more, of the same or of another one. Of a purged organization a row with its id is left,
// so that the id is never given again. It takes no Scope, because it works on what no organization has any more. An
// error names the organizations that cannot be purged; others were nevertheless.
//
// A worker (admincenter.Center.Worker) calls it; a host without one calls it until it reports false:
//
//	for more := true; more; {
//		more, err = center.People.PurgeDeleted(ctx, 1000)
//	}
//
// A process that is killed in between leaves a smaller organization, and the next call goes on with it. It fails if a
// table of the host's refers to a row by a foreign key: remove those rows first.
func (s *Service) PurgeDeleted(ctx context.Context, limit int) (more bool, err error) {
	if limit < 1 || limit > MaxPurge {
		return false, fmt.Errorf("limit %d: use 1 to %d: %w", limit, MaxPurge, admin.ErrInvalid)
	}
	var failed error
	for after := admin.OrgID(""); ; {
		orgs, err := s.ports.Organizations.Deleted(ctx, after, purgesAtOnce)
		if err != nil {
			return false, errors.Join(failed, err)
		}
		for i, org := range orgs {
			more, err := s.purge(ctx, org, limit)
			if err != nil {
				// One that cannot be purged does not hold up the others.
				failed = errors.Join(failed, err)
				continue
			}
			return more || i < len(orgs)-1 || len(orgs) == purgesAtOnce, failed
		}
		if len(orgs) < purgesAtOnce {
			return false, failed
		}
		after = orgs[len(orgs)-1]
	}
}

// purgesAtOnce is how many deleted organizations are read at once.
const purgesAtOnce = 20

func (s *Service) purge(ctx context.Context, org admin.OrgID, limit int) (more bool, err error) {
	more, err = s.ports.Organizations.Purge(ctx, org, limit)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return false, nil // purged by another process meanwhile
	case err != nil:
		return false, fmt.Errorf("organization %s is not purged: %w", org, err)
	case !more:
		s.o.Logger.InfoContext(ctx, "organization purged", "org", org)
	}
	return more, nil
}
