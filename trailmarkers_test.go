package admincenter_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
	"github.com/admincenter/admincenter/settings/eventschema"
	"github.com/admincenter/admincenter/token"
)

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
	m, err := h.Imports.SaveMapping(ctx, scope, i.ID, marker)
	require.NoError(t, err)
	_, err = h.Imports.RenameMapping(ctx, scope, m.ID, m.Version, marker+"-2")
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
	v := eventschema.Schema{Name: marker, Description: marker, Attributes: []eventschema.Attribute{{Name: marker, Unit: marker}},
		Dimensions: []eventschema.Dimension{{Name: marker, Description: marker, Values: []string{marker}}}}
	v, err = h.EventSchemas.Put(ctx, scope, v)
	require.NoError(t, err)
	v.Dimensions = nil
	v, err = h.EventSchemas.Put(ctx, scope, v)
	require.NoError(t, err)
	v, err = h.EventSchemas.Restore(ctx, scope, v.Name, v.Version, 1)
	require.NoError(t, err)
	require.NoError(t, h.EventSchemas.Delete(ctx, scope, v.Name, v.Version))
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
	_, err = h.People.Impersonate(ctx, admin.System(acme).WithRequest(scope.Request()), h.bea.User.ID,
		people.ImpersonateInput{StaffID: "staff-7", Reason: marker})
	require.NoError(t, err)
	system := admin.System(acme).WithRequest(scope.Request())
	organization, err = h.People.Organization(ctx, system)
	require.NoError(t, err)
	organization, err = h.People.SuspendOrganization(ctx, system, organization.Version, marker)
	require.NoError(t, err)
	_, err = h.People.ReactivateOrganization(ctx, system, organization.Version, marker)
	require.NoError(t, err)
	made, err := h.Tokens.Generate(ctx, scope, token.GenerateInput{Name: marker, Permissions: []admin.Permission{customer.PermissionRead}})
	require.NoError(t, err)
	_, err = h.Tokens.Rename(ctx, scope, made.Token.ID, made.Token.Version, marker+"2")
	require.NoError(t, err)
	_, err = h.Tokens.Rotate(ctx, scope, made.Token.ID, token.RotateInput{})
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
