package storagetest_test

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// erasePort replaces how a port erases.
type erasePort struct {
	people.UserStore
	change func(ctx context.Context, org admin.OrgID, e *people.Erasure)
}

func (s erasePort) Erase(ctx context.Context, org admin.OrgID, e people.Erasure, rec admin.Record) error {
	s.change(ctx, org, &e)
	return s.UserStore.Erase(ctx, org, e, rec)
}

func userFaults() []fault {
	erase := func(name string, change func(ctx context.Context, s people.UserStore, org admin.OrgID, e *people.Erasure)) fault {
		return fault{
			name: name,
			users: func(s people.UserStore, _ *known) people.UserStore {
				return erasePort{s, func(ctx context.Context, org admin.OrgID, e *people.Erasure) { change(ctx, s, org, e) }}
			},
			caught: "Users/erases one user only",
		}
	}
	return []fault{
		erase("Users.Erase leaves invitations", func(_ context.Context, _ people.UserStore, _ admin.OrgID, e *people.Erasure) {
			e.Invitations = nil
		}),
		erase("Users.Erase leaves the trail", func(_ context.Context, _ people.UserStore, _ admin.OrgID, e *people.Erasure) {
			e.Trail = admin.TrailErasure{}
		}),
		erase("Users.Erase does not look at roles", func(_ context.Context, _ people.UserStore, _ admin.OrgID, e *people.Erasure) {
			e.Custom = nil
		}),
		erase("Users.Erase does not look at the version", func(ctx context.Context, s people.UserStore, org admin.OrgID, e *people.Erasure) {
			if u, err := s.Get(ctx, org, e.User.ID); err == nil {
				e.User.Version = u.Version
			}
		}),
	}
}
