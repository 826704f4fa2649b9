package bulkimport

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// ownerKind is the kind of what a row did to the customer of its account, while it is undone.
const ownerKind = "customer of an account"

// effect is what a row did to the customer of its account, as an effect of its own.
func (o *ownerKept) effect(seq int64) (job.Effect, beforeData) {
	e := job.Effect{Seq: seq, Kind: ownerKind, Ref: o.ID, Version: o.Version}
	if o.Before == nil {
		return e, beforeData{}
	}
	e.Before = ownerKind // there was a record
	return e, *o.Before
}

// undoneOwned returns the undo of a batch of rows that wrote accounts and their customers: the accounts go first.
func (s *Service) undoneOwned(ctx context.Context, org admin.OrgID, b *undoBatch) (undo, error) {
	freed, err := s.freed(ctx, org, b)
	if err != nil {
		return nil, err
	}
	accounts, owners := *b, *b
	accounts.effects, accounts.data, owners.effects, owners.data = nil, nil, nil, nil
	for n, e := range b.effects {
		d := b.data[n]
		if d.Made == Created {
			e.Before = ""
		}
		if d.Made != Unchanged {
			accounts.effects, accounts.data = append(accounts.effects, e), append(accounts.data, d)
		}
		if d.Customer != nil {
			e, d := d.Customer.effect(e.Seq)
			owners.effects, owners.data = append(owners.effects, e), append(owners.data, d)
		}
	}
	first, err := undoneBy(s.accounts, &accounts, func(p Ports) apply[customer.Account] { return p.Accounts.Apply })
	if err != nil {
		return nil, err
	}
	then, err := undoneBy(s.customers, &owners, func(p Ports) apply[customer.Customer] { return p.Customers.Apply })
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) ([]undone, error) {
		if freed != nil {
			if err := freed(ctx, p, rec); err != nil {
				return nil, err
			}
		}
		done, err := first(ctx, p, org, rec)
		if err != nil {
			return nil, err
		}
		rec.ID = s.runtime.NewID()
		of, err := then(ctx, p, org, rec)
		if err != nil {
			return nil, err
		}
		out := make([]undone, len(b.effects))
		for n, d := range b.data {
			if d.Made != Unchanged {
				out[n], done = done[0], done[1:]
			} else {
				out[n].version = b.effects[n].Version
			}
			if d.Customer != nil {
				owner := of[0]
				out[n].owner, of = &owner, of[1:]
			}
		}
		return out, nil
	}, nil
}

// whole is what became of a row whose account and customer were undone. It counts as failed if one of them is left.
func (u undone) whole() undone {
	o := u.owner
	if o == nil || o.code == "" || u.code != "" && o.skipped {
		return u
	}
	if u.code == "" && o.skipped {
		return u
	}
	if u.code == "" || u.skipped {
		return undone{code: o.code, detail: o.detail, params: o.params}
	}
	u.detail += "; " + o.detail
	u.params = nil
	return u
}
