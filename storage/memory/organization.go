package memory

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

type organizations struct{ access }

func (s organizations) Create(
	ctx context.Context, o people.Organization, first people.User, c people.Credential, rec admin.Record,
) error {
	if err := rec.Check(); err != nil {
		return err
	}
	return s.hold(ctx, func() error {
		b := s.b
		if _, ok := b.tenants[o.ID]; ok {
			return taken("organization")
		}
		return b.atomically(func() error {
			t := newTenant(o)
			b.tenants[o.ID] = t
			b.journal.undo = append(b.journal.undo, func() { delete(b.tenants, o.ID) })
			t.users.put(&b.journal, first.ID, first)
			t.credentials.put(&b.journal, first.ID, c)
			return t.record(&b.journal, b.keys, rec)
		})
	})
}

func (s organizations) Get(ctx context.Context, id admin.OrgID) (o people.Organization, err error) {
	err = s.share(ctx, func() error {
		t, ok := s.b.tenants[id]
		if !ok {
			return missing("organization")
		}
		o = t.organization
		return nil
	})
	return o, err
}

func (s organizations) Rename(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error {
	return s.write(ctx, id, rec, func(t *tenant, j *journal) error { return t.rename(j, name, version) })
}

func (t *tenant) rename(j *journal, name string, version int64) error {
	if t.organization.Version != version {
		return conflict("organization")
	}
	old := t.organization
	j.undo = append(j.undo, func() { t.organization = old })
	t.organization.Name = name
	t.organization.Version++
	return nil
}
