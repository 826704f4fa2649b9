package dbtest

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

const (
	// planRows is how many rows a table has: enough for a planner to want an index.
	planRows = 6000
	// One row in rareEvery is what filters look for, and so many are rare altogether.
	rareEvery = 100
	rareFirst = 7
	rareRows  = planRows / rareEvery
	// planOrg has them, as one of those in storagetest.Compare.
	planOrg admin.OrgID = "acme"
	// rare is the text of each column of such a row, unless filler says otherwise.
	rare = "rare"
)

// The rare rows are from an hour before the others, and in no window of theirs.
var (
	rareFrom  = noon.Add(-2 * time.Hour)
	rareUntil = rareFrom.Add(time.Second)
)

func isRare(n int) bool { return n%rareEvery == rareFirst }

func numbered(n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("00000000-0000-7000-8000-%012x", n+1))
}

// filler is what a column has in the n-th row, by table and column or by column alone. A column that is
// not here has a text, a number or an instant for its name and type, so that a new one needs an entry
// only if it is constrained. An empty filler leaves the column out.
func filler(d sqlstore.Dialect) map[string]func(n int) string {
	id := func(n int) string { return quoted(numbered(n).String()) }
	numberedBy := func(letter string) func(int) string {
		return func(n int) string { return fmt.Sprintf("'%s%d'", letter, n) }
	}
	one := func(value string) func(int) string { return func(int) string { return value } }
	either := func(rareValue, other string) func(int) string {
		return func(n int) string {
			if isRare(n) {
				return quoted(rareValue)
			}
			return quoted(other)
		}
	}
	migrated := func(n int) int { return rareEvery*(n/60) + rareFirst + 1 + n%60 } // the jobs that are migrations
	return map[string]func(n int) string{
		"org_id":                one(quoted(string(planOrg))),
		"organizations.org_id":  func(n int) string { return fmt.Sprintf("'zz%d'", n) },
		"organizations.status":  one("'ACTIVE'"),
		"organizations.purged":  one("0"),
		"id":                    id,
		"version":               one("1"),
		"extra":                 one("''"),
		"currency":              one("'EUR'"),
		"account_aliases.value": numberedBy("alias"),
		"event_schemas.name":    numberedBy("s"),

		"event_schema_versions.name": numberedBy("s"),
		"digest":                     digestOf(d),
		"rate":                       one("1"),
		"base_slot":                  one("NULL"),
		"listed":                     nil, // which is generated
		"queue_org":                  nil,
		"due_at":                     nil,

		"email_key":           numberedBy("u"),
		"roles.name":          numberedBy("role"),
		"pending_key":         one("NULL"),
		"credentials.user_id": id,
		"sessions.user_id":    id,

		"factors.user_id":          id,
		"factors.sealed":           digestOf(d),
		"recovery_codes.user_id":   id,
		"pending_sign_ins.user_id": id,

		"invitations.user_id": one("NULL"),
		"tickets.user_id":     id,
		"tickets.kind":        either("EMAIL_CHANGE", "PASSWORD_RESET"),
		"tickets.old_digest":  one("NULL"),
		"tickets.new_key":     numberedBy("new"),
		// The users have many identities each, and one external id.
		"issuer":               either(rare, "issuer"),
		"subject":              numberedBy("s"),
		"identities.user_id":   func(n int) string { return id(n / 10) },
		"external_id":          numberedBy("x"),
		"external_ids.user_id": id,
		"invitations.status": func(n int) string {
			if !isRare(n) {
				return "'ACCEPTED'"
			}
			return []string{"'REVOKED'", "'PENDING'", "'PENDING'"}[n/rareEvery%3]
		},
		"invitations.expires_at": func(n int) string {
			return fmt.Sprint(noon.Add([]time.Duration{-time.Minute, time.Minute, -time.Minute}[n/rareEvery%3]).UnixMicro())
		},
		"audit.changes":     one("''"),
		"audit.actor_for":   either(rare, ""),
		"audit.request_sum": one(map[bool]string{true: "x''", false: "''"}[d == sqlstore.SQLite]),
		"audit.action": func(n int) string {
			if n == 0 { // of the cut
				return quoted(string(admin.ActionTrim))
			}
			return either(rare, "common")(n)
		},
		"tokens.state":              either("DEACTIVATED", "ACTIVE"),
		"tokens.permissions":        one("'settings.read'"),
		"tokens.last4":              one("'aB3x'"),
		"tokens.user_id":            id,
		"tokens.networks":           one("''"),
		"tokens.expires_at":         one(fmt.Sprint(noon.Add(time.Minute).UnixMicro())),
		"tokens.rotated_from":       one("NULL"),
		"tokens.rotated_to":         one("NULL"),
		"exchange_rates.code":       one("'AAA'"),
		"exchange_rates.seq":        func(n int) string { return fmt.Sprint(n + 2) },
		"exchange_rates.created_at": one("1"),
		"valid_from":                func(n int) string { return fmt.Sprint(n + 1) },
		"code": func(n int) string {
			return fmt.Sprintf("'%c%c%c'", 'A'+n/676%26, 'A'+n/26%26, 'A'+n%26)
		},

		"entity_kind":              either("CUSTOMER", "ACCOUNT"),
		"entity_id":                numberedBy("a"),
		"settings.namespace":       either(rare, settings.DefaultNamespace),
		"settings.name":            either(rare, "rate"),
		"value_type":               either("NUMERIC", "STRING"),
		"value_text":               one("'1'"),
		"schema_text":              one("''"),
		"setting_versions.id":      one(id(rareFirst)),
		"setting_versions.version": func(n int) string { return fmt.Sprint(n + 1) },
		"event_schema":             numberedBy("e"),
		"definition":               one(`'{"v":1}'`),

		"jobs.kind": func(n int) string {
			switch {
			case isRare(n):
				return quoted(rare)
			case n%rareEvery > rareFirst && n%rareEvery <= rareFirst+60:
				return quoted(string(planmigration.Kind))
			}
			return "'common'"
		},
		"jobs.status": func(n int) string {
			if isRare(n) || n%(5*rareEvery) == rareFirst+1 {
				return quoted(string(job.Failed))
			}
			if n%500 == 3 {
				return "'PENDING'"
			}
			return "'COMPLETED'"
		},
		"job_id":          one(id(0)),
		"job_entries.seq": func(n int) string { return fmt.Sprint(n + 1) },
		"job_effects.seq": func(n int) string { return fmt.Sprint(n + 1) },
		"effects": func(n int) string {
			return fmt.Sprintf(`'{"v":1,"e":[{"s":%d,"k":"customer","r":"c","n":1}]}'`, n+1)
		},
		"decision":           one("''"),
		"lease_worker":       one("''"),
		"job_entries.status": either(string(job.EntryFailed), string(job.EntryCompleted)),

		"audit_log.seq":       func(n int) string { return fmt.Sprint(n + 1) },
		"audit_log.record_id": id,
		"audit_log.prev":      digestOf(d),
		"audit_heads.hash":    digestOf(d),
		"audit_heads.org_id": func(n int) string {
			if n == 0 {
				return quoted(string(planOrg))
			}
			return fmt.Sprintf("'zz%d'", n)
		},
		"audit_heads.oldest_at": func(n int) string { // those of the others are younger
			return fmt.Sprint(noon.Add(time.Duration(min(n, 1)*2-1) * time.Hour).UnixMicro())
		},
		// The first entry is where the log was cut.
		"audit_cuts.seq":         one("1"),
		"audit_cuts.hash":        digestOf(d),
		"audit_cuts.record_id":   id,
		"audit_log.hash":         digestOf(d),
		"audit_values.salt":      digestOf(d),
		"audit_values.record_id": id,

		"details":   one(`'{"version":1}'`),
		"import_id": id,

		"import_mappings.name_key": numberedBy("m"),

		"start":   one("0"),
		"piece":   func(n int) string { return binary(d, sha256.Sum256(fmt.Append(nil, n))) },
		"removed": one("0"),
		"remove_at": func(n int) string { // most files are kept
			if isRare(n) {
				return fmt.Sprint(rareFrom.UnixMicro())
			}
			return "NULL"
		},

		"customers.id":   numberedBy("c"),
		"customers.name": numberedBy("n"),

		"customers.primary_email": numberedBy("m"),
		"customers.status":        either(string(customer.Archived), string(customer.Active)),
		"accounts.status":         either(string(customer.Archived), string(customer.Active)),
		"metadata":                one("''"),
		"aliases":                 one("''"),
		"tags":                    one("''"),
		"billing_information":     one("''"),
		"accounts.id":             numberedBy("a"),
		"account_id":              numberedBy("a"),
		"invoice_currency":        one("'EUR'"),
		"customer_id": func(n int) string {
			if isRare(n) {
				n = rareFirst
			}
			return fmt.Sprintf("'c%d'", n)
		},

		"plans.id":           numberedBy("p"),
		"plans.status":       either(string(priceplan.Archived), string(priceplan.Active)),
		"cycle":              one("'MONTHLY 1'"),
		"currencies":         one("'EUR'"),
		"anniversary":        one("0"),
		"schedules.id":       numberedBy("s"),
		"plan_id":            func(n int) string { return fmt.Sprintf("'p%d'", n%200) },
		"plan_version":       one("1"),
		"until_at":           one("NULL"),
		"cycle_override":     one("''"),
		"plan_migrations.id": func(n int) string { return id(migrated(n)) },

		"plan_migrations.idempotency_key": numberedBy("k"),
		"plan_migrations.options":         one(`'{"v":1}'`),
	}
}

// rowsOf is how many rows a table gets.
func rowsOf(table string) int {
	switch {
	case strings.HasSuffix(table, "_anchor"), table == "setting_counts":
		return 0
	case table == "audit_queue": // which a trigger fills
		return 0
	case table == "audit_cuts": // of which an organization has one
		return 1
	case table == "organizations", table == "audit_heads": // besides that of the others; and of each
		return 1000
	case table == "currencies": // of which there are not more
		return 200
	case table == "archived_currencies":
		return 100
	case table == "plan_migrations":
		return planRows / rareEvery * 60
	}
	return planRows
}

func digestOf(d sqlstore.Dialect) func(n int) string {
	return func(n int) string { return binary(d, sha256.Sum256(fmt.Append(nil, n))) }
}

func quoted(text string) string { return "'" + text + "'" }

func binary(d sqlstore.Dialect, sum [32]byte) string {
	if d == sqlstore.PostgreSQL {
		return fmt.Sprintf(`'\x%x'`, sum)
	}
	return fmt.Sprintf("x'%x'", sum)
}

// fillForPlans puts rows into every table, in an order that foreign keys allow.
func fillForPlans(t *testing.T, d sqlstore.Dialect, pool *sql.DB) {
	t.Helper()
	fillers := filler(d)
	filled := map[string]bool{}
	tables := catalog(t, pool, d, "admincenter_schema")
	for len(filled) < len(tables) {
		before := len(filled)
		for _, x := range tables {
			ready := !slices.ContainsFunc(x.foreign, func(f foreignKey) bool { return !filled[f.table] }) &&
				(x.name != "admincenter_audit_cuts" || filled["admincenter_audit"] && filled["admincenter_audit_log"])
			if filled[x.name] || !ready {
				continue
			}
			filled[x.name] = true
			fillTable(t, pool, x, fillers)
		}
		require.Greater(t, len(filled), before, "the foreign keys make a circle")
	}
}

func fillTable(t *testing.T, pool *sql.DB, x table, fillers map[string]func(n int) string) {
	t.Helper()
	name := strings.TrimPrefix(x.name, sqlstore.DefaultPrefix)
	var columns []string
	var values []func(n int) string
	for _, c := range x.columns {
		value, ok := fillers[name+"."+c.name]
		if !ok {
			value, ok = fillers[c.name]
		}
		if !ok {
			value = plainFiller(c)
		}
		if value != nil {
			columns, values = append(columns, c.name), append(values, value)
		}
	}
	const chunk = 500
	for from := 0; from < rowsOf(name); from += chunk {
		rows := make([]string, 0, chunk)
		for n := from; n < min(from+chunk, rowsOf(name)); n++ {
			row := make([]string, len(values))
			for i, value := range values {
				row[i] = value(n)
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		_, err := pool.ExecContext(t.Context(), "INSERT INTO "+x.name+" ("+strings.Join(columns, ", ")+") VALUES "+strings.Join(rows, ", "))
		require.NoError(t, err, "%s: %s", x.name, rows[0])
	}
}

func plainFiller(c column) func(n int) string {
	number := strings.Contains(strings.ToLower(c.typ), "int")
	switch {
	case c.null:
		return func(int) string { return "NULL" }
	case number && (c.name == "at" || strings.HasSuffix(c.name, "_at")):
		return func(n int) string {
			if isRare(n) {
				return fmt.Sprint(rareFrom.UnixMicro())
			}
			return fmt.Sprint(noon.Add(-time.Hour).UnixMicro())
		}
	case number:
		return func(int) string { return "0" }
	}
	return func(n int) string {
		if isRare(n) {
			return quoted(rare)
		}
		return "'common'"
	}
}

// analyze has the planner look at the tables; without it SQLite knows nothing of them.
func analyze(t *testing.T, d sqlstore.Dialect, pool *sql.DB) {
	t.Helper()
	if d != sqlstore.MySQL {
		run(t, pool, "ANALYZE")
		return
	}
	for _, x := range catalog(t, pool, d) {
		run(t, pool, "ANALYZE TABLE "+x.name)
	}
}
