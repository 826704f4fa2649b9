package admincenter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// ofNoPerson lists the texts in the trail that are about no person, by the kind of the subject and the field of the
// change, and why. All others are personal, and can be taken out of the trail.
func ofNoPerson() map[string]string {
	const (
		ids   = "an id that the host chose, for what is no user"
		names = "the name of a thing"
	)
	return map[string]string{
		"account customerId":  ids,
		"customer account":    ids,
		"schedule accountId":  ids,
		"schedule pricePlan":  ids,
		"schedule rateCards":  ids,
		"setting entity":      ids,
		"plan_migration plan": ids,
		"organization name":   names,
		"organization reason": "why the host suspended an organization",
		"user role":           names,
		"user company":        names,
		"user issuer":         "an identity provider, which many users sign in by",
		"role displayName":    names,
		"role description":    names,
		"plan name":           names,
		"plan description":    names,
		"setting namespace":   names,
		"setting name":        names,
	}
}

// A host that must forget a person finds every text about them marked: whatever a call gives as the name, the address
// or the device of someone, by every action there is (TestTheTrailKeepsNoValuesThatMayBeSecret).
func TestTextsOfPersonsAreMarkedInTheTrail(t *testing.T) {
	h, _ := newLoggedHouse(t)
	writeMarkers(t, h)
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), marker) }
	listed, seen, marked := ofNoPerson(), map[string]bool{}, map[string]bool{}
	for rec, err := range h.Trail.All(t.Context(), admin.System(acme), admin.AuditFilter{}) {
		require.NoError(t, err)
		switch rec.Subject.Kind {
		case "user", "invitation", "session":
			require.False(t, has(rec.Subject.ID), "%s: the id of %v can never be taken out", rec.Action, rec.Subject)
		}
		for _, c := range rec.Changes {
			if !has(c.From) && !has(c.To) {
				continue
			}
			what := rec.Subject.Kind + " " + c.Field
			_, free := listed[what]
			if free == c.Personal {
				t.Errorf("%s: %s is personal: %v", rec.Action, what, c.Personal)
			}
			seen[what] = true
			if c.Personal {
				marked[what] = true
			}
		}
	}
	for what := range listed {
		if !seen[what] {
			t.Errorf("nothing was written to %q", what)
		}
	}
	for _, what := range []string{
		"user name", "user email", "user externalId", "user subject", "user reason", "invitation email", "session label",
		"session source", "token name", "import fileName", "import_mapping name", "account aliases", "account tags", "customer name", "customer primaryEmail", "customer address/line1", "account billingInformation",
	} {
		require.True(t, marked[what], what)
	}
}
