package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
	"github.com/admincenter/admincenter/token"
)

// The database itself refuses what must never change, on any connection: these tests bypass the ports.

type attack struct {
	reason, statement string
	message           string // part of the refusal; "admincenter: " where it is empty
}

// onAny are attacks that every database understands.
func onAny() []attack {
	return []attack{
		{"update of a rate", "UPDATE admincenter_currencies SET rate = '2'", ""},
		{"update of a code", "UPDATE admincenter_currencies SET code = 'GBP' WHERE code = 'EUR'", ""},
		{"update of the base", "UPDATE admincenter_currencies SET base_slot = NULL", ""},
		{"update to the same", "UPDATE admincenter_currencies SET rate = rate", ""},
		{"delete of a rate", "DELETE FROM admincenter_currencies WHERE code = 'EUR'", ""},
		{"delete of all rates", "DELETE FROM admincenter_currencies", ""},
		{"update of a further rate", "UPDATE admincenter_exchange_rates SET rate = '2'", ""},
		{"update of when a rate begins", "UPDATE admincenter_exchange_rates SET valid_from = valid_from + 1", ""},
		{"update of a further rate to the same", "UPDATE admincenter_exchange_rates SET rate = rate", ""},
		{"delete of a further rate", "DELETE FROM admincenter_exchange_rates WHERE seq = 2", ""},
		{"delete of all further rates", "DELETE FROM admincenter_exchange_rates", ""},
		{"a rate for the past", "INSERT INTO admincenter_exchange_rates VALUES ('acme', 'EUR', 1, 3, '2', 2, 'system', '')", "constraint"},
		{"a further rate as the first", "INSERT INTO admincenter_exchange_rates VALUES ('acme', 'EUR', 2, 1, '2', 2, 'system', '')", "constraint"},
		{"a rate of nothing", "INSERT INTO admincenter_exchange_rates VALUES ('acme', 'EUR', 2, 3, '0', 2, 'system', '')", "constraint"},
		{"update of a record", "UPDATE admincenter_audit SET action = 'nothing.happened'", ""},
		{"delete of one record", "DELETE FROM admincenter_audit WHERE action = 'currency.add'", ""},
		{"delete of all records", "DELETE FROM admincenter_audit", ""},
		{"delete of a record after the cut", "DELETE FROM admincenter_audit WHERE action = 'trail.trim'", ""},
		{"delete of the log", "DELETE FROM admincenter_audit_log", ""},
		{"delete of an entry after the cut", "DELETE FROM admincenter_audit_log WHERE seq = 2", ""},
		{"update of an entry", "UPDATE admincenter_audit_log SET seq = 1 WHERE seq = 2", ""},
		{"delete of values after the cut", "DELETE FROM admincenter_audit_values", ""},
		{"the cut is moved on without a record", "UPDATE admincenter_audit_cuts SET seq = 2, at = at + 1 WHERE org_id = 'acme'", "cut on record"},
		{"the cut is moved on by the record that it has", "UPDATE admincenter_audit_cuts SET seq = 2, hash = (SELECT hash FROM admincenter_audit_log WHERE seq = 2 AND org_id = 'acme') WHERE org_id = 'acme'", "cut on record"},
		{"the cut is moved on by a record of something else", "UPDATE admincenter_audit_cuts SET seq = 2, record_id = (SELECT record_id FROM admincenter_audit_log WHERE seq = 2 AND org_id = 'acme') WHERE org_id = 'acme'", "cut on record"},
		{"the cut is moved beyond the log", "UPDATE admincenter_audit_cuts SET seq = 1000 WHERE org_id = 'acme'", "cut on record"},
		{"the cut is moved back", "UPDATE admincenter_audit_cuts SET seq = 0 WHERE org_id = 'acme'", "cut on record"},
		{"the cut gets another hash", "UPDATE admincenter_audit_cuts SET hash = (SELECT hash FROM admincenter_audit_log WHERE seq = 2 AND org_id = 'acme') WHERE org_id = 'acme'", "cut on record"},
		{"update of the cut to the same", "UPDATE admincenter_audit_cuts SET seq = seq", "cut on record"},
		{"the cut of one organization is another's", "UPDATE admincenter_audit_cuts SET org_id = 'umbrella'", "admincenter"},
		{"the cut is forgotten", "DELETE FROM admincenter_audit_cuts", ""},
		{"a deleted token comes back", "UPDATE admincenter_tokens SET state = 'ACTIVE' WHERE state = 'DELETED'", "a deleted token cannot come back"},
		{"a deleted token is half back", "UPDATE admincenter_tokens SET state = 'DEACTIVATED' WHERE state = 'DELETED'", "a deleted token cannot come back"},
		{"a token may do more", "UPDATE admincenter_tokens SET permissions = 'users.write'", "permissions of a token cannot be changed"},
		{"a token may do the same with a blank", "UPDATE admincenter_tokens SET permissions = 'settings.read '", "permissions of a token cannot be changed"},
		{"a token may be used from elsewhere", "UPDATE admincenter_tokens SET networks = '0.0.0.0/0'", "networks of a token cannot be changed"},
		{"a token lives longer", "UPDATE admincenter_tokens SET expires_at = expires_at + 1", "a token cannot live longer"},
		{"a token lives for ever", "UPDATE admincenter_tokens SET expires_at = NULL", "a token cannot live longer"},
		{"a token has another user", "UPDATE admincenter_tokens SET user_id = (SELECT id FROM admincenter_users WHERE org_id = 'acme')", "where a token comes from cannot be changed"},
		{"a token has another creator", "UPDATE admincenter_tokens SET created_by_id = 'x'", "where a token comes from cannot be changed"},
		{"a token replaces another", "UPDATE admincenter_tokens SET rotated_from = 'x'", "where a token comes from cannot be changed"},
		{"tokens swap ids", "UPDATE admincenter_tokens SET id = 'x' WHERE state = 'DELETED'", "the id of a token cannot be changed"},
		{"a token moves to another organization", "UPDATE admincenter_tokens SET org_id = 'umbrella'", "the id of a token cannot be changed"},
		{"a token's digest is a secret", "UPDATE admincenter_tokens SET digest = 'adm_live_secret'", "digest"},
		{"an organization is deleted at once", "UPDATE admincenter_organizations SET status = 'DELETED', name = '', version = version + 1 WHERE org_id = 'acme'", "suspended first, and deleted on record"},
		{"an organization is deleted by a name that is not a status", "UPDATE admincenter_organizations SET status = 'deleted' WHERE org_id = 'acme'", "constraint"},
		{"an organization is made as a deleted one", "INSERT INTO admincenter_organizations (org_id, name, status, status_at, created_at, version) VALUES ('new', '', 'DELETED', 1, 1, 1)", "made active"},
		{"an organization is purged without being deleted", "UPDATE admincenter_organizations SET purged = 1 WHERE org_id = 'acme'", "constraint"},
		{"a deleted organization comes back", "UPDATE admincenter_organizations SET status = 'ACTIVE' WHERE org_id = 'gone'", "a deleted organization cannot be changed"},
		{"a deleted organization is half back", "UPDATE admincenter_organizations SET status = 'SUSPENDED', purged = 1 WHERE org_id = 'gone'", "a deleted organization cannot be changed"},
		{"a deleted organization gets a name", "UPDATE admincenter_organizations SET name = 'x', purged = 1 WHERE org_id = 'gone'", "a deleted organization cannot be changed"},
		{"a deleted organization was deleted later", "UPDATE admincenter_organizations SET status_at = status_at + 1, purged = 1 WHERE org_id = 'gone'", "a deleted organization cannot be changed"},
		{"a purged organization is not", "UPDATE admincenter_organizations SET purged = 0 WHERE org_id = 'gone'", "a deleted organization cannot be changed"},
		{"a deleted organization lends its id", "UPDATE admincenter_organizations SET org_id = 'other' WHERE org_id = 'gone'", ""},
		{"a deleted organization goes away", "DELETE FROM admincenter_organizations WHERE org_id = 'gone'", ""},
		{"a record moves to a deleted organization", "UPDATE admincenter_audit SET org_id = 'gone'", ""},
		{"a rate moves to a deleted organization", "UPDATE admincenter_currencies SET org_id = 'gone'", ""},
		{"a token moves to a deleted organization", "UPDATE admincenter_tokens SET org_id = 'gone'", ""},
		{"delete of a token, to create it again", "DELETE FROM admincenter_tokens WHERE state = 'DELETED'", ""},
	}
}

const (
	otherRate = "INTO admincenter_currencies VALUES ('acme', 'EUR', '2', NULL, 1, 'system', '')"
	// The same rate, and its number with another beginning.
	sameRate  = "INTO admincenter_exchange_rates SELECT org_id, code, valid_from, seq, '2', created_at, 'system', '' FROM admincenter_exchange_rates WHERE 1 = 1"
	sameSeq   = "INTO admincenter_exchange_rates SELECT org_id, code, valid_from + 1, seq, '2', created_at, 'system', '' FROM admincenter_exchange_rates WHERE 1 = 1"
	otherBase = "INTO admincenter_currencies VALUES ('acme', 'GBP', '1', 1, 1, 'system', '')"
	// A SELECT at the end of an INSERT needs a WHERE before ON CONFLICT on SQLite.
	otherRecord = `INTO admincenter_audit (org_id, id, at, actor_kind, actor_id, actor_for, action, subject_kind, subject_id, changes, request_sum, request_id, digest)
		SELECT org_id, id, at, actor_kind, actor_id, actor_for, 'nothing.happened', subject_kind, subject_id, changes, request_sum, request_id, digest
		FROM admincenter_audit WHERE 1 = 1`
	// A later entry, in the name of the record of the removal.
	otherCut = `INTO admincenter_audit_cuts SELECT c.org_id, l.seq, l.hash, l.sealed_at, 'none', c.at
		FROM admincenter_audit_cuts c JOIN admincenter_audit_log l ON l.org_id = c.org_id AND l.seq = 3 WHERE 1 = 1`
	otherToken = `INTO admincenter_tokens (org_id, id, name, permissions, networks, prefix, last4, state, expires_at, last_used_at, created_at,
		created_by_kind, created_by_id, updated_at, version, hash_key, digest) SELECT org_id, id, name, 'users.write', networks, prefix, last4, 'ACTIVE', expires_at, last_used_at, created_at,
		created_by_kind, created_by_id, updated_at, version, hash_key, digest FROM admincenter_tokens WHERE state = 'DELETED'`
	sameDigest = `INTO admincenter_tokens (org_id, id, name, permissions, networks, prefix, last4, state, expires_at, last_used_at, created_at,
		created_by_kind, created_by_id, updated_at, version, hash_key, digest) SELECT org_id, 'x', name, 'users.write', networks, prefix, last4, 'ACTIVE', expires_at, last_used_at, created_at,
		created_by_kind, created_by_id, updated_at, version, hash_key, digest FROM admincenter_tokens WHERE state = 'DELETED'`
)

func onSQLite() []attack {
	attacks := []attack{
		{"update or ignore", "UPDATE OR IGNORE admincenter_currencies SET rate = '2'", ""},
		{"update or replace", "UPDATE OR REPLACE admincenter_currencies SET code = 'USD' WHERE code = 'EUR'", ""},
		{"update or replace of a further rate", "UPDATE OR REPLACE admincenter_exchange_rates SET seq = 3", ""},
		{"update or replace of a token by its digest", "UPDATE OR REPLACE admincenter_tokens SET digest = (SELECT digest FROM admincenter_tokens WHERE state = 'DELETED') WHERE state = 'ACTIVE'", ""},
		{"update or replace of a token by its id", "UPDATE OR REPLACE admincenter_tokens SET id = (SELECT id FROM admincenter_tokens WHERE state = 'DELETED') WHERE state = 'ACTIVE'", ""},
	}
	for _, verb := range []string{"REPLACE ", "INSERT OR REPLACE ", "INSERT OR IGNORE ", "INSERT OR FAIL "} {
		for what, into := range map[string]string{"rate": otherRate, "further rate": sameRate, "number of a rate": sameSeq, "base": otherBase, "record": otherRecord, "token": otherToken, "digest": sameDigest} {
			attacks = append(attacks, attack{strings.ToLower(verb) + "of a " + what, verb + into, "admincenter: taken: "})
		}
	}
	for _, verb := range []string{"REPLACE ", "INSERT OR REPLACE ", "INSERT OR IGNORE "} {
		attacks = append(attacks, attack{strings.ToLower(verb) + "of the cut", verb + otherCut, "cut on record"})
	}
	return append(attacks, onConflict()...)
}

func onConflict() []attack {
	return []attack{
		{"upsert of a rate", "INSERT " + otherRate + " ON CONFLICT (org_id, code) DO UPDATE SET rate = '2'", ""},
		{"upsert of a further rate", "INSERT " + sameRate + " ON CONFLICT (org_id, code, valid_from, seq) DO UPDATE SET rate = '2'", ""},
		{"upsert of a rate by its number", "INSERT " + sameSeq + " ON CONFLICT (org_id, code, seq) DO UPDATE SET rate = '2'", ""},
		{"upsert of the base", "INSERT " + otherBase + " ON CONFLICT (org_id, base_slot) DO UPDATE SET rate = '2'", ""},
		{"upsert of a record", "INSERT " + otherRecord + " ON CONFLICT (org_id, id) DO UPDATE SET action = 'nothing.happened'", ""},
		{"upsert of a token", "INSERT " + otherToken + " ON CONFLICT (org_id, id) DO UPDATE SET state = excluded.state", ""},
		{"upsert of a digest", "INSERT " + sameDigest + " ON CONFLICT (digest) DO UPDATE SET permissions = excluded.permissions", ""},
	}
}

func onPostgres() []attack {
	return append(onConflict(),
		attack{"truncate of rates", "TRUNCATE admincenter_currencies", "cannot truncate a table referenced in a foreign key constraint"},
		attack{"truncate of rates with what refers to them", "TRUNCATE admincenter_currencies CASCADE", ""},
		attack{"truncate of further rates", "TRUNCATE admincenter_exchange_rates", ""},
		attack{"merge into further rates", "MERGE INTO admincenter_exchange_rates r USING (SELECT 1) x ON r.code = 'EUR' WHEN MATCHED THEN UPDATE SET rate = 2", ""},
		attack{"truncate of records", "TRUNCATE admincenter_audit", ""},
		attack{"truncate of the log", "TRUNCATE admincenter_audit_log", ""},
		attack{"truncate of where the log is cut", "TRUNCATE admincenter_audit_cuts", ""},
		attack{"a table of the session has another cut", `CREATE TEMPORARY TABLE admincenter_audit_cuts AS
			SELECT 'acme' AS org_id, 1000 AS seq; DELETE FROM admincenter_audit_log WHERE org_id = 'acme'`, ""},
		attack{"upsert of the cut", "INSERT " + otherCut + " ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq", ""},
		attack{"truncate of tokens", "TRUNCATE admincenter_tokens", ""},
		attack{"truncate of organizations with all that belongs to them", "TRUNCATE admincenter_organizations CASCADE", ""},
		attack{"truncate of organizations", "TRUNCATE admincenter_organizations, admincenter_users, admincenter_audit CASCADE", ""},
		attack{"a table of the session has a deleted organization of that id", `CREATE TEMPORARY TABLE admincenter_organizations AS
			SELECT 'acme' AS org_id, 'DELETED' AS status; DELETE FROM admincenter_audit WHERE org_id = 'acme'`, ""},
		attack{"merge into rates", "MERGE INTO admincenter_currencies c USING (SELECT 1) x ON c.code = 'EUR' WHEN MATCHED THEN UPDATE SET rate = 2", ""},
		attack{"merge that deletes", "MERGE INTO admincenter_audit a USING (SELECT 1) x ON a.action = 'currency.add' WHEN MATCHED THEN DELETE", ""},
		attack{"merge into tokens", "MERGE INTO admincenter_tokens t USING (SELECT 1) x ON t.state = 'DELETED' WHEN MATCHED THEN UPDATE SET state = 'ACTIVE'", ""},
	)
}

func onMySQL() []attack {
	var attacks []attack
	for what, into := range map[string]string{"rate": otherRate, "further rate": sameRate, "number of a rate": sameSeq, "base": otherBase, "record": otherRecord, "token": otherToken, "digest": sameDigest} {
		attacks = append(attacks, attack{"replace of a " + what, "REPLACE " + into, ""})
	}
	for _, table := range []string{"currencies", "exchange_rates", "audit", "audit_log", "audit_values", "audit_cuts", "tokens"} {
		attacks = append(attacks, attack{"truncate of " + table, "TRUNCATE admincenter_" + table, "Cannot truncate a table referenced in a foreign key constraint"})
	}
	return append(attacks,
		attack{"replace of the cut", "REPLACE " + otherCut, ""},
		attack{"upsert of the cut", "INSERT " + otherCut + " ON DUPLICATE KEY UPDATE seq = 2", ""},
		attack{"upsert of a rate", "INSERT " + otherRate + " ON DUPLICATE KEY UPDATE rate = '2'", ""},
		attack{"upsert of a further rate", "INSERT " + sameRate + " ON DUPLICATE KEY UPDATE rate = '2'", ""},
		attack{"upsert of a rate by its number", "INSERT " + sameSeq + " ON DUPLICATE KEY UPDATE rate = '2'", ""},
		attack{"update of further rates that ignores errors", "UPDATE IGNORE admincenter_exchange_rates SET rate = '2'", ""},
		attack{"delete of further rates that ignores errors", "DELETE IGNORE FROM admincenter_exchange_rates", ""},
		attack{"upsert of the base", "INSERT " + otherBase + " ON DUPLICATE KEY UPDATE rate = '2'", ""},
		attack{"upsert of a record", "INSERT " + otherRecord + " ON DUPLICATE KEY UPDATE action = 'nothing.happened'", ""},
		attack{"upsert of a token", "INSERT " + otherToken + " ON DUPLICATE KEY UPDATE state = 'ACTIVE'", ""},
		attack{"upsert of a digest", "INSERT " + sameDigest + " ON DUPLICATE KEY UPDATE permissions = 'users.write'", ""},
		attack{"update that ignores errors", "UPDATE IGNORE admincenter_currencies SET rate = '2'", ""},
		attack{"delete that ignores errors", "DELETE IGNORE FROM admincenter_audit", ""},
	)
}

// cascades would change or delete what belongs to an organization with it, if foreign keys did that.
func cascades() []attack {
	return []attack{
		{"delete of the organization", "DELETE FROM admincenter_organizations", "admincenter"},
		{"a new id for the organization", "UPDATE admincenter_organizations SET org_id = 'umbrella'", "admincenter"},
		{"a new organization for a user with a password", "UPDATE admincenter_users SET org_id = 'umbrella'", "foreign key"},
	}
}

func TestWhatIsSavedForGoodCannotBeChanged(t *testing.T) {
	attacks := map[sqlstore.Dialect][]attack{sqlstore.SQLite: onSQLite(), sqlstore.PostgreSQL: onPostgres(), sqlstore.MySQL: onMySQL()}
	// Settings of a session under which checks like these have been known to be left out.
	sessions := map[sqlstore.Dialect][]string{
		sqlstore.SQLite:     {"PRAGMA recursive_triggers = ON", "PRAGMA recursive_triggers = OFF"},
		sqlstore.PostgreSQL: {"SET session_replication_role = replica", "SET session_replication_role = origin"},
		sqlstore.MySQL:      {"SET sql_mode = ''", "SET sql_mode = 'STRICT_ALL_TABLES'"},
	}
	onEach(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		saveForGood(t, db)
		cutForGood(t, db)
		createOrganization(t, db, "gone")
		deleteOrganization(t, db, "gone")
		purge(t, db, "gone", 1000)
		everything := func() (out []string) {
			for _, table := range []string{"currencies", "exchange_rates", "audit", "audit_log", "audit_values", "audit_cuts", "tokens", "organizations"} {
				for _, row := range cells(t, pool, "SELECT * FROM admincenter_"+table+" ORDER BY 1, 2") {
					out = append(out, fmt.Sprintf("%q", row))
				}
			}
			return out
		}
		before := everything()
		require.Len(t, before, 2+1+7+5+1+1+2+2)
		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		refused := func(t *testing.T, a attack) {
			if s.dialect == sqlstore.PostgreSQL && strings.HasPrefix(a.statement, "MERGE") {
				requireMerge(t, pool)
			}
			_, err := conn.ExecContext(t.Context(), a.statement)
			if a.message == "" {
				a.message = "admincenter: "
			}
			require.ErrorContains(t, lower{err}, strings.ToLower(a.message))
			require.Equal(t, before, everything())
		}
		all := func(t *testing.T) {
			for _, session := range sessions[s.dialect] {
				_, err := conn.ExecContext(t.Context(), session)
				require.NoError(t, err)
				for _, a := range append(onAny(), attacks[s.dialect]...) {
					t.Run(session+": "+a.reason, func(t *testing.T) { refused(t, a) })
				}
			}
			for _, a := range cascades() {
				t.Run(a.reason, func(t *testing.T) { refused(t, a) })
			}
		}
		t.Run("of an active organization", all)
		suspend(t, db, "acme")
		before = everything()
		t.Run("of a suspended organization", all)
		t.Run("to delete it without the record", func(t *testing.T) {
			for reason, set := range map[string]string{
				"as it is":          "status = 'DELETED'",
				"without a name":    "status = 'DELETED', name = '', version = version + 1",
				"purged":            "status = 'DELETED', name = '', version = version + 1, purged = 1",
				"by a record of it": "status = 'DELETED', name = '', version = version + 1, status_at = (SELECT MAX(at) FROM admincenter_audit)",
			} {
				refused(t, attack{reason, "UPDATE admincenter_organizations SET " + set + " WHERE org_id = 'acme'", "suspended first, and deleted on record"})
			}
		})
	})
}

// requireMerge skips what PostgreSQL before 15 does not have.
func requireMerge(t *testing.T, pool *sql.DB) {
	t.Helper()
	version, err := strconv.Atoi(cells(t, pool, "SHOW server_version_num")[0][0])
	require.NoError(t, err)
	if version < 15_0000 {
		t.Skipf("PostgreSQL %d has no MERGE", version/1_0000)
	}
}

// lower gives an error in lower case: databases write FOREIGN KEY and foreign key.
type lower struct{ error }

func (l lower) Error() string {
	if l.error == nil {
		return "no error"
	}
	return strings.ToLower(l.error.Error())
}

// saveForGood makes two currencies, a further rate, a deleted and an active token, and their records.
func saveForGood(t *testing.T, db storage.Stores) {
	t.Helper()
	createOrganization(t, db, "acme")
	saveForGoodOf(t, db, "acme")
}

// cutForGood adds a record with a value that is about a person, seals all, and removes the first record.
func cutForGood(t *testing.T, db storage.Stores) {
	t.Helper()
	r := rec("user.update")
	r.Changes = []admin.Change{{Field: "name", From: "Ann", To: "Anna", Personal: true}}
	require.NoError(t, db.Audit().Append(t.Context(), "acme", r))
	cut, _, err := db.Log().Seal(t.Context(), "acme", admin.Sealing{At: noon, Limit: 1})
	require.NoError(t, err)
	_, _, err = db.Log().Seal(t.Context(), "acme", admin.Sealing{At: noon.Add(time.Second), Limit: 5})
	require.NoError(t, err)
	r = rec(admin.ActionTrim)
	r.Changes = cut.CutChanges()
	more, err := db.Log().Trim(t.Context(), "acme", cut, 1000, r)
	require.NoError(t, err)
	require.False(t, more)
}

// saveForGoodOf makes them of an organization that is there.
func saveForGoodOf(t *testing.T, db storage.Stores, org admin.OrgID) {
	t.Helper()
	base := aCurrency("USD", "1")
	base.Base = true
	require.NoError(t, db.Currencies().Create(t.Context(), org, base, rec("currency.set_base")))
	require.NoError(t, db.Currencies().Create(t.Context(), org, aCurrency("EUR", "1.08"), rec("currency.add")))
	require.NoError(t, db.Currencies().AddRate(t.Context(), org, currency.Rate{
		Code: "EUR", Number: 2, Rate: decimal.RequireFromString("1.09"), ValidFrom: noon, CreatedAt: noon, CreatedBy: admin.Actor{Kind: admin.ActorSystem},
	}, rec("currency.add_rate")))
	for _, state := range []token.State{token.Deleted, token.Active} {
		require.NoError(t, db.Tokens().Create(t.Context(), org, token.Token{
			ID: uuid.Must(uuid.NewV7()), Name: "one", Permissions: admin.ParsePermissions("settings.read"), Prefix: "adm_live_", Last4: "aB3x",
			State: state, ExpiresAt: noon.Add(time.Hour), CreatedAt: noon, CreatedBy: admin.Actor{Kind: admin.ActorSystem},
			UpdatedAt: noon, Version: 1,
		}, token.Hash{Key: "sha256", Digest: sha256.Sum256(fmt.Append(nil, org, state))}, token.Grant{Limit: 10}, rec("token.create")))
	}
}

// A TRUNCATE with foreign_key_checks = 0 is the one way past: it takes the privilege to drop tables,
// which an application does not need.
func TestMySQLTruncateTakesDrop(t *testing.T) {
	s := servers()[len(servers())-1]
	driver, dsn := s.create(t)
	root := openPool(t, driver, dsn)
	db, err := sqlstore.New(t.Context(), root, s.dialect, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	config, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	config.User, config.Passwd = strings.TrimPrefix(config.DBName, "admincenter_"), "secret"
	run(t, root, "CREATE USER "+config.User+"@'%' IDENTIFIED BY 'secret'")
	t.Cleanup(func() { run(t, root, "DROP USER "+config.User+"@'%'") })
	run(t, root, "GRANT SELECT, INSERT, UPDATE, DELETE ON "+config.DBName+".* TO "+config.User+"@'%'")

	pool := openPool(t, driver, config.FormatDSN())
	app, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
	require.NoError(t, err)
	saveForGood(t, app)
	err = onConn(t.Context(), pool, "SET foreign_key_checks = 0", "TRUNCATE admincenter_audit")
	require.ErrorContains(t, err, "DROP command denied")
	// It would stand in for the organizations in the triggers that let the rows of a deleted one go.
	err = onConn(t.Context(), pool, "CREATE TEMPORARY TABLE admincenter_organizations (org_id VARBINARY(64), status VARBINARY(30))")
	require.ErrorContains(t, err, "denied")
	require.NoError(t, onConn(t.Context(), root, "SET foreign_key_checks = 0", "TRUNCATE admincenter_audit"), "who may drop the table may empty it")
}

// onConn runs statements on one connection, which is closed afterwards, with its settings.
func onConn(ctx context.Context, pool *sql.DB, statements ...string) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, "SET foreign_key_checks = 1")
	return err
}
