package admincenter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/token"
)

// marker is what somebody may put where a value goes, and nobody may find in the audit trail.
const marker = "sk_live_51hx9"

// trailTexts are the texts that the audit trail keeps as they were given, by the field of a change or as "subject",
// and why.
func trailTexts() map[string]string {
	return map[string]string{
		"subject":            "the id of what was changed, which the trail is searched by; and that of a user at an identity provider",
		"issuer":             "the identity provider that a user signs in by",
		"externalId":         "a directory's id of a user",
		"role":               "the name of a role, which decides what a user may do",
		"displayName":        "what a role is called",
		"name":               "what a record is called, so that a reader knows it again when it is gone",
		"company":            "the organization's name",
		"email":              "whom an invitation or a change of address was for",
		"label":              "what a user calls the device of a session",
		"source":             "where a session began, to find those of an attacker",
		"fileName":           "which file was imported",
		"entity":             "what a setting is of: a kind and an id",
		"namespace":          "which setting it is",
		"accountId":          "the account of a schedule",
		"account":            "the accounts that were archived with their customer",
		"customerId":         "the customer of an account",
		"pricePlan":          "a plan and its version",
		"plan":               "a plan and its version",
		"description":        "what the organization's customers read of a plan, and what a role is for",
		"rateCards":          "the host's reference to rate cards, an id",
		"aliases":            "ids of an account in usage events",
		"tags":               "labels to find accounts by",
		"billingInformation": "who gets invoices: a change of it redirects money",
		"primaryEmail":       "who gets invoices: a change of it redirects money",
		"address":            "where a customer is, which taxes depend on",
		"metadata":           "the names in it, and of values only how long they are",
	}
}

// kept reports whether the trail keeps the text of a field on purpose.
func kept(field string) bool {
	group, _, _ := strings.Cut(field, "/")
	_, ok := trailTexts()[group]
	return ok
}

// trail is what the audit trail and the log of a house hold.
type trail struct {
	actions map[admin.Action]bool
	fields  map[string]bool // that have the marker, by action
	wrong   []string
}

func (h *house) trail(t *testing.T, log *bytes.Buffer) trail {
	t.Helper()
	out := trail{actions: map[admin.Action]bool{}, fields: map[string]bool{}}
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), marker) }
	for rec, err := range h.Trail.All(t.Context(), admin.System(acme), admin.AuditFilter{}) {
		require.NoError(t, err)
		out.actions[rec.Action] = true
		if has(rec.Subject.ID) {
			out.fields["subject"] = true
		}
		for _, c := range rec.Changes {
			value := has(c.From) || has(c.To)
			switch {
			case value && (!kept(c.Field) || strings.HasPrefix(c.Field, "metadata")):
				out.wrong = append(out.wrong, string(rec.Action)+" keeps "+c.Field)
			case has(c.Field) && !kept(c.Field):
				out.wrong = append(out.wrong, string(rec.Action)+" has a field "+c.Field)
			case value:
				group, _, _ := strings.Cut(c.Field, "/")
				out.fields[group] = true
			case has(c.Field):
				out.fields["metadata"] = true
			}
		}
		raw, err := json.Marshal(rec)
		require.NoError(t, err)
		require.NotContains(t, string(raw), "herons", "a password")
	}
	for line := range strings.Lines(logged().ReplaceAllString(log.String(), "")) {
		if has(line) {
			out.wrong = append(out.wrong, "the log has "+line)
		}
	}
	return out
}

// logged matches the attributes of a log line that a caller gives: whose records they wanted, and where they came from.
func logged() *regexp.Regexp { return regexp.MustCompile(`\b(event\.)?(org|organization|source)=\S+`) }

// newLoggedHouse is a house whose log is kept.
func newLoggedHouse(t *testing.T) (*house, *bytes.Buffer) {
	log := &bytes.Buffer{}
	o := admincenter.Options{}
	o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return newHouse(t, o), log
}

// Whoever may read the trail need not be allowed to read the values of settings and of metadata, and nothing is ever
// taken out of the trail. So values are not in it: of those it has the size.
func TestTheTrailKeepsNoValuesThatMayBeSecret(t *testing.T) {
	h, log := newLoggedHouse(t)
	writeMarkers(t, h)
	got := h.trail(t, log)
	require.Empty(t, got.wrong)
	for field := range trailTexts() {
		require.True(t, got.fields[field], "nothing was written to %q: is it still in the trail?", field)
	}
	for _, c := range readSource(t).ofType("Action") {
		if got.actions[admin.Action(c.value)] == actionsWithoutText().MatchString(c.value) {
			t.Errorf("%s: write the marker with it in writeMarkers, or list it in actionsWithoutText if it takes no text", c.value)
		}
	}
}

// actionsWithoutText matches those that take no text of a caller's but ids: they change a status, a role or a secret, end
// something, or have numbers.
func actionsWithoutText() *regexp.Regexp {
	return regexp.MustCompile(`^(customer\.restore|account\.(archive|restore)|currency\.(add|set_base)|import\.delete|` +
		`invitation\.(resend|revoke)|job\.(confirm|reject|pause|resume|retry|cancel|fail)|plan\.(archive|restore)|` +
		`schedule\.(end|withdraw)|session\.(end|reauthenticate)|token\.(deactivate|reactivate|delete|deactivate_by)|` +
		`user\.(confirm_email|change_email|cancel_email|request_password_reset|send_password_reset|reset_password|` +
		`change_password|change_role|deactivate|reactivate|end_sessions|end_other_sessions))$`)
}

// writeMarkers writes the marker to every free text of every service.
func writeMarkers(t *testing.T, h *house) {
	t.Helper()
	archived := h.customerWithAccount(t, marker+"-3")
	_, err := h.Customers.Archive(t.Context(), h.ann.Scope, archived.ID, archived.Version,
		customer.ArchiveInput{Accounts: true})
	require.NoError(t, err)
	writeSettingMarkers(t, h)
	writeCustomerMarkers(t, h)
	writePlanMarkers(t, h)
	writePeopleMarkers(t, h)
	writeDirectoryMarkers(t, h)
	ctx, scope := t.Context(), h.ann.Scope
	i, err := h.Imports.Upload(ctx, scope, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: marker + ".csv",
		Content: strings.NewReader("id,primary_email\ni1,a@b.example\ni2," + marker + "\n")})
	require.NoError(t, err)
	i, err = h.Imports.SetMapping(ctx, scope, i.ID, i.Version, bulkimport.Mapping{
		"id": {Columns: []int{0}}, "primary_email": {Columns: []int{1}}, "name": {Constant: marker}, "line1": {Constant: marker},
	}, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = h.Imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	_, err = h.Imports.Run(ctx, scope, i.ID, nil)
	require.NoError(t, err)
}

// customerWithAccount makes a customer and an account of the same id.
func (h *house) customerWithAccount(t *testing.T, id string) customer.Customer {
	t.Helper()
	c, err := h.Customers.Create(t.Context(), h.ann.Scope, customer.Customer{ID: id, Name: "Lumen", PrimaryEmail: "l@lumen.example"})
	require.NoError(t, err)
	_, err = h.Customers.CreateAccount(t.Context(), h.ann.Scope, customer.Account{ID: id, Name: "Main", CustomerID: id})
	require.NoError(t, err)
	return c
}

func writeSettingMarkers(t *testing.T, h *house) {
	t.Helper()
	ctx, scope := t.Context(), h.ann.Scope
	document, err := settings.JSON(json.RawMessage(`{"key":"` + marker + `"}`))
	require.NoError(t, err)
	schema, err := settings.ParseSchema(json.RawMessage(`{"const":{"key":"` + marker + `"}}`))
	require.NoError(t, err)
	text, err := settings.String(marker)
	require.NoError(t, err)
	rule, err := settings.Logic(json.RawMessage(`{"cat":["` + marker + `"]}`))
	require.NoError(t, err)
	for _, v := range []settings.Value{document, text, rule} {
		n := settings.NewSetting{Entity: settings.Entity{Kind: settings.Account, ID: marker}, Namespace: "ns_" + marker,
			Name: marker + string(v.Type()), Value: v}
		if v == document {
			n.Schema = schema
		}
		s, err := h.Settings.Create(ctx, scope, n)
		require.NoError(t, err)
		s, err = h.Settings.UpdateWithSchema(ctx, scope, s.ID, s.Version, document, schema)
		require.NoError(t, err)
		s, err = h.Settings.UpdateWithSchema(ctx, scope, s.ID, s.Version, text, settings.Schema{})
		require.NoError(t, err)
		s, err = h.Settings.Restore(ctx, scope, s.ID, s.Version, 1)
		require.NoError(t, err)
		require.NoError(t, h.Settings.Delete(ctx, scope, s.ID, s.Version))
	}
	e := enrich.Enrichment{EventSchema: marker, Fields: []enrich.Field{
		{Name: marker, Type: enrich.Dimension, Source: enrich.FromValue, Value: marker, Order: 1}}}
	e, err = h.Enrichments.Put(ctx, scope, e)
	require.NoError(t, err)
	e, err = h.Enrichments.Put(ctx, scope, e)
	require.NoError(t, err)
	require.NoError(t, h.Enrichments.Delete(ctx, scope, e.EventSchema, e.Version))
}

func writeCustomerMarkers(t *testing.T, h *house) {
	t.Helper()
	ctx, scope, mail := t.Context(), h.ann.Scope, marker+"@lumen.example"
	at := customer.Address{PhoneNumber: marker, Line1: marker, Line2: marker, PostalCode: marker, City: marker, State: marker}
	secret := map[string]string{marker: marker, "other": marker}
	c, err := h.Customers.Create(ctx, scope, customer.Customer{ID: marker, Name: marker, PrimaryEmail: mail, Address: at, Metadata: secret})
	require.NoError(t, err)
	_, err = h.Customers.Edit(ctx, scope, c.ID, c.Version, customer.Edit{
		Name: customer.Set("Lumen"), Metadata: customer.Set(map[string]string{"third": marker + "2"})})
	require.NoError(t, err)
	a, err := h.Customers.CreateAccount(ctx, scope, customer.Account{
		ID: marker, Name: marker, CustomerID: marker, PrimaryEmail: mail, Address: at, Metadata: secret, Tags: []string{marker},
		Aliases:            []customer.Alias{{Value: marker}},
		BillingInformation: customer.BillingInformation{EmailRecipients: []string{mail}},
	})
	require.NoError(t, err)
	_, err = h.Customers.EditAccount(ctx, scope, a.ID, a.Version, customer.AccountEdit{
		Metadata: customer.Set(map[string]string{"other": marker + "2"})})
	require.NoError(t, err)
}

func writePlanMarkers(t *testing.T, h *house) {
	t.Helper()
	ctx, scope := t.Context(), h.ann.Scope
	cycle, err := priceplan.NewCycle(priceplan.Monthly, 1, priceplan.Nil)
	require.NoError(t, err)
	plan := func(id string) priceplan.Plan {
		p, err := h.PricePlans.CreatePlan(ctx, scope, priceplan.NewPlan{Ref: priceplan.Ref{ID: id, Version: 1}, Name: marker,
			Description: marker, Currencies: []iso4217.Code{"EUR"}, Cycle: cycle})
		require.NoError(t, err)
		text := marker + " too"
		p, err = h.PricePlans.UpdatePlan(ctx, scope, p.Ref, p.Version, priceplan.PlanChanges{Description: &text})
		require.NoError(t, err)
		p, err = h.PricePlans.ActivatePlan(ctx, scope, p.Ref, p.Version)
		require.NoError(t, err)
		return p
	}
	one, two := plan(marker), plan(marker+"2")
	on, err := h.PricePlans.Associate(ctx, scope, priceplan.Association{AccountID: marker, Plan: one.Ref, From: h.now,
		Currency: "EUR", RateCards: marker})
	require.NoError(t, err)
	cards := marker + "2"
	_, err = h.PricePlans.ChangeSchedule(ctx, scope, marker, on.ID, on.Version, priceplan.ScheduleChanges{RateCards: &cards})
	require.NoError(t, err)
	m, err := h.Migrations.Create(ctx, scope, planmigration.Request{Source: one.Ref, Target: two.Ref, Mode: planmigration.Immediate})
	require.NoError(t, err)
	_, err = h.Migrations.Run(ctx, scope, m.ID, nil)
	require.NoError(t, err)
}

func writePeopleMarkers(t *testing.T, h *house) {
	t.Helper()
	ctx, scope := t.Context(), h.ann.Scope
	password := admin.NewSecret("seven herons over Lake Vann")
	_, secret, err := h.People.Invite(ctx, scope, marker+"@acme.example", people.Analyst)
	require.NoError(t, err)
	_, err = h.People.Accept(ctx, acme, secret, people.AcceptInput{Name: marker, Password: password})
	require.NoError(t, err)
	organization, err := h.People.RenameOrganization(ctx, scope, 1, marker+"2")
	require.NoError(t, err)
	name := marker
	_, err = h.People.UpdateProfile(ctx, scope, people.ProfileChange{Name: &name, Version: h.ann.User.Version,
		Company: &name, CompanyVersion: organization.Version})
	require.NoError(t, err)
	_, _, err = h.People.KeepSession(ctx, h.ann, people.KeepInput{Label: marker, Source: marker})
	require.NoError(t, err)
	_, _, err = h.People.RequestEmailChange(ctx, scope, people.EmailChangeInput{Email: marker + "2@acme.example", CurrentPassword: password})
	require.NoError(t, err)
	_, err = h.Tokens.Generate(ctx, scope, token.GenerateInput{Name: marker, Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
}

// writeDirectoryMarkers writes it to roles, and to what a directory and an identity provider give.
func writeDirectoryMarkers(t *testing.T, h *house) {
	t.Helper()
	ctx, scope, text := t.Context(), h.ann.Scope, marker
	role, err := h.People.CreateRole(ctx, scope, people.NewRole{Name: marker, DisplayName: marker, Description: marker,
		Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	shorter := text + "2"
	_, err = h.People.UpdateRole(ctx, scope, role.Name, role.Version, people.RoleChange{DisplayName: &shorter, Description: &shorter})
	require.NoError(t, err)
	unused, err := h.People.CreateRole(ctx, scope, people.NewRole{Name: marker + "2", Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	require.NoError(t, h.People.DeleteRole(ctx, scope, unused.Name, unused.Version))

	identity := people.IdentityInput{Issuer: "https://" + marker + ".example", Subject: marker}
	u, _, err := h.People.Provision(ctx, scope, people.ProvisionInput{ExternalID: marker, Name: marker,
		Email: marker + "3@acme.example", Role: role.Name, Active: true, Identity: &identity})
	require.NoError(t, err)
	_, err = h.People.UpdateProvisioned(ctx, scope, u.ID, people.ProvisionChange{Name: &shorter})
	require.NoError(t, err)
	external := marker + "2"
	_, err = h.People.UpdateProvisioned(ctx, scope, h.bea.User.ID, people.ProvisionChange{ExternalID: &external})
	require.NoError(t, err)
	identity.Subject = marker + "2"
	_, err = h.People.LinkIdentity(ctx, scope, identity)
	require.NoError(t, err)
	_, err = h.People.UnlinkIdentity(ctx, scope, identity)
	require.NoError(t, err)
}

// Any text anywhere, by reflection, so that a method that is new is tried too.
func TestNoMethodPutsATextIntoTheTrailThatIsNotListed(t *testing.T) {
	h, _ := newLoggedHouse(t)
	wrong, tried := map[string]bool{}, 0
	for _, m := range allMethods(h.Center) {
		if lookUps().MatchString(m.name) {
			continue
		}
		h, log := newLoggedHouse(t)
		ids := seedTexts(t, h)
		at := slices.IndexFunc(allMethods(h.Center), func(o serviceMethod) bool { return o.name == m.name })
		m = allMethods(h.Center)[at]
		leaves := len(fullCall(t.Context(), m, h.ann.Scope, uuid.Nil, 1).leaves)
		for i := range leaves {
			for n := range 2 * len(ids) {
				c := fullCall(t.Context(), m, h.ann.Scope, ids[n%len(ids)], int64(n/len(ids)+1))
				c.leaves[i].set(marker)
				_ = errorsOf(m, c.args)
				tried++
			}
		}
		for _, w := range h.trail(t, log).wrong {
			wrong[m.name+": "+w] = true
		}
	}
	require.Greater(t, tried, 500)
	require.Empty(t, slices.Sorted(maps.Keys(wrong)))
}

// The errors about values have no part of the value.
func TestErrorsAboutValuesDoNotShowThem(t *testing.T) {
	h, log := newLoggedHouse(t)
	ctx, scope := t.Context(), h.ann.Scope
	long := strings.Repeat(marker, 10_000)
	var errs []error
	for _, kind := range settings.Types() {
		for _, raw := range []string{marker, marker + "\xff", marker + "\x00", long, `"` + marker, `{"a":"` + marker + `"`, `["` + marker + `",]`} {
			_, err := settings.ParseValue(kind, raw)
			errs = append(errs, err)
		}
	}
	for _, raw := range []string{`"` + marker + `"`, `["` + marker + `"]`, marker} {
		_, err := settings.ParseSchema(json.RawMessage(raw))
		errs = append(errs, err)
	}
	for _, rule := range []string{`{"+":["` + marker + `",1]}`, `{"<":["` + marker + `",{"a":1}]}`, `{"var":{"a":"` + marker + `"}}`, `{"substr":["` + marker + `","` + marker + `"]}`} {
		v, err := settings.Logic(json.RawMessage(rule))
		require.NoError(t, err)
		s, err := h.Settings.Create(ctx, scope, settings.NewSetting{Entity: settings.Entity{Kind: settings.Organization}, Name: "r" + uuid.NewString()[:8], Value: v})
		if err == nil {
			p, e := h.Settings.Program(ctx, scope, s)
			require.NoError(t, e)
			_, err = p.Eval(ctx, map[string]any{"x": marker})
		}
		errs = append(errs, err)
	}
	_, err := h.Customers.Create(ctx, scope, customer.Customer{ID: "c", Name: "Lumen", PrimaryEmail: "l@lumen.example",
		Metadata: map[string]string{"a": marker + "\u202e", "b": strings.Repeat(marker, 100)}})
	errs = append(errs, err)
	_, err = h.Enrichments.Put(ctx, scope, enrich.Enrichment{EventSchema: "trip", Fields: []enrich.Field{
		{Name: "a", Type: enrich.Attribute, Source: enrich.FromValue, Value: marker, Order: 1},
		{Name: "b", Type: enrich.Dimension, Source: enrich.FromValue, Value: long, Order: 2},
		{Name: "c", Type: enrich.Dimension, Source: enrich.FromLogic, Value: `{"` + "cat" + `":["` + marker + `"`, Order: 3},
	}})
	errs = append(errs, err)
	for _, err := range errs {
		if err != nil {
			require.NotContains(t, err.Error(), marker)
			var invalid *admin.ValidationError
			if errors.As(err, &invalid) {
				raw, e := json.Marshal(invalid)
				require.NoError(t, e)
				require.NotContains(t, string(raw), marker)
			}
		}
	}
	require.NotContains(t, log.String(), marker)
}
