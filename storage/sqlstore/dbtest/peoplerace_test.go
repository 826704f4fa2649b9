package dbtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage"
)

// office is an organization whose people do things at the same time.
type office struct {
	*people.Service
	t     *testing.T
	b     storage.Backend
	users []people.User
}

var officePassword = admin.NewSecret("violin quarry sleet ember")

func newOffice(t *testing.T, b storage.Backend) *office {
	t.Helper()
	hasher, err := people.NewArgon2id(people.Argon2idOptions{Memory: 8, Time: 1, Threads: 1, Wait: time.Minute})
	require.NoError(t, err)
	free := people.Rate{Attempts: 1_000_000, Every: time.Millisecond}
	s, err := people.NewService(people.Ports{
		Organizations: b.Organizations(), Users: b.Users(), Invitations: b.Invitations(), Tickets: b.Tickets(),
		Sessions: b.Sessions(), Identities: b.Identities(), Roles: b.Roles(), Factors: b.Factors(),
	}, people.Options{
		Hasher: hasher, Invitations: people.InvitationRules{Pending: 1_000_000},
		Limits: people.Limits{SignIn: free, Password: free, Mail: free, MailOrganization: free},
	})
	require.NoError(t, err)
	_, ann, err := s.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "office", Name: "Office", Admin: people.NewAdmin{Name: "Ann", Email: "ann@office.example", Password: officePassword},
	})
	require.NoError(t, err)
	o := &office{Service: s, t: t, b: b, users: []people.User{ann}}
	for _, email := range []string{"bob@office.example", "carl@office.example"} {
		_, secret, err := s.Invite(t.Context(), admin.System("office"), email, people.Analyst)
		require.NoError(t, err)
		u, err := s.Accept(t.Context(), "office", secret, people.AcceptInput{Name: email, Password: officePassword})
		require.NoError(t, err)
		o.users = append(o.users, u)
	}
	return o
}

// scope is that of a user who is signed in.
func (o *office) scope(n int) admin.Scope {
	return admin.NewScope("office", admin.Actor{Kind: admin.ActorUser, ID: o.users[n].ID.String()},
		admin.Permissions(people.PermissionProfileWrite))
}

// request begins the change of a user's address.
func (o *office) request(n int, email string) ([]people.Mail, error) {
	_, mails, err := o.RequestEmailChange(o.t.Context(), o.scope(n),
		people.EmailChangeInput{Email: email, CurrentPassword: officePassword})
	return mails, err
}

// change changes the address of a user, unless that fails.
func (o *office) change(n int, email string) error {
	mails, err := o.request(n, email)
	if err != nil {
		return err
	}
	for _, m := range mails {
		if _, err := o.ConfirmEmailChange(o.t.Context(), "office", m.Secret); err != nil {
			return err
		}
	}
	return nil
}

// uses counts by what an address is in use.
func (o *office) uses(key string) (n int) {
	o.t.Helper()
	for u, err := range o.AllUsers(o.t.Context(), admin.System("office"), people.UserFilter{}) {
		require.NoError(o.t, err)
		if u.Email.Key == key {
			n++
		}
		if k, err := o.b.Tickets().EmailChange(o.t.Context(), "office", u.ID); err == nil && k.NewEmail.Key == key {
			n++
		}
	}
	for i, err := range o.AllInvitations(o.t.Context(), admin.System("office"),
		people.InvitationFilter{Status: people.InvitationPending}) {
		require.NoError(o.t, err)
		if i.Email.Key == key {
			n++
		}
	}
	return n
}

// epoch returns the epoch of the second user.
func (o *office) epoch() int64 {
	o.t.Helper()
	m, err := o.b.Users().Member(o.t.Context(), "office", o.users[1].ID)
	require.NoError(o.t, err)
	return m.Credential.Epoch
}

// Several who want one address at the same time, by invitation and by change, leave it with one.
func TestOneAddressHasOneOwner(t *testing.T) {
	onMemoryAndEach(t, func(t *testing.T, b storage.Backend) {
		o := newOffice(t, b)
		for n := range atLength(200, 20) {
			email := fmt.Sprintf("x%d@office.example", n)
			errs := together(4, func(i int) error {
				if i < 3 {
					return o.change(i, email)
				}
				i4, _, err := o.Invite(t.Context(), admin.System("office"), email, people.Analyst)
				if err == nil && n%2 == 0 { // the address is free again while the others try
					_, err = o.Revoke(t.Context(), admin.System("office"), i4.ID, i4.Version)
				}
				return err
			})
			for _, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, admin.ErrExists)
				}
			}
			require.LessOrEqual(t, o.uses(email), 1)
			if n%2 == 1 {
				require.Equal(t, 1, o.uses(email))
			}
		}
	})
}

// Both addresses confirm at the same time, twice each: the address changes once.
func TestAnAddressIsConfirmedOnce(t *testing.T) {
	onMemoryAndEach(t, func(t *testing.T, b storage.Backend) {
		o := newOffice(t, b)
		for n := range atLength(200, 20) {
			email := fmt.Sprintf("y%d@office.example", n)
			mails, err := o.request(1, email)
			require.NoError(t, err)
			before := o.epoch()
			done := make([]bool, 4)
			errs := together(4, func(i int) error {
				c, err := o.ConfirmEmailChange(t.Context(), "office", mails[i%2].Secret)
				done[i] = c.Done
				return err
			})
			finished := 0
			for i, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, people.ErrTicket)
				} else if done[i] {
					finished++
				}
			}
			require.Equal(t, 1, finished)
			require.Equal(t, before+1, o.epoch())
			u, err := o.User(t.Context(), admin.System("office"), o.users[1].ID)
			require.NoError(t, err)
			require.Equal(t, email, u.Email.Key)
		}
	})
}

// Two secrets of one user, each used twice at the same time, set one password.
func TestAPasswordIsResetOnce(t *testing.T) {
	onMemoryAndEach(t, func(t *testing.T, b storage.Backend) {
		o := newOffice(t, b)
		for n := range atLength(200, 20) {
			var secrets []admin.Secret
			for range 2 {
				m, err := o.RequestPasswordReset(t.Context(), "office", people.ResetRequest{Email: "bob@office.example"})
				require.NoError(t, err)
				secrets = append(secrets, m.Secret)
			}
			before := o.epoch()
			passwords := make([]admin.Secret, 4)
			errs := together(4, func(i int) error {
				passwords[i] = admin.NewSecret(fmt.Sprintf("mosaic turnip gravel %d %d", n, i))
				_, err := o.ResetPassword(t.Context(), "office", secrets[i%2], passwords[i])
				return err
			})
			won := -1
			for i, err := range errs {
				if err != nil {
					require.ErrorIs(t, err, people.ErrTicket)
					continue
				}
				require.Equal(t, -1, won, "two have set a password")
				won = i
			}
			require.NotEqual(t, -1, won)
			require.Equal(t, before+1, o.epoch())
			_, err := o.SignIn(t.Context(), "office", people.SignInInput{Email: "bob@office.example", Password: passwords[won]})
			require.NoError(t, err)
		}
	})
}
