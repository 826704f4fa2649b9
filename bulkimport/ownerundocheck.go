package bulkimport

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// lastFreeing keeps what was read last, so that the batches of a check of an undo read the rows before once.
type lastFreeing struct {
	mu sync.Mutex
	of *freeing
}

// freeing is which accounts the batches of a check of an undo have taken back so far, and rolled back. It takes some 50
// bytes for each row.
type freeing struct {
	check    uuid.UUID
	mu       sync.Mutex
	at       int64 // the row that was read last; 0 for none
	accounts map[string]undoneAccount
}

// undoneAccount is what a row has made of an account.
type undoneAccount struct {
	seq     int64
	version int64
	made    bool
}

// account returns what a row has made of an account, if that was taken back.
func (f *freeing) account(id string) (undoneAccount, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, ok := f.accounts[id]
	return u, ok
}

// ownersMade are the customers that an undo of a batch removes.
func (b *undoBatch) ownersMade() (out []string) {
	for _, d := range b.data {
		if d.Customer != nil && d.Customer.Before == nil {
			out = append(out, d.Customer.ID)
		}
	}
	return out
}

// freed returns what takes back, in the transaction of a check, the accounts by which the batches before have freed the
// customers that a batch removes: these batches were rolled back. It is nil if there are none.
func (s *Service) freed(
	ctx context.Context, org admin.OrgID, b *undoBatch,
) (func(context.Context, Ports, admin.Record) error, error) {
	owners := b.ownersMade()
	if !b.check || len(owners) == 0 || b.from == 0 || s.ports.Atomically == nil {
		return nil, nil
	}
	s.freeing.mu.Lock()
	f := s.freeing.of
	if f == nil || f.check != b.job.ID {
		f = &freeing{check: b.job.ID, accounts: map[string]undoneAccount{}}
		s.freeing.of = f
	}
	s.freeing.mu.Unlock()
	if err := f.read(ctx, s.ports.Jobs, org, b); err != nil {
		return nil, err
	}
	return func(ctx context.Context, p Ports, rec admin.Record) error {
		for _, id := range owners {
			for seek := (admin.Seek[string]{Limit: rowPage}); ; {
				found, err := p.Accounts.List(ctx, org, customer.AccountFilter{CustomerID: id}, seek)
				if err == nil {
					rec.ID = s.runtime.NewID()
					err = s.free(ctx, p, org, b, f, found, rec)
				}
				if err != nil {
					return err
				}
				if len(found) < seek.Limit {
					break
				}
				seek.After = found[len(found)-1].ID
			}
		}
		return nil
	}, nil
}

// read reads the rows that the batches before have taken back.
func (f *freeing) read(ctx context.Context, jobs job.Store, org admin.OrgID, b *undoBatch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.at == 0 || f.at > b.from {
		effects, err := jobs.Effects(ctx, org, b.of, admin.Seek[int64]{Limit: rowPage, After: f.at})
		if err != nil {
			return err
		}
		for _, e := range effects {
			if e.Seq < b.from {
				f.at = b.from
				return nil
			}
			d, err := readBefore(e.Before)
			if err != nil {
				return fmt.Errorf("row %d: %w", e.Seq, err)
			}
			f.at = e.Seq
			if d.Made != Unchanged {
				f.accounts[e.Ref] = undoneAccount{e.Seq, e.Version, e.Before == "" || d.Made == Created}
			}
		}
		if len(effects) < rowPage {
			f.at = b.from
		}
	}
	return nil
}

// free takes back those of some accounts that batches before have taken back.
func (s *Service) free(
	ctx context.Context, p Ports, org admin.OrgID, b *undoBatch, f *freeing, found []customer.Account, rec admin.Record,
) error {
	before := &undoBatch{job: b.job, of: b.of, at: b.at, sum: b.sum}
	for _, a := range found {
		u, ok := f.account(a.ID)
		if !ok {
			continue
		}
		e, d := job.Effect{Seq: u.seq, Ref: a.ID, Version: u.version}, beforeData{}
		if !u.made {
			one, err := p.Jobs.Effects(ctx, org, b.of, admin.Seek[int64]{Limit: 1, After: u.seq + 1})
			if err != nil {
				return err
			}
			if len(one) == 0 || one[0].Seq != u.seq {
				continue // it was erased meanwhile
			}
			e = one[0]
			if d, err = readBefore(e.Before); err != nil {
				return fmt.Errorf("row %d: %w", e.Seq, err)
			}
		}
		before.effects, before.data = append(before.effects, e), append(before.data, d)
	}
	if len(before.effects) == 0 {
		return nil
	}
	undo, err := undoneBy(s.accounts, before, func(p Ports) apply[customer.Account] { return p.Accounts.Apply })
	if err == nil {
		_, err = undo(ctx, p, org, rec)
	}
	return err
}
