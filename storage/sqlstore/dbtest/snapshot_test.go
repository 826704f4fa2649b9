package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// A host's transaction at REPEATABLE READ, the default of MySQL, reads on what it read first. What is counted and
// decided in it must be what others have committed since, or else it is refused as a loser.
func TestDecisionsInAnOldSnapshot(t *testing.T) {
	system := admin.System("acme")
	rules := people.RoleRules{BuiltIn: admincenter.DefaultRoles(), Allowed: admincenter.DefaultRoles().All()}
	invite := func(ctx context.Context, s storage.Stores, n int) error {
		now := admin.Instant(time.Now())
		email := fmt.Sprintf("user%d@acme.example", n)
		return s.Invitations().Create(ctx, "acme", people.Sending{Limit: 1, Digest: admin.NewSecret(email).Digest(), Invitation: people.Invitation{
			ID: newID(), Email: people.Email{Address: email, Key: email}, Role: people.Analyst, Status: people.InvitationPending,
			InvitedBy: system.Actor(), CreatedAt: now, SentAt: now, ExpiresAt: now.Add(time.Hour), Version: 1,
		}}, rec("invitation.create"))
	}
	aRole := func(name people.Role, ps ...admin.Permission) people.CustomRole {
		now := admin.Instant(time.Now())
		return people.CustomRole{Name: name, Permissions: admin.Permissions(ps...), CreatedAt: now, UpdatedAt: now, Version: 1}
	}
	createRole := func(ctx context.Context, s storage.Stores, n int) error {
		return s.Roles().Create(ctx, "acme", aRole(people.Role(fmt.Sprintf("role-%d", n)), people.PermissionUsersRead), 1, rec("role.create"))
	}
	one, err := settings.Numeric(decimal.NewFromInt(1))
	require.NoError(t, err)
	for _, tc := range []struct {
		reason string
		before func(t *testing.T, c *admincenter.Center, u people.User)
		others func(ctx context.Context, c *admincenter.Center, s storage.Stores, u people.User) error
		then   func(ctx context.Context, c *admincenter.Center, s storage.Stores, u people.User) error
		want   error
	}{
		{
			"the limit of pending invitations", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return invite(ctx, s, 1)
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return invite(ctx, s, 2)
			},
			people.ErrTooManyInvitations,
		},
		{
			"the limit of custom roles", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return createRole(ctx, s, 1)
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return createRole(ctx, s, 2)
			},
			people.ErrTooManyRoles,
		},
		{
			"the limit of settings on an entity", nil,
			func(ctx context.Context, c *admincenter.Center, _ storage.Stores, _ people.User) error {
				_, err := c.Settings.Create(ctx, system, settings.NewSetting{Entity: settings.Entity{Kind: settings.Organization}, Name: "a", Value: one})
				return err
			},
			func(ctx context.Context, c *admincenter.Center, _ storage.Stores, _ people.User) error {
				_, err := c.Settings.Create(ctx, system, settings.NewSetting{Entity: settings.Entity{Kind: settings.Organization}, Name: "b", Value: one})
				return err
			},
			settings.ErrTooMany,
		},
		{
			"the limit of enrichments", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return s.Enrichments().Put(ctx, "acme", anEnrichment("a"), 1, rec("enrichment.put"))
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return s.Enrichments().Put(ctx, "acme", anEnrichment("b"), 1, rec("enrichment.put"))
			},
			admin.ErrState,
		},
		{
			"the limit of saved mappings", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return s.ImportMappings().Create(ctx, "acme", aMapping("a"), 1, rec("import_mapping.create"))
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return s.ImportMappings().Create(ctx, "acme", aMapping("b"), 1, rec("import_mapping.create"))
			},
			bulkimport.ErrTooManyMappings,
		},
		{
			"that another administers", func(t *testing.T, c *admincenter.Center, _ people.User) {
				_, secret, err := c.People.Invite(t.Context(), system, "bob@acme.example", people.Administrator)
				require.NoError(t, err)
				_, err = c.People.Accept(t.Context(), "acme", secret, people.AcceptInput{Name: "Bob"})
				require.NoError(t, err)
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, u people.User) error {
				u.Role = people.Analyst
				return s.Users().UpdateAccess(ctx, "acme", people.AccessUpdate{User: u, Rules: rules}, rec("user.change_role"))
			},
			func(ctx context.Context, c *admincenter.Center, s storage.Stores, _ people.User) error {
				bob, err := s.Users().ByEmail(ctx, "acme", "bob@acme.example")
				if err != nil {
					return err
				}
				bob.User.Status = people.UserDeactivated
				return s.Users().UpdateAccess(ctx, "acme", people.AccessUpdate{User: bob.User, Rules: rules}, rec("user.deactivate"))
			},
			people.ErrLastAdministrator,
		},
		{
			"that no user has a role", func(t *testing.T, c *admincenter.Center, _ people.User) {
				_, err := c.People.CreateRole(t.Context(), system, people.NewRole{Name: "clerk", Permissions: []admin.Permission{people.PermissionUsersRead}})
				require.NoError(t, err)
			},
			func(ctx context.Context, c *admincenter.Center, _ storage.Stores, _ people.User) error {
				_, _, err := c.People.Invite(ctx, system, "carl@acme.example", "clerk")
				return err
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return s.Roles().Delete(ctx, "acme", people.RoleDeletion{Name: "clerk", Version: 1, At: admin.Instant(time.Now())}, rec("role.delete"))
			},
			people.ErrRoleInUse,
		},
		{
			"what a custom role may do", func(t *testing.T, c *admincenter.Center, _ people.User) {
				_, err := c.People.CreateRole(t.Context(), system, people.NewRole{Name: "clerk", Permissions: []admin.Permission{people.PermissionUsersRead}})
				require.NoError(t, err)
			},
			func(ctx context.Context, c *admincenter.Center, _ storage.Stores, _ people.User) error {
				_, err := c.People.UpdateRole(ctx, system, "clerk", 1, people.RoleChange{Permissions: &[]admin.Permission{people.PermissionUsersWrite}})
				return err
			},
			func(ctx context.Context, c *admincenter.Center, _ storage.Stores, u people.User) error {
				_, _, err := c.People.Invite(ctx, system, "carl@acme.example", "clerk")
				return err
			},
			admin.ErrConflict,
		},
		{
			"the limit of valid tokens", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return createToken(ctx, s, 1, token.Grant{Limit: 1})
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, _ people.User) error {
				return createToken(ctx, s, 2, token.Grant{Limit: 1})
			},
			token.ErrTooManyTokens,
		},
		{
			"that a token's user has the access that was seen", nil,
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, u people.User) error {
				m, err := s.Users().Member(ctx, "acme", u.ID)
				if err != nil {
					return err
				}
				m.Credential.Hash = people.NewPasswordHash("another")
				return s.Users().SetPassword(ctx, "acme", m.Credential, rec("user.change_password"))
			},
			func(ctx context.Context, _ *admincenter.Center, s storage.Stores, u people.User) error {
				seen, err := s.Tokens().User(ctx, "acme", u.ID)
				if err != nil {
					return err
				}
				return createToken(ctx, s, 1, token.Grant{UserID: u.ID, UserEpoch: seen.Epoch, Limit: 10})
			},
			admin.ErrConflict,
		},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			onEach(t, func(t *testing.T, s server) {
				db, pool := s.openPool(t)
				c, err := admincenter.New(db, admincenter.Options{
					People:   people.Options{Passwords: people.PasswordRules{Optional: true}},
					Settings: settings.Options{Limits: settings.Limits{PerEntity: 1}},
				})
				require.NoError(t, err)
				_, ann, err := c.People.CreateOrganization(t.Context(), people.NewOrganization{
					ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
				})
				require.NoError(t, err)
				if tc.before != nil {
					tc.before(t, c, ann)
				}
				o := &sql.TxOptions{Isolation: sql.LevelRepeatableRead}
				if s.dialect == sqlstore.SQLite {
					o = nil // which has but one
				}
				tx, err := pool.BeginTx(t.Context(), o)
				require.NoError(t, err)
				defer func() { _ = tx.Rollback() }()
				var n int
				require.NoError(t, tx.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM admincenter_users`).Scan(&n))

				require.NoError(t, tc.others(t.Context(), c, db, ann))
				stores := db.WithTx(tx)
				err = tc.then(t.Context(), c.In(stores), stores, ann)
				require.Error(t, err)
				if !errors.Is(err, admin.ErrBusy) {
					require.ErrorIs(t, err, tc.want)
				}
				require.Equal(t, s.dialect == sqlstore.MySQL, errors.Is(err, tc.want), "PostgreSQL and SQLite refuse the transaction: %v", err)
			})
		})
	}
}

func createToken(ctx context.Context, s storage.Stores, n byte, g token.Grant) error {
	now := admin.Instant(time.Now())
	return s.Tokens().Create(ctx, "acme", token.Token{
		ID: newID(), Name: "x", Permissions: admin.Permissions(people.PermissionUsersRead), Prefix: "adm_live_", Last4: "aB3x",
		State: token.Active, CreatedAt: now, CreatedBy: admin.Actor{Kind: admin.ActorSystem}, UpdatedAt: now, Version: 1,
	}, token.Hash{Key: "sha256", Digest: admin.SecretDigest{n}}, g, rec("token.generate"))
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func anEnrichment(schema string) enrich.Enrichment {
	now := admin.Instant(time.Now())
	by := admin.Actor{Kind: admin.ActorSystem}
	return enrich.Enrichment{EventSchema: schema, CreatedAt: now, CreatedBy: by, UpdatedAt: now, UpdatedBy: by}
}

func aMapping(name string) bulkimport.SavedMapping {
	now := admin.Instant(time.Now())
	return bulkimport.SavedMapping{
		ID: newID(), Type: bulkimport.CustomersType, Name: name, CreatedAt: now, CreatedBy: admin.System("acme").Actor(),
		UpdatedAt: now, Version: 1,
	}
}
