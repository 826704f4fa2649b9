package dbtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// Whatever ends the sessions of a user ends those that begin beside it, and after it none is resumed.
func TestNoSessionOutlivesWhatEndsAll(t *testing.T) {
	rounds := atLength(200, 20)
	onEach(t, func(t *testing.T, s server) {
		c, ann := newCenter(t, s)
		system, p := admin.System("acme"), c.People
		_, secret, err := p.Invite(t.Context(), system, "bob@acme.example", people.Administrator)
		require.NoError(t, err)
		_, err = p.Accept(t.Context(), "acme", secret, people.AcceptInput{Name: "Bob"})
		require.NoError(t, err)
		user := func(ctx context.Context) people.User {
			u, err := p.User(ctx, system, ann.ID)
			require.NoError(t, err)
			return u
		}
		for round := range rounds {
			ctx := t.Context()
			u := user(ctx)
			if u.Status != people.UserActive {
				u, err = p.Reactivate(ctx, system, u.ID, u.Version)
				require.NoError(t, err)
			}
			session, err := p.SignInVerified(ctx, "acme", "ann@acme.example")
			require.NoError(t, err)
			_, before, err := p.KeepSession(ctx, session, people.KeepInput{})
			require.NoError(t, err)
			secrets := []admin.Secret{before, {}, {}, {}}
			errs := together(4, func(i int) error {
				if i > 0 {
					_, kept, err := p.KeepSession(ctx, session, people.KeepInput{Label: fmt.Sprint(i)})
					secrets[i] = kept
					return err
				}
				switch round % 3 {
				case 0:
					return p.EndSessions(ctx, system, u.ID)
				case 1:
					_, err := p.Deactivate(ctx, system, u.ID, u.Version)
					return err
				}
				_, err := p.ChangeRole(ctx, system, u.ID, u.Version, other(u.Role))
				return err
			})
			require.NoError(t, errs[0])
			for _, err := range errs[1:] {
				require.True(t, err == nil || errors.Is(err, people.ErrSession), "%v", err)
			}
			for _, secret := range secrets {
				_, err := p.ResumeSession(ctx, "acme", secret)
				require.ErrorIs(t, err, people.ErrSession)
			}
			listed, err := p.SessionsOf(ctx, system, u.ID)
			require.NoError(t, err)
			require.Empty(t, listed)
		}
	})
}

func other(r people.Role) people.Role {
	if r == people.Analyst {
		return people.Administrator
	}
	return people.Analyst
}

// A session that was ended is not resumed, beside uses and a renewal of its secret.
func TestAnEndedSessionIsNotResumed(t *testing.T) {
	rounds := atLength(200, 20)
	onEach(t, func(t *testing.T, s server) {
		c, ann := newCenter(t, s)
		system, p := admin.System("acme"), c.People
		for range rounds {
			ctx := t.Context()
			session, err := p.SignInVerified(ctx, "acme", "ann@acme.example")
			require.NoError(t, err)
			k, secret, err := p.KeepSession(ctx, session, people.KeepInput{})
			require.NoError(t, err)
			var renewed [2]admin.Secret
			errs := together(4, func(i int) error {
				switch i {
				case 0:
					return p.EndSession(ctx, system, k.ID)
				case 1:
					_, err := p.ResumeSession(ctx, "acme", secret)
					return err
				}
				_, r, err := p.ReauthenticateVerified(ctx, "acme", secret, k.CreatedAt)
				renewed[i-2] = r
				return err
			})
			require.NoError(t, errs[0])
			for _, err := range errs[1:] {
				require.True(t, err == nil || errors.Is(err, people.ErrSession), "%v", err)
			}
			require.False(t, errs[2] == nil && errs[3] == nil, "two renewals of one secret")
			for _, secret := range []admin.Secret{secret, renewed[0], renewed[1]} {
				_, err := p.ResumeSession(ctx, "acme", secret)
				require.ErrorIs(t, err, people.ErrSession)
			}
		}
		listed, err := p.SessionsOf(t.Context(), system, ann.ID)
		require.NoError(t, err)
		require.Empty(t, listed)
	})
}

// A request that resumes a session costs one statement, and one more once a minute.
func TestResumingASessionCostsOneStatement(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		name, dsn := s.create(t)
		rec, recorded := newRecorder(t, name, dsn)
		db, err := sqlstore.New(t.Context(), recorded, s.dialect, sqlstore.Options{Prepared: -1})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		now := noon
		o := admincenter.Options{People: people.Options{Passwords: people.PasswordRules{Optional: true}}}
		o.Now = func() time.Time { return now }
		c, err := admincenter.New(db, o)
		require.NoError(t, err)
		_, _, err = c.People.CreateOrganization(t.Context(), people.NewOrganization{
			ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
		})
		require.NoError(t, err)
		session, err := c.People.SignInVerified(t.Context(), "acme", "ann@acme.example")
		require.NoError(t, err)
		_, secret, err := c.People.KeepSession(t.Context(), session, people.KeepInput{})
		require.NoError(t, err)
		resume := func() (updates int) {
			queries := rec.record(func() {
				_, err := c.People.ResumeSession(t.Context(), "acme", secret)
				require.NoError(t, err)
			})
			selects := 0
			for _, q := range queries {
				if strings.HasPrefix(q.text, "SELECT") {
					selects++
				} else if strings.Contains(q.text, "SET last_seen_at") { // SQLite begins with an UPDATE of its own
					updates++
				}
			}
			require.Equal(t, 1, selects, "%v", queries)
			if updates == 0 {
				require.Len(t, queries, 1)
			}
			return updates
		}
		require.Zero(t, resume())
		now = now.Add(time.Minute)
		require.Equal(t, 1, resume())
		require.Zero(t, resume())
	})
}
