package admincenter

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
)

// Follow lets the caches of c notice what other processes write, until ctx ends, and returns nil then: enrichers read
// settings again within 250 ms after the record of their change is sealed, whatever their Fresh is. [Center.Worker]
// runs it. Call it in a process without a worker, before events are enriched there; the log is sealed by a worker
// anywhere, or by c.Log.Run. Failures are logged and tried again; meanwhile settings are as old as Fresh at most.
//
// It fails with [admin.ErrState] for a Center that is in a transaction.
func (c *Center) Follow(ctx context.Context) error {
	if c.backend == nil {
		return fmt.Errorf("admincenter: a Center in a transaction follows nothing: use the one that New returned: %w",
			admin.ErrState)
	}
	f, err := c.follower()
	if err != nil {
		return err
	}
	return f.Run(ctx)
}

// follower returns what Follow runs. It begins at the present, so what is behind the head of a log when it is first
// seen is not read: the caches of the organization are dropped once instead.
func (c *Center) follower() (*admin.Follower, error) {
	forget := map[admin.Action]bool{
		settings.ActionCreate: true, settings.ActionUpdate: true, settings.ActionDelete: true, settings.ActionRestore: true,
	}
	o := admin.FollowerOptions{Runtime: c.o.Settings.Runtime}
	o.After.SealedAt = o.WithDefaults().Instant()
	return admin.NewFollower(admin.FollowerPorts{
		Log: c.stores.Log(),
		Position: func(_ context.Context, head admin.Head) (int64, error) {
			c.Settings.Forget(head.Org)
			return head.Seq, nil
		},
		Handle: func(_ context.Context, org admin.OrgID, e admin.Entry) error {
			if forget[e.Record.Action] {
				c.Settings.Forget(org)
			}
			return nil
		},
	}, o)
}
