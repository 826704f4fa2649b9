//go:build unix

package dbtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/token"
)

// startImport uploads and starts an import of customers.
func startImport(t *testing.T, c *admincenter.Center, scope admin.Scope, name string, rows int) job.Ref {
	t.Helper()
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	for row := range rows {
		fmt.Fprintf(&text, "%s-%d,Customer,a@customer.example\n", name, row)
	}
	i, err := c.Imports.Upload(t.Context(), scope, bulkimport.UploadInput{
		Type: bulkimport.CustomersType, FileName: name + ".csv", Content: strings.NewReader(text.String()),
	})
	require.NoError(t, err)
	suggested, err := c.Imports.Suggest(t.Context(), scope, i.ID)
	require.NoError(t, err)
	_, err = c.Imports.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	j, err := c.Imports.Start(t.Context(), scope, i.ID)
	require.NoError(t, err)
	return j.Ref(scope.Org())
}

// An organization that is suspended beside everything that its users, tokens and jobs do is suspended for all of it
// then; and when it is reactivated, nothing was lost.
func TestSuspendedBesideEverything(t *testing.T) {
	rounds := atLength(30, 4)
	onEachStaff(t, func(t *testing.T, s *staff) {
		ctx, system := t.Context(), admin.System("acme")
		made := s.generate(s.mal.Scope, token.PermissionWrite, settings.PermissionRead)
		for round := range rounds {
			ref := startImport(t, s.Center, s.ann.Scope, fmt.Sprint("round", round), 40)
			o, err := s.People.Organization(ctx, system)
			require.NoError(t, err)
			errs := together(5, func(i int) error {
				switch i {
				case 0:
					_, err := s.People.SuspendOrganization(ctx, system, o.Version, "unpaid")
					return err
				case 1:
					_, err := s.People.SignInVerified(ctx, "acme", "mal@acme.example")
					return err
				case 2:
					_, err := s.Tokens.Verify(ctx, made.Secret)
					return err
				case 3:
					_, err := s.People.ScopeOf(ctx, "acme", s.mal.User.ID, s.mal.Epoch)
					return err
				}
				_, err := s.Step(ctx, ref)
				return err
			})
			require.NoError(t, errs[0])
			for _, i := range []int{1, 3, 4} {
				if errs[i] != nil {
					require.ErrorIs(t, errs[i], admin.ErrSuspended, "%d", i)
				}
			}
			if errs[2] != nil {
				require.ErrorIs(t, errs[2], token.ErrBadToken)
			}
			_, err = s.People.SignInVerified(ctx, "acme", "mal@acme.example")
			require.ErrorIs(t, err, admin.ErrSuspended)
			s.refused(made, token.ReasonSuspended)
			if _, err = s.Step(ctx, ref); err != nil { // it may be complete
				require.ErrorIs(t, err, admin.ErrSuspended)
			}
			due, err := s.Jobs.Due(ctx, 10)
			require.NoError(t, err)
			require.Empty(t, due)
			j, err := s.Stores().Jobs().Get(ctx, "acme", ref.ID)
			require.NoError(t, err)
			require.Zero(t, j.Failures)
			require.NotEqual(t, job.Failed, j.Status)

			_, err = s.People.ReactivateOrganization(ctx, system, o.Version+1, "paid")
			require.NoError(t, err)
			_, err = s.Tokens.Verify(ctx, made.Secret)
			require.NoError(t, err)
			for j.Status != job.Completed {
				_, err := s.Step(ctx, ref)
				require.NoError(t, err)
				j, err = s.Stores().Jobs().Get(ctx, "acme", ref.ID)
				require.NoError(t, err)
			}
			require.Equal(t, int64(40), j.Counts.Completed)
		}
	})
}

// What writes to an organization while it is deleted and purged leaves nothing behind.
func TestPurgedBesideWriters(t *testing.T) {
	rounds := atLength(20, 3)
	onEach(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		c, err := admincenter.New(db, admincenter.Options{People: people.Options{Passwords: people.PasswordRules{Optional: true}}})
		require.NoError(t, err)
		for round := range rounds {
			org := admin.OrgID(fmt.Sprint("round", round))
			ctx, system := t.Context(), admin.System(org)
			_, _, err := c.People.CreateOrganization(ctx, people.NewOrganization{
				ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
			})
			require.NoError(t, err)
			ref := startImport(t, c, system, "before", 30)
			o, err := c.People.SuspendOrganization(ctx, system, 1, "left")
			require.NoError(t, err)
			errs := together(7, func(i int) error {
				for n := range 8 {
					var err error
					switch i {
					case 0:
						if n == 0 {
							time.Sleep(time.Duration(round) * time.Millisecond)
							return c.People.DeleteOrganization(ctx, system, o.Version, "left")
						}
					case 1:
						if _, err = c.People.PurgeDeleted(ctx, 7); err != nil {
							return err
						}
					case 2:
						_, err = c.Customers.Create(ctx, system, customer.Customer{
							ID: fmt.Sprint("c", n), Name: "Customer", PrimaryEmail: "c@customer.example",
						})
					case 3:
						_, err = c.Tokens.Generate(ctx, system, token.GenerateInput{
							Name: "t", Permissions: []admin.Permission{settings.PermissionRead},
						})
					case 4:
						_, _, err = c.People.Invite(ctx, system, fmt.Sprintf("i%d@%s.example", n, org), people.Analyst) // each address has a limit
					case 5:
						_, err = c.Currencies.SetBase(ctx, system, "USD")
						if errors.Is(err, admin.ErrInvalid) || errors.Is(err, admin.ErrExists) || errors.Is(err, admin.ErrState) {
							err = nil
						}
					default:
						_, err = c.Imports.Upload(ctx, system, bulkimport.UploadInput{
							Type: bulkimport.CustomersType, FileName: "a.csv", Content: strings.NewReader("id,name,primary_email\n"),
						})
					}
					if err != nil && !errors.Is(err, admin.ErrNotFound) {
						return err
					}
				}
				return nil
			})
			require.NoError(t, errors.Join(errs...))
			_, err = c.Step(ctx, ref)
			require.ErrorIs(t, err, admin.ErrNotFound)
			require.NoError(t, c.Tidy(ctx))
			require.Equal(t, map[string]string{"admincenter_organizations": "1"}, rowsLeft(t, pool, s.dialect, org))
		}
	})
}

// A process that purges is killed again and again: between two batches, and right before a COMMIT. What it had
// committed stays gone, and the next goes on.
func TestPurgeKilledAtRandomMoments(t *testing.T) {
	if work(t) {
		return
	}
	kills := atLength(12, 3)
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, 10)
		j := w.start(t, "purged", 200, 10)
		j.runHere(t)
		db, _ := w.place.open(t)
		deleteOrganization(t, db, "acme")
		random := rand.New(rand.NewPCG(2026, uint64(kills)))
		total := func() (n int) {
			for _, rows := range rowsLeft(t, w.pool, s.dialect, "acme") {
				var count int
				_, err := fmt.Sscan(rows, &count)
				require.NoError(t, err)
				n += count
			}
			return n
		}
		for kill := range kills {
			before := total()
			batches := 1 + random.IntN(3)
			e := errand{Place: w.place, Batch: 10, Purge: 5, Signal: syscall.SIGKILL, After: batches, Inside: kill%2 == 0}
			e.send(t).killed(t)
			require.Equal(t, before-5*batches, total(), "whole batches, and no more")
			_, err := w.center.People.Organization(t.Context(), w.scope)
			require.ErrorIs(t, err, admin.ErrNotFound)
		}
		require.Greater(t, total(), 1)
		require.Equal(t, endDone, errand{Place: w.place, Batch: 10, Purge: 100}.send(t).ended(t))
		require.Equal(t, map[string]string{"admincenter_organizations": "1"}, rowsLeft(t, w.pool, s.dialect, "acme"))
	})
}
