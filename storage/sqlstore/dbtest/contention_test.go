package dbtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/settings"
)

// newCenter is a Center on a database of its own, with an organization and its administrator.
func newCenter(t *testing.T, s server) (*admincenter.Center, people.User) {
	t.Helper()
	c, err := admincenter.New(s.open(t), admincenter.Options{People: people.Options{Passwords: people.PasswordRules{Optional: true}}})
	require.NoError(t, err)
	_, ann, err := c.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	return c, ann
}

// together runs fn many times concurrently and returns the error of each.
func together(many int, fn func(i int) error) []error {
	errs := make([]error, many)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	group.Wait()
	return errs
}

func TestNoUpdateIsLost(t *testing.T) {
	many := atLength(100, 20)
	onEachDriver(t, func(t *testing.T, s server) {
		c, _ := newCenter(t, s)
		ctx, scope := t.Context(), admin.System("acme")
		zero, err := settings.Numeric(decimal.Zero)
		require.NoError(t, err)
		counter, err := c.Settings.Create(ctx, scope, settings.NewSetting{Entity: settings.Entity{Kind: settings.Organization}, Name: "counter", Value: zero})
		require.NoError(t, err)
		increment := func() error {
			for {
				had, err := c.Settings.Get(ctx, scope, counter.ID)
				if err != nil {
					return err
				}
				n, _ := had.Value.Decimal()
				v, err := settings.Numeric(n.Add(decimal.NewFromInt(1)))
				if err != nil {
					return err
				}
				_, err = c.Settings.Update(ctx, scope, had.ID, had.Version, v)
				if !errors.Is(err, admin.ErrConflict) {
					return err
				}
				time.Sleep(rand.N(20 * time.Millisecond)) // as a client would, to let another through
			}
		}
		for _, err := range together(many, func(int) error { return increment() }) {
			require.NoError(t, err)
		}
		counter, err = c.Settings.Get(ctx, scope, counter.ID)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(many), counter.Value.Text())
		require.EqualValues(t, 1+many, counter.Version)
		recorded := 0
		for _, err := range c.Trail.All(ctx, scope, admin.AuditFilter{Action: settings.ActionUpdate}) {
			require.NoError(t, err)
			recorded++
		}
		require.Equal(t, many, recorded, "each has its record")
		history, err := c.Settings.History(ctx, scope, counter.ID, admin.Query{Limit: many + 1})
		require.NoError(t, err)
		for n, v := range history.Items {
			require.Equal(t, fmt.Sprint(many-n), v.Setting.Value.Text(), "and its version")
		}
		require.Len(t, history.Items, many+1)
	})
}

// Counting administrators first and demoting one then, in any isolation below serializable,
// would let two demote each other.
func TestAdministratorsDemotingEachOther(t *testing.T) {
	rounds := atLength(200, 20)
	onEach(t, func(t *testing.T, s server) {
		c, ann := newCenter(t, s)
		ctx, system := t.Context(), admin.System("acme")
		_, secret, err := c.People.Invite(ctx, system, "bob@acme.example", people.Administrator)
		require.NoError(t, err)
		bob, err := c.People.Accept(ctx, "acme", secret, people.AcceptInput{Name: "Bob"})
		require.NoError(t, err)
		all, err := admincenter.DefaultRoles().Permissions(people.Administrator)
		require.NoError(t, err)
		both := []uuid.UUID{ann.ID, bob.ID}
		kept := 0
		for round := range rounds {
			errs := together(2, func(i int) error {
				scope := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: both[i].String()}, all)
				other, err := c.People.User(ctx, scope, both[1-i])
				if err != nil {
					return err
				}
				if round%2 == 0 {
					_, err = c.People.ChangeRole(ctx, scope, other.ID, other.Version, people.Analyst)
				} else {
					_, err = c.People.Deactivate(ctx, scope, other.ID, other.Version, people.DeactivateOptions{})
				}
				return err
			})
			left := 0
			for i, id := range both {
				u, err := c.People.User(ctx, system, id)
				require.NoError(t, err)
				if u.Administers([]people.Role{people.Administrator}) {
					left++
					continue
				}
				require.NoError(t, errs[1-i], "who is out was put out by the other")
				if u.Status != people.UserActive {
					_, err = c.People.Reactivate(ctx, system, id, u.Version)
				} else {
					_, err = c.People.ChangeRole(ctx, system, id, u.Version, people.Administrator)
				}
				require.NoError(t, err)
			}
			require.Equal(t, 1, left)
			for _, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, people.ErrLastAdministrator)
					kept++
				}
			}
		}
		require.Equal(t, rounds, kept, "each time one was refused")
	})
}
