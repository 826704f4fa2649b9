package admincenter_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
)

// accessFile has a row for each method that takes a Scope, and what each sort of scope may call.
const accessFile = "testdata/access.txt"

// withoutScope lists the methods that take no Scope, and why they need none.
func withoutScope() map[string]string {
	const secret = "the secret is the authority"
	return map[string]string{
		"People.Accept": secret, "Tokens.Verify": secret, "Tokens.VerifyFrom": secret,
		"People.CompleteSignIn":     "the ticket and the second factor are the authority",
		"People.ConfirmEmailChange": secret, "People.RefuseEmailChange": secret, "People.ResetPassword": secret,
		"People.ResumeSession": secret, "People.SignOut": secret,
		"People.Reauthenticate":         "the session's secret and the password are the authority",
		"People.ReauthenticateVerified": "the session's secret is the authority, and the host has authenticated the user",
		"People.KeepSession":            "the Session has the scope",
		"People.EndOtherSessions":       "the Session has the scope",
		"People.RequestPasswordReset":   "a user who forgot a password has nothing else, and it returns nothing",
		"Log.Heads":                     "crosses organizations: the host's own followers, and no data but ids and hashes",
		"People.Memberships":            "crosses organizations: the host's own sign-in page",
		"People.CheckPassword":          "reads no data",
		"People.SignIn":                 "the password is the authority",
		"People.SignInVerified":         "the host has authenticated the user",
		"People.SignInIdentity":         "the host has authenticated the user",
		"People.ScopeOf":                "makes the scope of a session of the host's",
		"Jobs.PruneSettled":             "the host's own worker, for every organization",
		"Jobs.RemoveSettled":            "as Jobs.PruneSettled",
		"Imports.RemoveFiles":           "as Jobs.PruneSettled",
		"Imports.SweepBlobs":            "as Jobs.PruneSettled",
		"People.PurgeDeleted":           "what it removes belongs to no organization any more",
		"Log.Trim":                      "as Jobs.PruneSettled",
		"Tidy":                          "the host's own worker, for every organization",
		"People.CreateOrganization":     "there is no tenant yet: the host's own sign-up",
		"Authorize":                     "decides over an actor, and returns nothing else",
		"People.Authorize":              "as Authorize",
		"Tokens.Authorize":              "as Authorize",
		"People.PermissionsOf":          "reads no data",
		"Step":                          "the host's own worker, for the job's creator",
		"Worker":                        "as Step",
		"Jobs.Due":                      "ids of jobs, for the host's own worker",
		"Tokens.RecognizeAnywhere":      "crosses organizations: the host's own secret scanner",
		"Tokens.Flush":                  "the host's own worker: writes what Verify has noted",
		"Tokens.Run":                    "as Flush",
		"Log.Run":                       "seals what waits of every organization, and returns nothing",
		"Follow":                        "drops what caches hold, of every organization",
		"Stores":                        "the host's own code",
		"Committed":                     "drops what caches hold",
		"Settings.Committed":            "as Committed",
		"Settings.Forget":               "as Committed",
		"Settings.Changes":              "a number, for caches",
		"Settings.CompileRule":          "reads no data",
		"Imports.Types":                 "what the host has set up",
	}
}

// accessCase is a row: a method with arguments by their types, which others are zero.
type accessCase struct {
	method, variant string
	given           []any
}

func (c accessCase) name() string {
	if c.variant == "" {
		return c.method
	}
	return c.method + " " + c.variant
}

// accessHouse has a user of each role and a record of each kind on which permissions depend.
type accessHouse struct {
	*house
	scopes   map[string]admin.Scope
	imports  map[string]uuid.UUID
	mappings map[string]uuid.UUID
	migrated uuid.UUID
}

func newAccessHouse(t *testing.T) *accessHouse {
	t.Helper()
	h := &accessHouse{house: newHouse(t, admincenter.Options{}), imports: map[string]uuid.UUID{},
		mappings: map[string]uuid.UUID{}}
	h.scopes = map[string]admin.Scope{
		string(people.Administrator): h.ann.Scope, string(people.Developer): h.bea.Scope, "system": admin.System(acme),
		"no permission": admin.NewScope(acme, admin.Actor{Kind: admin.ActorToken, ID: uuid.NewString()}, admin.PermissionSet{}),
	}
	for _, role := range []people.Role{people.Analyst, people.ProductManager} {
		email := strings.ReplaceAll(string(role), "_", "") + "@acme.example"
		_, secret, err := h.People.Invite(t.Context(), h.ann.Scope, email, role)
		require.NoError(t, err)
		password := admin.NewSecret("seven herons over Lake Vann")
		_, err = h.People.Accept(t.Context(), acme, secret, people.AcceptInput{Name: "Cid", Password: password})
		require.NoError(t, err)
		h.scopes[string(role)] = h.signIn(email, password).Scope
	}
	h.imports["of customers"] = h.upload(h.bea.Scope, bulkimport.CustomersType,
		"id,name,primary_email\nc1,Lumen,l@lumen.example\n").ID
	h.imports["of accounts"] = h.upload(h.bea.Scope, bulkimport.AccountsType, "id,name,customer_id\na1,Main,c1\n").ID
	for of, id := range h.imports {
		h.mappings[of] = h.savedMapping(id)
	}
	h.migrated = h.migration()
	return h
}

// savedMapping sets the mapping of an import as it is suggested, and saves it.
func (h *house) savedMapping(id uuid.UUID) uuid.UUID {
	h.t.Helper()
	ctx, scope := h.t.Context(), admin.System(acme)
	suggested, err := h.Imports.Suggest(ctx, scope, id)
	require.NoError(h.t, err)
	i, err := h.Imports.Get(ctx, scope, id)
	require.NoError(h.t, err)
	if i.Status == bulkimport.Uploaded {
		_, err = h.Imports.SetMapping(ctx, scope, id, i.Version, suggested.Mapping(), bulkimport.Settings{})
		require.NoError(h.t, err)
	}
	m, err := h.Imports.SaveMapping(ctx, scope, id, "monthly")
	require.NoError(h.t, err)
	return m.ID
}

// cases returns the rows. Which permission a method requires may depend on what it is called on.
func (h *accessHouse) cases() (out []accessCase) {
	// The right password, because a wrong one is forbidden too.
	given := []any{io.Discard, "c1", int64(1), admin.NewSecret("seven herons over Lake Vann")}
	on := func(m serviceMethod, ids map[string]uuid.UUID) {
		for _, of := range slices.Sorted(maps.Keys(ids)) {
			out = append(out, accessCase{m.name, of, append(slices.Clone(given), ids[of])})
		}
	}
	for _, m := range serviceMethods(h.Center) {
		takesID := slices.ContainsFunc(parameters(m), func(p reflect.Type) bool { return p == reflect.TypeFor[uuid.UUID]() })
		switch {
		case m.name == "People.UpdateProfile":
			name, company := "Zoë", "Zoë Ltd"
			out = append(out, accessCase{m.name, "of oneself", []any{people.ProfileChange{Name: &name}}},
				accessCase{m.name, "of the company", []any{people.ProfileChange{Company: &company}}})
		case m.name == "People.ResumeImpersonation":
			out = append(out, accessCase{m.name, "", []any{h.impersonate(h.bea.User)}})
		case m.name == "Imports.Upload":
			for of, kind := range map[string]bulkimport.TypeName{
				"of customers": bulkimport.CustomersType, "of accounts": bulkimport.AccountsType,
			} {
				in := bulkimport.UploadInput{Type: kind, FileName: "a.csv", Content: strings.NewReader("id\n")}
				out = append(out, accessCase{m.name, of, []any{in}})
			}
		case m.name == "Imports.Export", strings.HasSuffix(m.name, "SavedMappings"):
			out = append(out, accessCase{m.name, "of customers", []any{io.Discard, bulkimport.CustomersType}},
				accessCase{m.name, "of accounts", []any{io.Discard, bulkimport.AccountsType}})
		case ofMappings().MatchString(m.name):
			on(m, h.mappings)
		case strings.HasPrefix(m.name, "Imports.") && takesID:
			on(m, h.imports)
		case strings.HasPrefix(m.name, "Jobs.") && takesID:
			on(m, h.imports)
			out = append(out, accessCase{m.name, "of a migration", append(slices.Clone(given), h.migrated)})
		case strings.HasPrefix(m.name, "Migrations.") && takesID:
			out = append(out, accessCase{m.name, "", append(slices.Clone(given), h.migrated)})
		default:
			out = append(out, accessCase{m.name, "", given})
		}
	}
	slices.SortFunc(out, func(a, b accessCase) int { return strings.Compare(a.name(), b.name()) })
	return out
}

// ofMappings matches the methods whose first id is that of a saved mapping.
func ofMappings() *regexp.Regexp {
	return regexp.MustCompile(`^Imports\.(Apply|Delete|Erase|Rename|Replace|Saved)Mapping$`)
}

func parameters(m serviceMethod) (out []reflect.Type) {
	for i := 1; i < m.Type.NumIn(); i++ {
		out = append(out, m.Type.In(i))
	}
	return out
}

// migration plans a migration from one price plan to another.
func (h *house) migration() uuid.UUID {
	h.t.Helper()
	ctx, scope := h.t.Context(), admin.System(acme)
	monthly, err := priceplan.NewCycle(priceplan.Monthly, priceplan.Last, priceplan.Nil)
	require.NoError(h.t, err)
	if _, err := h.Currencies.Base(ctx, scope); err == nil { // the plans need a currency that is in use
		_, err := h.Currencies.Add(ctx, scope, "USD", decimal.RequireFromString("0.9"))
		require.NoError(h.t, err)
	}
	source, target := priceplan.Ref{ID: "basic", Version: 1}, priceplan.Ref{ID: "basic", Version: 2}
	for _, ref := range []priceplan.Ref{source, target} {
		_, err := h.PricePlans.CreatePlan(ctx, scope, priceplan.NewPlan{
			Ref: ref, Name: "Basic", Status: priceplan.Active, Currencies: []iso4217.Code{"USD"}, Cycle: monthly,
		})
		require.NoError(h.t, err)
	}
	m, err := h.Migrations.Create(ctx, scope,
		planmigration.Request{Source: source, Target: target, Mode: planmigration.Immediate})
	require.NoError(h.t, err)
	return m.ID
}

// allows calls a method in a transaction that is taken back, and reports whether the scope may.
func (h *accessHouse) allows(t *testing.T, c accessCase, scope admin.Scope) bool {
	t.Helper()
	allowed, taken := false, errors.New("taken back")
	err := h.InTx(t.Context(), func(in *admincenter.Center) error {
		ms := serviceMethods(in)
		at := slices.IndexFunc(ms, func(m serviceMethod) bool { return m.name == c.method })
		_, err := invoke(ms[at], append(slices.Clone(c.given), t.Context(), scope)...)
		require.NotErrorIs(t, err, people.ErrSession, c.name())
		allowed = !errors.Is(err, admin.ErrForbidden)
		return taken
	})
	require.ErrorIs(t, err, taken)
	return allowed
}

// columns are the scopes in the order of the file.
func accessColumns() []string {
	var out []string
	for _, r := range admincenter.DefaultRoles().Names() {
		out = append(out, string(r))
	}
	return append(out, "no permission", "system")
}

// accessRows reads the file by the name of the row.
func accessRows(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(accessFile)
	require.NoError(t, err)
	rows := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, cells, ok := strings.Cut(strings.TrimSpace(line), " | "); ok && !strings.HasPrefix(line, "#") {
			rows[strings.TrimSpace(name)] = cells
		}
	}
	return rows
}

// TestEveryMethodHasItsPermissions calls every method as each sort of scope. A method without a row fails,
// so that none is added without a decision on who may call it; go test . -run EveryMethod -update writes the rows.
func TestEveryMethodHasItsPermissions(t *testing.T) {
	h := newAccessHouse(t)
	got := map[string]string{}
	text := "# Which methods each role, a scope without any permission, and the host's own code may call.\n" +
		"# Written by: go test . -run EveryMethod -update\n\n"
	text += fmt.Sprintf("%-42s | %s\n", "# method", strings.Join(accessColumns(), " | "))
	for _, c := range h.cases() {
		var cells []string
		for _, column := range accessColumns() {
			cell := "forbidden"
			if h.allows(t, c, h.scopes[column]) {
				cell = "allowed"
			}
			cells = append(cells, fmt.Sprintf("%-*s", max(len(column), 9), cell))
		}
		got[c.name()] = strings.TrimSpace(strings.Join(cells, " | "))
		text += fmt.Sprintf("%-42s | %s\n", c.name(), got[c.name()])
	}
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(accessFile, []byte(text), 0o644))
	}
	want := accessRows(t)
	for name := range got {
		require.NotEmpty(t, want[name], "%s has no row in %s: decide who may call it", name, accessFile)
	}
	for name, cells := range want {
		require.NotEmpty(t, got[name], "%s has a row in %s and there is no such method", name, accessFile)
		require.Equal(t, cells, got[name], "%s of %s", name, accessFile)
	}
}

func TestMethodsWithoutAScopeAreFew(t *testing.T) {
	reasons := withoutScope()
	for _, m := range allMethods(newHouse(t, admincenter.Options{}).Center) {
		if slices.Contains(parameters(m), scopeType) {
			require.NotContains(t, reasons, m.name, "takes a Scope")
			continue
		}
		require.NotEmpty(t, reasons[m.name], "%s takes no Scope: say why", m.name)
		delete(reasons, m.name)
	}
	require.Empty(t, reasons, "there are no such methods")
}
