package admincenter_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/token"
)

const acme admin.OrgID = "acme"

// house is a Center with an administrator, Ann, and a developer, Bea.
type house struct {
	*admincenter.Center
	t        *testing.T
	now      time.Time
	ann, bea people.Session
	imported uuid.UUID // by a test that needs one
}

func newHouse(t *testing.T, o admincenter.Options) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)}
	o.Now = func() time.Time { return h.now }
	hasher, err := people.NewArgon2id(people.Argon2idOptions{Memory: 64, Time: 1})
	require.NoError(t, err)
	o.People.Hasher = hasher // cheap: what is tested here is not the hash
	center, err := admincenter.New(memory.New(), o)
	require.NoError(t, err)
	h.Center = center
	password := admin.NewSecret("seven herons over Lake Vann")
	_, _, err = center.People.CreateOrganization(t.Context(), people.NewOrganization{
		ID: acme, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example", Password: password},
	})
	require.NoError(t, err)
	h.ann = h.signIn("ann@acme.example", password)
	_, secret, err := center.People.Invite(t.Context(), h.ann.Scope, "bea@acme.example", people.Developer)
	require.NoError(t, err)
	_, err = center.People.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Bea", Password: password})
	require.NoError(t, err)
	h.bea = h.signIn("bea@acme.example", password)
	return h
}

func (h *house) signIn(email string, password admin.Secret) people.Session {
	h.t.Helper()
	s, err := h.People.SignIn(h.t.Context(), acme, people.SignInInput{Email: email, Password: password})
	require.NoError(h.t, err)
	return s
}

// upload uploads, maps and starts an import.
func (h *house) upload(scope admin.Scope, kind bulkimport.TypeName, text string) bulkimport.Import {
	h.t.Helper()
	ctx := h.t.Context()
	i, err := h.Imports.Upload(ctx, scope, bulkimport.UploadInput{Type: kind, FileName: "file.csv", Content: strings.NewReader(text)})
	require.NoError(h.t, err)
	suggested, err := h.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(h.t, err)
	i, err = h.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = h.Imports.Start(ctx, scope, i.ID)
	require.NoError(h.t, err)
	return i
}

func (h *house) deactivate(s people.Session) {
	h.t.Helper()
	u, err := h.People.User(h.t.Context(), h.ann.Scope, s.User.ID)
	require.NoError(h.t, err)
	_, err = h.DeactivateUser(h.t.Context(), h.ann.Scope, u.ID, u.Version)
	require.NoError(h.t, err)
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	_, err := admincenter.New(nil, admincenter.Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = admincenter.New(memory.New(), admincenter.Options{Tokens: token.Options{Brand: "NO BRAND"}})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = admincenter.New(memory.New(), admincenter.Options{Imports: bulkimport.Options{Types: []bulkimport.Type{{}}}})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestDeactivatedUserTakesTheirTokensAlong(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	made, err := h.Tokens.Generate(t.Context(), h.bea.Scope, token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead, token.PermissionWrite}})
	require.NoError(t, err)
	verified, err := h.Tokens.Verify(t.Context(), made.Secret)
	require.NoError(t, err)
	child, err := h.Tokens.Generate(t.Context(), verified.Scope, token.GenerateInput{Name: "child", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)

	_, err = h.DeactivateUser(t.Context(), h.bea.Scope, h.ann.User.ID, h.ann.User.Version)
	require.ErrorIs(t, err, admin.ErrForbidden, "a developer deactivates no one")
	_, err = h.DeactivateUser(t.Context(), h.ann.Scope, h.ann.User.ID, h.ann.User.Version)
	require.ErrorIs(t, err, people.ErrLastAdministrator)

	h.deactivate(h.bea)
	for _, secret := range []admin.Secret{made.Secret, child.Secret} {
		_, err = h.Tokens.Verify(t.Context(), secret)
		require.ErrorIs(t, err, token.ErrBadToken)
	}
	_, err = h.People.ScopeOf(t.Context(), acme, h.bea.User.ID, h.bea.Epoch)
	require.ErrorIs(t, err, admin.ErrUnauthenticated)
}

func TestDeactivatingFailsAsAWhole(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	made, err := h.Tokens.Generate(t.Context(), h.bea.Scope, token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	_, err = h.DeactivateUser(t.Context(), h.ann.Scope, h.bea.User.ID, h.bea.User.Version+7)
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = h.Tokens.Verify(t.Context(), made.Secret)
	require.NoError(t, err)
}

func TestImportStopsWhenItsCreatorMayNoLonger(t *testing.T) {
	for _, tc := range []struct {
		reason string
		scope  func(h *house) admin.Scope
	}{
		{"a user who was deactivated", func(h *house) admin.Scope { return h.bea.Scope }},
		{"a token of that user", func(h *house) admin.Scope {
			made, err := h.Tokens.Generate(t.Context(), h.bea.Scope, token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead, customer.PermissionWrite}})
			require.NoError(t, err)
			v, err := h.Tokens.Verify(t.Context(), made.Secret)
			require.NoError(t, err)
			return v.Scope
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t, admincenter.Options{Imports: bulkimport.Options{BatchRows: 1}})
			i := h.upload(tc.scope(h), bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\nc2,Orbit,o@orbit.example\n")
			p, err := h.Imports.Step(t.Context(), admin.System(acme), i.ID)
			require.NoError(t, err)
			require.Equal(t, job.InProgress, p.Status)
			h.deactivate(h.bea)
			p, err = h.Imports.Step(t.Context(), admin.System(acme), i.ID)
			require.NoError(t, err)
			require.Equal(t, job.Failed, p.Status)
			require.Equal(t, int64(1), p.Counts.Completed, "what was done stays done")
		})
	}
}

// The actor that starts an import answers for it, and not the one that uploaded the file.
func TestImportAnswersToWhoStartedIt(t *testing.T) {
	for _, tc := range []struct {
		reason              string
		uploads, starts, is func(*house) people.Session // who is deactivated
		want                job.Status
	}{
		{"the uploader goes", beaOf, annOf, beaOf, job.InProgress},
		{"the starter goes", annOf, beaOf, beaOf, job.Failed},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHouse(t, admincenter.Options{Imports: bulkimport.Options{BatchRows: 1}})
			ctx := t.Context()
			uploader := tc.uploads(h).Scope
			i, err := h.Imports.Upload(ctx, uploader, bulkimport.UploadInput{
				Type: bulkimport.CustomersType, FileName: "file.csv",
				Content: strings.NewReader("id,name,primary_email\nc1,Lumen,l@lumen.example\nc2,Orbit,o@orbit.example\n"),
			})
			require.NoError(t, err)
			suggested, err := h.Imports.Suggest(ctx, uploader, i.ID)
			require.NoError(t, err)
			_, err = h.Imports.SetMapping(ctx, uploader, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
			require.NoError(t, err)
			_, err = h.Imports.Start(ctx, tc.starts(h).Scope, i.ID)
			require.NoError(t, err)
			h.deactivate(tc.is(h))
			p, err := h.Imports.Step(ctx, admin.System(acme), i.ID)
			require.NoError(t, err)
			require.Equal(t, tc.want, p.Status)
		})
	}
}

func annOf(h *house) people.Session { return h.ann }
func beaOf(h *house) people.Session { return h.bea }

// A scope outlives the moment in which its user is deactivated, and must not turn into a token.
func TestOldScopeMakesNoTokens(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	made, err := h.Tokens.Generate(t.Context(), h.bea.Scope, token.GenerateInput{Name: "ci", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	h.deactivate(h.bea)
	_, err = h.Tokens.Generate(t.Context(), h.bea.Scope, token.GenerateInput{Name: "late", Permissions: []admin.Permission{customer.PermissionRead}})
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = h.Tokens.Reactivate(t.Context(), h.bea.Scope, made.Token.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
}

func TestAnniversariesGoByTheZoneOfMigrations(t *testing.T) {
	h := newHouse(t, admincenter.Options{Migrations: planmigration.Options{
		Zone: func(context.Context, admin.OrgID) (string, error) { return "Europe/Berlin", nil },
	}})
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(t, err)
	_, err = h.PricePlans.CreatePlan(t.Context(), h.ann.Scope, priceplan.NewPlan{
		Ref: priceplan.Ref{ID: "basic", Version: 1}, Name: "Basic", Status: priceplan.Active,
		Currencies: []iso4217.Code{"EUR"}, Cycle: monthly, Anniversary: true,
	})
	require.NoError(t, err)
	s, err := h.PricePlans.Associate(t.Context(), h.ann.Scope, priceplan.Association{
		AccountID: "a1", Plan: priceplan.Ref{ID: "basic"}, Currency: "EUR",
		From: time.Date(2026, 3, 14, 23, 30, 0, 0, time.UTC), // 15 March in Berlin
	})
	require.NoError(t, err)
	require.Contains(t, s.CycleOverride.String(), "15")
}

func TestSchedulerFindsWhatIsDue(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	refs, err := h.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, []job.Ref{{Org: acme, ID: i.ID, Kind: bulkimport.JobKind(bulkimport.CustomersType)}}, refs)
	_, err = h.Imports.Step(t.Context(), admin.System(refs[0].Org), refs[0].ID)
	require.NoError(t, err)
	refs, err = h.Jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, refs)

	_, err = h.Jobs.Get(t.Context(), h.bea.Scope, i.ID)
	require.NoError(t, err)
}

func TestJobIsReadByWhoMayReadWhatItIsAbout(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	customers := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	accounts := h.upload(h.bea.Scope, bulkimport.AccountsType, "id,name,customer_id,currency\na1,Lumen main,c1,EUR\n")
	with := func(ps ...admin.Permission) admin.Scope {
		return admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: "t"}, admin.Permissions(ps...))
	}
	for _, tc := range []struct {
		reason string
		scope  admin.Scope
		want   []uuid.UUID // newest first
	}{
		{"customers only", with(customer.PermissionRead), []uuid.UUID{customers.ID}},
		{"accounts only", with(customer.PermissionAccountsRead), []uuid.UUID{accounts.ID}},
		{"both", h.bea.Scope, []uuid.UUID{accounts.ID, customers.ID}},
		{"migrations only", with(planmigration.PermissionRead), nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var got []uuid.UUID
			for j, err := range h.Jobs.All(t.Context(), tc.scope, job.Filter{}) {
				require.NoError(t, err)
				got = append(got, j.ID)
			}
			require.Equal(t, tc.want, got)
			for _, i := range []bulkimport.Import{customers, accounts} {
				_, err := h.Jobs.Get(t.Context(), tc.scope, i.ID)
				_, list := h.Jobs.List(t.Context(), tc.scope, job.Filter{Kind: bulkimport.JobKind(i.Type)}, admin.Query{})
				if slices.Contains(tc.want, i.ID) {
					require.NoError(t, err)
					require.NoError(t, list)
				} else {
					require.ErrorIs(t, err, admin.ErrForbidden)
					require.ErrorIs(t, list, admin.ErrForbidden)
				}
			}
		})
	}
	_, err := h.Jobs.List(t.Context(), with(people.PermissionUsersRead), job.Filter{}, admin.Query{})
	require.ErrorIs(t, err, admin.ErrForbidden, "no kind of job at all")
}

func TestSettingsKnowTheCustomerOfAnImportedAccount(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	ctx := t.Context()
	for _, i := range []bulkimport.Import{
		h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n"),
		h.upload(h.bea.Scope, bulkimport.AccountsType, "id,name,customer_id,currency\na1,Lumen main,c1,EUR\n"),
	} {
		p, err := h.Imports.Run(ctx, admin.System(acme), i.ID, nil)
		require.NoError(t, err)
		require.Equal(t, int64(1), p.Counts.Completed)
	}
	for entity, amount := range map[settings.Entity]int64{{Kind: settings.Organization}: 10, {Kind: settings.Customer, ID: "c1"}: 7} {
		value, err := settings.Numeric(decimal.NewFromInt(amount))
		require.NoError(t, err)
		_, err = h.Settings.Create(ctx, h.bea.Scope, settings.NewSetting{Entity: entity, Name: "minimum", Value: value})
		require.NoError(t, err)
	}
	for account, want := range map[string]string{"a1": "7", "unknown": "10"} {
		found, err := h.Settings.Resolve(ctx, h.bea.Scope, settings.Path{Account: account}, settings.DefaultNamespace, "minimum")
		require.NoError(t, err)
		require.Equal(t, want, found.Setting.Value.Text(), account)
	}
}

func TestImportedCurrenciesAreThoseOfISO4217(t *testing.T) {
	h := newHouse(t, admincenter.Options{})
	i := h.upload(h.bea.Scope, bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@lumen.example\n")
	_, err := h.Imports.Run(t.Context(), admin.System(acme), i.ID, nil)
	require.NoError(t, err)
	i = h.upload(h.bea.Scope, bulkimport.AccountsType, "id,name,customer_id,currency\na1,One account,c1,EUR\na2,Two account,c1,ZZZ\n")
	p, err := h.Imports.Run(t.Context(), admin.System(acme), i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, job.Counts{Total: 2, Completed: 1, Failed: 1}, p.Counts)
}

// elsewhere is a host's own price plans.
type elsewhere struct{ priceplan.Plans }

func (elsewhere) Version(_ context.Context, _ admin.OrgID, ref priceplan.Ref) (priceplan.Plan, error) {
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	return priceplan.Plan{Ref: ref, Name: "Host's own", Status: priceplan.Active, Currencies: []iso4217.Code{"USD"}, Cycle: monthly}, err
}

func TestHostsOwnPlansTakeThePlaceOfTheStored(t *testing.T) {
	h := newHouse(t, admincenter.Options{Plans: elsewhere{}})
	p, err := h.Migrations.Preview(t.Context(), h.ann.Scope, planmigration.Request{
		Source: priceplan.Ref{ID: "basic", Version: 1}, Target: priceplan.Ref{ID: "basic", Version: 2}, Mode: planmigration.Immediate,
	})
	require.NoError(t, err)
	require.Equal(t, "Host's own", p.Target.Name)
}

func TestRolesReachEveryService(t *testing.T) {
	roles := admincenter.DefaultRoles().With("support", "tickets.read", customer.PermissionRead)
	h := newHouse(t, admincenter.Options{Roles: roles})
	require.True(t, h.ann.Scope.Can("tickets.read"), "an administrator gets what a host adds")
	_, err := h.Tokens.Generate(t.Context(), h.ann.Scope, token.GenerateInput{Name: "desk", Permissions: []admin.Permission{"tickets.read"}})
	require.NoError(t, err)
	_, _, err = h.People.Invite(t.Context(), h.ann.Scope, "carl@acme.example", "support")
	require.NoError(t, err)
}

func TestReadmeSnippet(t *testing.T) {
	code, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	_, body, _ := strings.Cut(string(code), "func start(ctx context.Context) error {\n")
	body, _, found := strings.Cut(body, "\t// end of the snippet\n")
	require.True(t, found)
	var snippet strings.Builder
	for line := range strings.Lines(body) {
		snippet.WriteString(strings.TrimPrefix(line, "\t"))
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Contains(t, string(readme), "```go\n"+snippet.String()+"```")
}
