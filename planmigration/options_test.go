package planmigration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage"
)

func TestNewServiceRefuses(t *testing.T) {
	h := newHost(t)
	h.moveElsewhere()
	external := h.ports.External
	for _, tc := range []struct {
		reason string
		change func(*planmigration.Ports, *planmigration.Options)
		paths  []string
	}{
		{"missing ports, all at once", func(p *planmigration.Ports, o *planmigration.Options) {
			*p, o.Batch, o.Jobs.Lease = planmigration.Ports{}, -1, -time.Second
		}, []string{
			"/ports/migrations", "/ports/jobs", "/ports/plans", "/ports/schedules", "/ports/atomically",
			"/options/batch", "/options/jobs/lease",
		}},
		{"two places for the schedules", func(p *planmigration.Ports, _ *planmigration.Options) {
			p.External = external
		},
			[]string{"/ports/external"}},
		{"a batch beyond the largest", func(_ *planmigration.Ports, o *planmigration.Options) {
			o.Batch = planmigration.MaxBatch + 1
		},
			[]string{"/options/batch"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			p, o := ports(h.b), planmigration.Options{}
			p.Atomically = h.ports.Atomically
			tc.change(&p, &o)
			_, err := planmigration.NewService(p, o)
			require.Equal(t, tc.paths, paths(t, err))
		})
	}
}

// A service in a transaction that is rolled back leaves nothing, and one whose transaction commits has moved
// the accounts.
func TestServiceInATransaction(t *testing.T) {
	h := newHost(t)
	m := h.manyAccounts()
	s := h.service()
	inside := func(fail error) error {
		return h.b.InTx(t.Context(), func(stores storage.Stores) error {
			p := ports(stores)
			if _, err := s.In(p).Run(t.Context(), h.scope, m.ID, nil); err != nil {
				return err
			}
			return fail
		})
	}
	require.ErrorIs(t, inside(errFault), errFault)
	require.Len(t, h.timeline("account 0"), 1)
	require.NoError(t, inside(nil))
	h.requireMovedOnce(m)
}
