package storagetest_test

import (
	"context"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// organizationPort replaces single methods of a port.
type organizationPort struct {
	people.OrganizationStore
	get    func(context.Context, admin.OrgID) (people.Organization, error)
	rename func(context.Context, admin.OrgID, string, int64, admin.Record) error
	status func(context.Context, people.Organization, admin.Record) error
	purge  func(context.Context, admin.OrgID, int) (bool, error)
}

func (s organizationPort) SetStatus(ctx context.Context, o people.Organization, rec admin.Record) error {
	if s.status == nil {
		return s.OrganizationStore.SetStatus(ctx, o, rec)
	}
	return s.status(ctx, o, rec)
}

func (s organizationPort) Purge(ctx context.Context, id admin.OrgID, limit int) (bool, error) {
	if s.purge == nil {
		return s.OrganizationStore.Purge(ctx, id, limit)
	}
	return s.purge(ctx, id, limit)
}

func (s organizationPort) Get(ctx context.Context, id admin.OrgID) (people.Organization, error) {
	if s.get == nil {
		return s.OrganizationStore.Get(ctx, id)
	}
	return s.get(ctx, id)
}

func (s organizationPort) Rename(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error {
	if s.rename == nil {
		return s.OrganizationStore.Rename(ctx, id, name, version, rec)
	}
	return s.rename(ctx, id, name, version, rec)
}

func organizationFaults() []fault {
	return []fault{
		{
			name: "Organizations.Get finds ids in any case",
			organizations: func(s people.OrganizationStore, k *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, get: func(ctx context.Context, id admin.OrgID) (people.Organization, error) {
					for _, org := range k.orgs {
						if strings.EqualFold(string(org), string(id)) {
							return s.Get(ctx, org)
						}
					}
					return s.Get(ctx, id)
				}}
			},
			caught: "Organizations/compares ids byte by byte",
		},
		{
			name: "Organizations.Get drops microseconds",
			organizations: func(s people.OrganizationStore, _ *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, get: func(ctx context.Context, id admin.OrgID) (people.Organization, error) {
					o, err := s.Get(ctx, id)
					o.CreatedAt = o.CreatedAt.Truncate(time.Millisecond)
					return o, err
				}}
			},
			caught: "Organizations/returns what was created",
		},
		{
			name: "Organizations.Get gives local time",
			organizations: func(s people.OrganizationStore, _ *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, get: func(ctx context.Context, id admin.OrgID) (people.Organization, error) {
					o, err := s.Get(ctx, id)
					o.CreatedAt = o.CreatedAt.In(time.FixedZone("", 3600))
					return o, err
				}}
			},
			caught: "Organizations/returns what was created",
		},
		{
			name: "Organizations.Rename renames every organization",
			organizations: func(s people.OrganizationStore, k *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, rename: func(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error {
					for _, org := range k.orgs {
						if org != id {
							_ = s.Rename(ctx, org, name, version, rec)
						}
					}
					return s.Rename(ctx, id, name, version, rec)
				}}
			},
			caught: "Methods/Organizations.Rename/hides and keeps everything from another organization",
		},
		{
			name: "Organizations.SetStatus does not look at the version",
			organizations: func(s people.OrganizationStore, _ *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, status: func(ctx context.Context, o people.Organization, rec admin.Record) error {
					if stored, err := s.Get(ctx, o.ID); err == nil {
						o.Version = stored.Version
					}
					return s.SetStatus(ctx, o, rec)
				}}
			},
			caught: "Organizations/suspends, reactivates and deletes",
		},
		{
			name: "Organizations.Purge reports that it is done before it is",
			organizations: func(s people.OrganizationStore, _ *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, purge: func(context.Context, admin.OrgID, int) (bool, error) {
					return false, nil
				}}
			},
			caught: "Organizations/purges a deleted one",
		},
		{
			name: "Organizations.Rename does not look at the version",
			organizations: func(s people.OrganizationStore, _ *known) people.OrganizationStore {
				return organizationPort{OrganizationStore: s, rename: func(ctx context.Context, id admin.OrgID, name string, version int64, rec admin.Record) error {
					if o, err := s.Get(ctx, id); err == nil {
						version = o.Version
					}
					return s.Rename(ctx, id, name, version, rec)
				}}
			},
			caught: "Organizations/renames only the version that was read",
		},
	}
}
