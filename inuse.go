package admincenter

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
)

// importInUse returns what keeps the undo of an import from removing customers and accounts: settings, schedules of
// price plans, and what the host has. Neither settings nor schedules have to be of an account that exists, so that one
// that is made at the same moment as the account is removed is not seen.
func (c *Center) importInUse(
	ctx context.Context, s storage.Stores, org admin.OrgID, kind string, ids []string,
) (map[string]string, error) {
	out := map[string]string{}
	entity := settings.Customer
	if kind == "account" {
		entity = settings.Account
		scheduled, err := s.Schedules().Timelines(ctx, org, ids, time.Time{})
		if err != nil {
			return nil, err
		}
		for _, t := range scheduled {
			if len(t.Schedules) > 0 {
				out[t.AccountID] = "has schedules of price plans"
			}
		}
	}
	set, err := settingsOf(ctx, s.Settings(), org, entity, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range set {
		out[id] = "has settings"
	}
	if c.o.ImportInUse != nil {
		own, err := c.o.ImportInUse(ctx, s, org, kind, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, own)
	}
	return out, nil
}

// settingsOf returns those of ids that have settings. Few organizations have settings of their customers and accounts,
// so that one page mostly has all there are.
func settingsOf(
	ctx context.Context, s settings.Store, org admin.OrgID, kind settings.EntityKind, ids []string,
) (out []string, err error) {
	all, err := s.List(ctx, org, settings.Filter{Entity: settings.Entity{Kind: kind}},
		admin.Seek[uuid.UUID]{Limit: admin.MaxLimit})
	if err != nil {
		return nil, err
	}
	if len(all) < admin.MaxLimit {
		for _, one := range all {
			if slices.Contains(ids, one.Entity.ID) {
				out = append(out, one.Entity.ID)
			}
		}
		return out, nil
	}
	for _, id := range ids {
		found, err := s.List(ctx, org, settings.Filter{Entity: settings.Entity{Kind: kind, ID: id}},
			admin.Seek[uuid.UUID]{Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			out = append(out, id)
		}
	}
	return out, nil
}
