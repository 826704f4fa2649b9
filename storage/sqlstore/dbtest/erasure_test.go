package dbtest

import (
	"bytes"
	"database/sql"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// Every name and address of Annabelle has this in it, whatever the case.
const trace = "qvist"

// forgetful is an organization in which Annabelle is everywhere.
type forgetful struct {
	*admincenter.Center
	t    *testing.T
	db   *sqlstore.DB
	pool *sql.DB
	s    server
	log  *bytes.Buffer
	boss admin.Scope
	ann  people.User
}

func newForgetful(t *testing.T, s server) *forgetful {
	t.Helper()
	f := &forgetful{t: t, s: s, log: &bytes.Buffer{}}
	f.db, f.pool = s.openPool(t)
	o := admincenter.Options{
		People:     people.Options{Passwords: people.PasswordRules{Optional: true}, Hasher: cheapHasher(t)},
		KeepEvents: admin.EventKinds(),
	}
	o.Logger = slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	f.Center, err = admincenter.New(f.db, o)
	require.NoError(t, err)
	_, boss, err := f.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Boss", Email: "boss@acme.example"},
	})
	require.NoError(t, err)
	session, err := f.People.SignInVerified(t.Context(), "acme", boss.Email.Address)
	require.NoError(t, err)
	f.boss = session.Scope
	return f
}

func cheapHasher(t *testing.T) *people.Argon2id {
	t.Helper()
	h, err := people.NewArgon2id(people.Argon2idOptions{Memory: 8, Time: 1, Threads: 1})
	require.NoError(t, err)
	return h
}

// joins invites Annabelle twice, the first time for nothing, and has her everywhere before she changes her address.
func (f *forgetful) joins() {
	t, ctx := f.t, f.t.Context()
	password := admin.NewSecret("seven herons over Lake Vann")
	vain, _, err := f.People.Invite(ctx, f.boss, "Annabelle.Qvist@Acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = f.People.Revoke(ctx, f.boss, vain.ID, vain.Version)
	require.NoError(t, err)
	_, secret, err := f.People.Invite(ctx, f.boss, "Annabelle.Qvist@Acme.example", people.Administrator)
	require.NoError(t, err)
	f.ann, err = f.People.Accept(ctx, "acme", secret, people.AcceptInput{Name: "Annabelle Qvist", Password: password})
	require.NoError(t, err)
	_, err = f.People.SignIn(ctx, "acme", people.SignInInput{Email: f.ann.Email.Address, Password: admin.NewSecret("no")})
	require.Error(t, err)
	session, err := f.People.SignIn(ctx, "acme", people.SignInInput{Email: "annabelle.qvist@acme.example", Password: password})
	require.NoError(t, err)
	_, _, err = f.People.KeepSession(ctx, session, people.KeepInput{Label: "Qvist's telephone", Source: "192.0.2.7"})
	require.NoError(t, err)
	_, err = f.People.UpdateProfile(ctx, session.Scope, people.ProfileChange{Name: ptrTo("Anna Qvist-Holm"), Version: f.ann.Version})
	require.NoError(t, err)
	_, err = f.People.LinkIdentity(ctx, session.Scope, people.IdentityInput{Issuer: "https://idp.example", Subject: "a.qvist@idp.example"})
	require.NoError(t, err)
	_, mails, err := f.People.RequestEmailChange(ctx, session.Scope,
		people.EmailChangeInput{Email: "A.Qvist@Home.example", CurrentPassword: password})
	require.NoError(t, err)
	for _, m := range mails {
		_, err = f.People.ConfirmEmailChange(ctx, "acme", m.Secret)
		require.NoError(t, err)
	}
	f.stays(password)
}

// stays has her everywhere under her new address.
func (f *forgetful) stays(password admin.Secret) {
	t, ctx := f.t, f.t.Context()
	session, err := f.People.SignIn(ctx, "acme", people.SignInInput{Email: "a.qvist@home.example", Password: password})
	require.NoError(t, err)
	_, _, err = f.People.KeepSession(ctx, session, people.KeepInput{Label: "Qvist's desk"})
	require.NoError(t, err)
	made, err := f.Tokens.Generate(ctx, session.Scope, token.GenerateInput{Name: "nightly", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	require.Equal(t, f.ann.ID, made.Token.UserID)
	external := "qvist@directory.example"
	_, err = f.People.UpdateProvisioned(ctx, admin.System("acme"), f.ann.ID, people.ProvisionChange{ExternalID: &external})
	require.NoError(t, err)
	_, _, err = f.People.RequestEmailChange(ctx, session.Scope, people.EmailChangeInput{Email: "qvist@third.example", CurrentPassword: password})
	require.NoError(t, err)
	_, _, err = f.People.Invite(ctx, session.Scope, "other@acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = f.People.RequestPasswordReset(ctx, "acme", people.ResetRequest{Email: "a.qvist@home.example"})
	require.NoError(t, err)
	_, err = f.People.Impersonate(ctx, admin.System("acme"), f.ann.ID, people.ImpersonateInput{StaffID: "staff-7", Reason: "Ms Qvist asked"})
	require.NoError(t, err)

	at := time.Now().UTC().Truncate(time.Microsecond)
	totp := people.TOTPFactor{ID: uuid.New(), UserID: f.ann.ID, Sealed: []byte("secret of qvist"), CreatedAt: at}
	on := func() admin.Record {
		return admin.Runtime{}.WithDefaults().Record(session.Scope, "user.begin_totp", admin.Subject{Kind: "user", ID: f.ann.ID.String()})
	}
	require.NoError(t, f.db.Factors().Begin(ctx, "acme", totp, on()))
	totp.ConfirmedAt = at
	require.NoError(t, f.db.Factors().Confirm(ctx, "acme", totp, []admin.SecretDigest{{1}}, on()))
	require.NoError(t, f.db.Factors().Pend(ctx, "acme", people.PendingSignIn{UserID: f.ann.ID, Epoch: session.Epoch,
		State: []byte("passkey of qvist"), CreatedAt: at, ExpiresAt: at.Add(time.Hour)}, admin.SecretDigest{2}))
}

func ptrTo[T any](v T) *T { return &v }

// tables returns the names of the tables that have a text, whatever the case.
func (f *forgetful) tables(text string) (found []string) {
	f.t.Helper()
	for _, x := range catalog(f.t, f.pool, f.s.dialect) {
		for _, row := range cells(f.t, f.pool, `SELECT * FROM `+x.name) {
			if strings.Contains(strings.ToLower(strings.Join(row, "\x00")), text) {
				found = append(found, x.name)
				break
			}
		}
	}
	slices.Sort(found)
	return found
}

// export returns the whole log as JSON Lines, in lower case.
func (f *forgetful) export() string {
	f.t.Helper()
	var b bytes.Buffer
	_, err := f.Log.Export(f.t.Context(), admin.System("acme"), &b, 0)
	require.NoError(f.t, err)
	return strings.ToLower(b.String())
}

func (f *forgetful) verified() {
	f.t.Helper()
	v, err := f.Log.Verify(f.t.Context(), admin.System("acme"), admin.VerifyOptions{})
	require.NoError(f.t, err)
	require.Empty(f.t, v.Findings)
}

func (f *forgetful) seal() {
	f.t.Helper()
	_, err := f.Log.Seal(f.t.Context(), admin.System("acme"))
	require.NoError(f.t, err)
}

// After she is erased she is nowhere in the database, the log or what was logged, and the log verifies.
func TestAnErasedUserIsNowhere(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		for name, sealed := range map[string]bool{"records that are sealed": true, "records that wait": false} {
			t.Run(name, func(t *testing.T) {
				f := newForgetful(t, s)
				f.joins()
				digests := []string{
					people.AddressDigest("acme", people.Email{Key: "annabelle.qvist@acme.example"}),
					people.AddressDigest("acme", people.Email{Key: "a.qvist@home.example"}),
				}
				if sealed {
					f.seal()
					require.Contains(t, f.export(), trace)
				}
				require.Equal(t, []string{
					"admincenter_audit_values", "admincenter_external_ids", "admincenter_factors", "admincenter_identities",
					"admincenter_invitations", "admincenter_pending_sign_ins", "admincenter_sessions", "admincenter_tickets",
					"admincenter_users",
				}, f.tables(trace), "or the test shows nothing")
				require.NotEmpty(t, f.tables(digests[0]))

				require.NoError(t, f.People.Deprovision(t.Context(), f.boss, f.ann.ID))
				erased, err := f.People.EraseUser(t.Context(), f.boss, f.ann.ID)
				require.NoError(t, err)
				require.Equal(t, people.UserErased, erased.Status)
				for range 2 { // what waits, and what is sealed
					require.Empty(t, f.tables(trace))
					for _, d := range digests {
						require.Empty(t, f.tables(d), "from which an address can be guessed")
					}
					f.verified()
					f.seal()
				}
				require.NotContains(t, f.export(), trace)
				require.NotContains(t, strings.ToLower(f.log.String()), trace)
				require.NotEmpty(t, f.tables("boss@acme.example"), "of another person")
				for _, table := range []string{"sessions", "tickets", "identities", "external_ids", "factors", "recovery_codes", "pending_sign_ins"} {
					require.Empty(t, strs(t, f.pool, `SELECT org_id FROM admincenter_`+table), table)
				}
				require.Equal(t, []string{"0"}, strs(t, f.pool, `SELECT COUNT(*) FROM admincenter_tokens WHERE state = 'ACTIVE'`))
			})
		}
	})
}
