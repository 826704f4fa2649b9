package memory

import (
	"context"
	"maps"
	"slices"

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
		if _, ok := b.deleted[o.ID]; ok {
			return taken("organization")
		}
		return b.atomically(func() error {
			t := newTenant(o.Created())
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

// suspended reports whether the organization is suspended.
func (t *tenant) suspended() bool { return t.organization.Status == people.OrganizationSuspended }

func (s organizations) SetStatus(ctx context.Context, want people.Organization, rec admin.Record) error {
	return s.write(ctx, want.ID, rec, func(t *tenant, j *journal) error {
		next, err := t.organization.StatusChanged(want)
		if err != nil {
			return err
		}
		old, b := t.organization, s.b
		t.organization = next
		j.undo = append(j.undo, func() { t.organization = old })
		if next.Status != people.OrganizationDeleted {
			return nil
		}
		delete(b.tenants, want.ID)
		b.deleted[want.ID] = t
		digests := t.dropDigests(b)
		j.undo = append(j.undo, func() {
			delete(b.deleted, want.ID)
			b.tenants[want.ID] = t
			maps.Copy(b.digests, digests)
		})
		return nil
	})
}

// dropDigests has the tokens of an organization found no more, and returns what found them.
func (t *tenant) dropDigests(b *Backend) map[admin.SecretDigest]tokenRef {
	dropped := map[admin.SecretDigest]tokenRef{}
	for digest, ref := range b.digests {
		if ref.tenant == t {
			dropped[digest] = ref
		}
	}
	for digest := range dropped {
		delete(b.digests, digest)
	}
	return dropped
}

func (s organizations) Deleted(
	ctx context.Context, after admin.OrgID, limit int,
) (out []admin.OrgID, err error) {
	err = s.share(ctx, func() error {
		for _, org := range slices.Sorted(maps.Keys(s.b.deleted)) {
			if org > after && s.b.deleted[org] != nil && len(out) < limit {
				out = append(out, org)
			}
		}
		return nil
	})
	return out, err
}

// Purge removes all at once: there is no transaction that would get long by it.
func (s organizations) Purge(ctx context.Context, org admin.OrgID, _ int) (more bool, err error) {
	return false, s.hold(ctx, func() error {
		b := s.b
		t, ok := b.deleted[org]
		if !ok {
			return missing("organization")
		}
		return b.atomically(func() error {
			b.purgeBlobs(&b.journal, org)
			b.deleted[org] = nil
			b.journal.undo = append(b.journal.undo, func() { b.deleted[org] = t })
			return nil
		})
	})
}
