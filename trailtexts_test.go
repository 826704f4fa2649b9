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
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/enrich"
)

// marker is what a caller may put where a value goes, and no reader may find in the audit trail.
const marker = "sk_live_51hx9"

// trailTexts are the texts that the audit trail keeps as they were given, by the field of a change or as "subject",
// and why.
func trailTexts() map[string]string {
	return map[string]string{
		"subject":            "the id of what was changed, which the trail is searched by; and that of a user at an identity provider",
		"issuer":             "the identity provider that a user signs in by",
		"externalId":         "a directory's id of a user",
		"reason":             "why support acted in the place of a user, or the host changed the status of the organization",
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

// Readers of the trail need not be allowed to read the values of settings and of metadata, and nothing but what
// is about a person is ever taken out of the trail. So values are not in it: of those it has the size.
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
// something, or have numbers. The record of a deletion is deleted too.
func actionsWithoutText() *regexp.Regexp {
	return regexp.MustCompile(`^(customer\.(restore|erase)|account\.(archive|restore|erase)|trail\.(erase|trim)|currency\.(add|add_rate|archive|restore|set_base)|import_mapping\.(replace|delete|erase)|import\.(delete|check|format|remove_file|erase|undo|start_undo|check_undo)|` +
		`invitation\.(resend|revoke)|job\.(confirm|reject|pause|resume|retry|cancel|fail|prune|remove)|organization\.delete|plan\.(archive|restore)|` +
		`schedule\.(end|withdraw)|session\.(end|reauthenticate)|token\.(deactivate|reactivate|delete|deactivate_by)|` +
		`user\.(erase|confirm_email|change_email|cancel_email|request_password_reset|send_password_reset|reset_password|` +
		`change_password|change_role|deactivate|reactivate|end_sessions|end_other_sessions|` +
		`(begin|confirm|remove)_totp|(use_recovery_code|regenerate_recovery_codes)|reset_factors))$`)
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
	errs = append(errs, eventErrors(t, h)...)
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

// eventErrors are those of events that an enrichment cannot compute with.
func eventErrors(t *testing.T, h *house) (errs []error) {
	t.Helper()
	ctx, scope := t.Context(), h.ann.Scope
	r, err := h.Enrichments.NewEnricher(ctx, scope, enrich.Enrichment{EventSchema: "trip", Fields: []enrich.Field{
		{Name: "sum", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"+":[{"var":"dimension.key"},1]}`, Order: 1},
		{Name: "text", Type: enrich.Attribute, Source: enrich.FromLogic, Value: `{"var":"dimension.key"}`, Order: 2},
		{Name: "less", Type: enrich.Dimension, Source: enrich.FromLogic, Value: `{"<":[{"var":"dimension.key"},1]}`, Order: 3},
	}}, enrich.EnricherOptions{})
	require.NoError(t, err)
	for _, e := range []enrich.Event{
		{Account: "a", Dimensions: map[string]string{"key": marker}},
		{Account: "a", Attributes: enrich.Attributes{"key": marker}},
		{Account: "a", Dimensions: map[string]string{"key": strings.Repeat(marker, 10_000)}},
	} {
		_, err := r.Enrich(ctx, e)
		require.Error(t, err)
		errs = append(errs, err)
	}
	return errs
}
