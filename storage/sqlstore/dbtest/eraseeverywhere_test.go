package dbtest

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// traced is the request of a user who has the trace in the name.
func traced() admin.Request {
	return admin.Request{Source: "host.qvist.example", UserAgent: "Qvist/1.0", ID: "request-1"}
}

// acts has Annabelle act from an address of hers, in her own name and through tokens.
func (f *forgetful) acts() {
	t, ctx := f.t, f.t.Context()
	password := admin.NewSecret("seven herons over Lake Vann")
	at := f.People.From(traced())
	_, err := at.SignIn(ctx, "acme", people.SignInInput{Email: "a.qvist@home.example", Password: admin.NewSecret("no")})
	require.Error(t, err)
	_, err = at.SignIn(ctx, "acme", people.SignInInput{Email: "a.qvist@home.example", Password: password})
	require.ErrorIs(t, err, people.ErrSecondFactorRequired)
	all, _ := f.boss.Granted()
	scope := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: f.ann.ID.String()}, all).WithRequest(traced())
	_, err = f.Customers.Create(ctx, scope, customer.Customer{ID: "hers", Name: "Lumen", PrimaryEmail: "l@lumen.example"})
	require.NoError(t, err)
	made, err := f.Tokens.Generate(ctx, scope, token.GenerateInput{Name: "Qvist's laptop",
		Permissions: []admin.Permission{customer.PermissionRead, customer.PermissionWrite}})
	require.NoError(t, err)
	verified, err := f.Tokens.Verify(ctx, made.Secret)
	require.NoError(t, err)
	_, err = f.Customers.Edit(ctx, verified.Scope.WithRequest(traced()), "hers", 1, customer.Edit{Name: customer.Set("Lumen Ltd")})
	require.NoError(t, err)
	renamed, err := f.Tokens.Rename(ctx, scope, made.Token.ID, made.Token.Version, "The Qvists' laptop")
	require.NoError(t, err)
	require.NoError(t, f.Tokens.Delete(ctx, scope, renamed.ID, token.EndOptions{}))
}

// buys has a customer with an account who are Annabelle, by hand and by imports.
func (f *forgetful) buys() customer.Customer {
	t, ctx := f.t, f.t.Context()
	address := customer.Address{PhoneNumber: "qvist 1", Line1: "qvist 2", Line2: "qvist 3", PostalCode: "qvist 4", City: "Qvist", State: "qvist 5"}
	_, err := f.Customers.Create(ctx, f.boss, customer.Customer{ID: "c1", Name: "Ms Qvist", PrimaryEmail: "c@qvist.example",
		Address: address, Metadata: map[string]string{"contact": "Qvist"}})
	require.NoError(t, err)
	a, err := f.Customers.CreateAccount(ctx, f.boss, customer.Account{ID: "a1", CustomerID: "c1", Name: "Ms Qvist", Address: address,
		PrimaryEmail: "a@qvist.example", Tags: []string{"qvist"}, Aliases: []customer.Alias{{Value: "first@qvist.example"}},
		BillingInformation: customer.BillingInformation{EmailRecipients: []string{"to@qvist.example"}}, Metadata: map[string]string{"contact": "Qvist"}})
	require.NoError(t, err)
	_, err = f.Customers.EditAccount(ctx, f.boss, "a1", a.Version, customer.AccountEdit{Aliases: customer.Set([]customer.Alias{{Value: "second@qvist.example"}})})
	require.NoError(t, err)
	f.imports(bulkimport.CustomersType, "id,name,primary_email,city\nc1,Mrs Qvist,new@qvist.example,Qvist\nc2,Other,o@other.example,Bonn\nc1,Twice Qvist,q@qvist.example,Qvist\n")
	f.imports(bulkimport.AccountsType, "id,name,customer_id,primary_email\na1,Mrs Qvist,c1,new@qvist.example\na9,Q Qvist,c1,no address of qvist\n")
	c, err := f.Customers.Get(ctx, f.boss, "c1")
	require.NoError(t, err)
	return c
}

func (f *forgetful) imports(kind bulkimport.TypeName, text string) {
	t, ctx := f.t, f.t.Context()
	i, err := f.Imports.Upload(ctx, f.boss, bulkimport.UploadInput{Type: kind, FileName: "for Qvist.csv", Content: strings.NewReader(text)})
	require.NoError(t, err)
	suggested, err := f.Imports.Suggest(ctx, f.boss, i.ID)
	require.NoError(t, err)
	i, err = f.Imports.SetMapping(ctx, f.boss, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{Mode: bulkimport.Upsert})
	require.NoError(t, err)
	_, err = f.Imports.Start(ctx, f.boss, i.ID)
	require.NoError(t, err)
	_, err = f.Imports.Run(ctx, f.boss, i.ID, nil)
	require.NoError(t, err)
}

// forgets erases all of Annabelle: the user, the customer and the imports that have her.
func (f *forgetful) forgets(c customer.Customer) {
	t, ctx := f.t, f.t.Context()
	require.NoError(t, f.People.Deprovision(ctx, f.boss, f.ann.ID))
	_, err := f.People.EraseUser(ctx, f.boss, f.ann.ID)
	require.NoError(t, err)
	c, err = f.Customers.Archive(ctx, f.boss, c.ID, c.Version, customer.ArchiveInput{Accounts: true})
	require.NoError(t, err)
	_, err = f.Customers.Erase(ctx, f.boss, c.ID, c.Version)
	require.NoError(t, err)
	require.Equal(t, []string{"admincenter_audit_values", "admincenter_import_pieces", "admincenter_imports", "admincenter_job_entries"},
		f.tables(trace), "the imports alone are left, and of their rows those without an id of the customer")
	mentions := 0
	for m, err := range f.Imports.Mentions(ctx, f.boss, "QVIST") {
		require.NoError(t, err)
		require.True(t, m.Settings && m.File, "%+v", m)
		mentions++
		_, err = f.Imports.Erase(ctx, f.boss, m.ImportID)
		require.NoError(t, err)
	}
	require.Equal(t, 3, mentions)
	for _, err := range f.Imports.Mentions(ctx, f.boss, trace) {
		require.NoError(t, err)
		require.Fail(t, "nothing is left to be found")
	}
}

// All that a service was given about her is gone from every column of every table, the export and the log output.
func TestAnErasedPersonIsNowhere(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		for name, sealed := range map[string]bool{"records that are sealed": true, "records that wait": false} {
			t.Run(name, func(t *testing.T) {
				f := newForgetful(t, s)
				ctx := t.Context()
				unknown := people.AddressDigest("acme", people.Email{Key: "annabelle.qvist@acme.example"})
				_, err := f.People.SignIn(ctx, "acme", people.SignInInput{Email: "Annabelle.Qvist@acme.example", Password: admin.NewSecret("no")})
				require.Error(t, err, "no user has the address yet")
				f.joins()
				f.acts()
				c := f.buys()
				f.imports(bulkimport.CustomersType, "id,name,primary_email\nc7,Some Body,not an address of qvist\n")
				if sealed {
					f.seal()
				}
				require.NotEmpty(t, f.tables(unknown))
				f.forgets(c)
				for range 2 { // what waits, and what is sealed
					require.Empty(t, f.tables(trace))
					require.Empty(t, f.tables(unknown))
					f.verified()
					f.seal()
				}
				require.NotContains(t, f.export(), trace)
				require.NotContains(t, strings.ToLower(requestsOfEvents().ReplaceAllString(f.log.String(), "")), trace)
				require.NotEmpty(t, f.tables("l@lumen.example"), "what she wrote of others stays")
				require.NotEmpty(t, f.tables("o@other.example"), "a row of another customer stays written")
				f.excepted()
			})
		}
	})
}

// requestsOfEvents matches where requests came from in the lines of events, which are for the host's monitoring.
func requestsOfEvents() *regexp.Regexp { return regexp.MustCompile(`event\.(source|userAgent)=\S+`) }

// excepted checks the list of what docs/erasure.md says remains: texts of others, which only they can change.
func (f *forgetful) excepted() {
	t, ctx := f.t, f.t.Context()
	v, err := settings.String("for Annabelle Qvist")
	require.NoError(t, err)
	_, err = f.Settings.Create(ctx, f.boss, settings.NewSetting{Entity: settings.Entity{Kind: settings.Account, ID: "a1"},
		Namespace: settings.DefaultNamespace, Name: "greeting", Value: v})
	require.NoError(t, err)
	_, err = f.People.CreateRole(ctx, f.boss, people.NewRole{Name: "r", DisplayName: "Role of Qvist", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	require.Equal(t, []string{"admincenter_audit", "admincenter_roles", "admincenter_setting_versions", "admincenter_settings"}, f.tables(trace))
}

// Events about a user that are written while the user is erased come before the erasure, which takes them out, or after
// it, and then have nothing to take out.
func TestEventsWhileAUserIsErased(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		f := newForgetful(t, s)
		f.joins()
		require.NoError(t, f.People.Deprovision(t.Context(), f.boss, f.ann.ID))
		const writers, each = 4, 25
		var begun, done sync.WaitGroup
		begun.Add(writers)
		errs := make(chan error, writers)
		for range writers {
			done.Go(func() {
				begun.Done()
				errs <- f.failsToSignIn(t.Context(), each)
			})
		}
		begun.Wait()
		_, err := f.People.EraseUser(t.Context(), f.boss, f.ann.ID)
		require.NoError(t, err)
		done.Wait()
		close(errs)
		for err := range errs {
			require.NoError(t, err)
		}
		require.Empty(t, f.tables("digest of qvist"))
		require.Empty(t, f.tables(trace))
		f.verified()
		kept := 0
		for _, err := range f.Trail.All(t.Context(), admin.System("acme"), admin.AuditFilter{Action: "event.test"}) {
			require.NoError(t, err)
			kept++
		}
		require.Equal(t, writers*each, kept)
	})
}

// failsToSignIn keeps n events about her.
func (f *forgetful) failsToSignIn(ctx context.Context, n int) error {
	for range n {
		rec := admin.Runtime{}.WithDefaults().Record(admin.System("acme").WithRequest(traced()), "event.test",
			admin.Subject{Kind: "user", ID: f.ann.ID.String()}, admin.Change{Field: "address", To: "digest of qvist", Personal: true})
		if err := f.db.Audit().Append(ctx, "acme", rec); err != nil {
			return err
		}
	}
	return nil
}

// A trail that is long is changed in parts, under one record.
func TestAUserWithALongTrailIsErased(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		f := newForgetful(t, s)
		f.joins()
		const many = 4500
		scope := admin.NewScope("acme", admin.Actor{Kind: admin.ActorUser, ID: f.ann.ID.String()}, admin.PermissionSet{}).WithRequest(traced())
		for part := range many / 500 {
			require.NoError(t, f.db.InTx(t.Context(), func(st storage.Stores) error {
				for i := range 500 {
					rec := admin.Runtime{}.WithDefaults().Record(scope, "thing.read", admin.Subject{Kind: "thing", ID: fmt.Sprint(part, i)})
					if err := st.Audit().Append(t.Context(), "acme", rec); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		require.NoError(t, f.People.Deprovision(t.Context(), f.boss, f.ann.ID))
		_, err := f.People.EraseUser(t.Context(), f.boss, f.ann.ID)
		require.NoError(t, err)
		require.Empty(t, f.tables(trace))
		f.verified()
		parts := 0
		for _, err := range f.Trail.All(t.Context(), admin.System("acme"), admin.AuditFilter{Action: admin.ActionEraseTrail}) {
			require.NoError(t, err)
			parts++
		}
		require.Equal(t, 1, parts)
	})
}
