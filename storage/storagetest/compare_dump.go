package storagetest

import (
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/token"
)

// everything is what a backend has of an organization that the script could have put there, port by
// port.
func (s *script) everything(b storage.Backend, org admin.OrgID) map[string]any {
	t, out := s.t, map[string]any{}
	t.Helper()
	ctx, all := t.Context(), largest[uuid.UUID]()
	put := func(name string) func(value any, err error) {
		return func(value any, err error) {
			t.Helper()
			if err != nil {
				require.ErrorIs(t, err, admin.ErrNotFound, name)
				value = nil
			}
			out[name] = plain(value)
		}
	}
	put("organization")(b.Organizations().Get(ctx, org))
	put("deleted")(b.Organizations().Deleted(ctx, "", 10))
	put("users")(b.Users().List(ctx, org, people.UserFilter{}, all))
	put("invitations")(b.Invitations().List(ctx, org, people.InvitationFilter{}, s.now, all))
	put("roles")(b.Roles().List(ctx, org, largest[string]()))
	put("audit")(func() (any, error) {
		records, err := b.Audit().List(ctx, org, admin.AuditFilter{}, largest[admin.RecordKey]())
		return bareRecords(records), err
	}())
	put("cut")(func() (any, error) {
		cut, err := b.Log().Cut(ctx, org)
		cut.Head = bareHead(cut.Head)
		return cut, err
	}())
	put("log")(func() (any, error) {
		entries, err := b.Log().Entries(ctx, org, largest[int64]())
		return bareEntries(entries), err
	}())
	put("places")(b.Log().Places(ctx, org, largest[admin.RecordKey]()))
	put("jobs")(b.Jobs().List(ctx, org, job.Filter{}, all))
	put("removals")(b.Imports().Removals(ctx, s.now.Add(time.Hour), 100_000))
	put("due")(b.Jobs().Due(ctx, s.now, s.everyKind()))
	put("currencies")(b.Currencies().List(ctx, org, currency.Filter{}, largest[string]()))
	for _, code := range []iso4217.Code{"EUR", "eur", "USD", "JPY", "A B"} {
		put("rates of " + string(code))(b.Currencies().Rates(ctx, org, code, largest[int64]()))
	}
	put("settings")(b.Settings().List(ctx, org, settings.Filter{}, all))
	put("event schemas")(b.EventSchemas().List(ctx, org, largest[string]()))
	for _, name := range eventSchemaNames() {
		put("versions of event schema " + name)(b.EventSchemas().History(ctx, org, name, largest[int64]()))
	}
	put("enrichments")(b.Enrichments().List(ctx, org, largest[string]()))
	put("tokens")(b.Tokens().List(ctx, org, token.Filter{}, epoch, all))
	put("deleted tokens")(b.Tokens().List(ctx, org, token.Filter{State: token.Deleted}, epoch, all))
	put("imports")(b.Imports().List(ctx, org, bulkimport.Filter{}, all))
	for _, of := range []bulkimport.TypeName{bulkimport.CustomersType, bulkimport.AccountsType, "Customers"} {
		put("mappings of " + string(of))(b.ImportMappings().List(ctx, org, of, largest[string]()))
	}
	put("customers")(b.Customers().List(ctx, org, customer.Filter{}, largest[string]()))
	put("accounts")(b.Accounts().List(ctx, org, customer.AccountFilter{}, largest[string]()))
	put("plans")(b.Plans().List(ctx, org, priceplan.PlanFilter{}, largest[string]()))
	put("migrations")(b.PlanMigrations().List(ctx, org, planmigration.Filter{}, all))
	for _, id := range s.ids {
		put("member " + id.String())(b.Users().Member(ctx, org, id))
		put("change of " + id.String())(b.Tickets().EmailChange(ctx, org, id))
		put("sessions of " + id.String())(b.Sessions().OfUser(ctx, org, id, people.SessionBounds{
			Now: epoch.Add(-time.Hour), SeenAfter: epoch.Add(-time.Hour), PerUser: 100,
		}))
		put("session " + id.String())(b.Sessions().Get(ctx, org, id))
		put("identities of " + id.String())(b.Identities().OfUser(ctx, org, id))
		put("factors of " + id.String())(b.Factors().Get(ctx, org, id))
		put("versions of " + id.String())(b.Settings().History(ctx, org, id, largest[int64]()))
		put("entries of " + id.String())(b.Jobs().Entries(ctx, org, id, job.EntryFilter{}, largest[int64]()))
		put("effects of " + id.String())(b.Jobs().Effects(ctx, org, id, largest[int64]()))
		put("content of " + id.String())(b.Imports().Content(ctx, org, id, 0))
	}
	put("external ids")(b.Identities().ExternalIDs(ctx, org, s.ids))
	for n := range byte(9) {
		d := admin.SecretDigest(digestOf(n))
		put("invitation of digest " + string('0'+n))(b.Invitations().ByDigest(ctx, org, d))
		put("ticket of digest " + string('0'+n))(b.Tickets().ByDigest(ctx, org, d))
		put("session of digest " + string('0'+n))(b.Sessions().ByDigest(ctx, org, d))
		put("sign-in of digest " + string('0'+n))(b.Factors().Pending(ctx, org, d))
		put("token of digest " + string('0'+n))(b.Tokens().ByDigest(ctx, d))
	}
	for _, id := range planIDs() {
		put("versions of " + id)(b.Plans().Versions(ctx, org, id, largest[int64]()))
	}
	put("timelines")(b.Schedules().Timelines(ctx, org, accountIDs(), time.Time{}))
	for _, account := range accountIDs() {
		put("removed of " + account)(b.Schedules().Removed(ctx, org, account))
	}
	return out
}
