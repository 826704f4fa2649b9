package dbtest

import (
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// trailRights reads the table of rights in docs/trail.md: to write and seal, and to remove besides.
func trailRights(t *testing.T) (write, remove map[string]string) {
	t.Helper()
	page, err := os.ReadFile("../../../docs/trail.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "## Rights in the database")
	require.True(t, found)
	write, remove = map[string]string{}, map[string]string{}
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`admincenter_") {
			continue
		}
		table := strings.Trim(cells[1], " `")
		write[table], remove[table] = strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
	}
	require.Len(t, write, 6)
	return write, remove
}

// userOf makes a user with rights by table, and returns a pool of it.
func (s server) userOf(t *testing.T, root *sql.DB, driver, dsn, name string, rights map[string]string) *sql.DB {
	t.Helper()
	var grant, as string
	if s.dialect == sqlstore.PostgreSQL {
		u, err := url.Parse(dsn)
		require.NoError(t, err)
		name = strings.TrimPrefix(u.Path, "/") + name
		run(t, root, "CREATE ROLE "+name+" LOGIN PASSWORD 'secret'")
		t.Cleanup(func() { run(t, root, "DROP OWNED BY "+name); run(t, root, "DROP ROLE "+name) })
		u.User = url.UserPassword(name, "secret")
		grant, as = name, u.String()
	} else {
		config, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		config.User, config.Passwd = strings.TrimPrefix(config.DBName, "admincenter_")+name, "secret"
		grant, as = config.User+"@'%'", config.FormatDSN()
		run(t, root, "CREATE USER "+grant+" IDENTIFIED BY 'secret'")
		t.Cleanup(func() { run(t, root, "DROP USER "+grant) })
	}
	for table, right := range rights {
		if right != "" {
			run(t, root, "GRANT "+right+" ON "+table+" TO "+grant)
		}
	}
	return openPool(t, driver, as)
}

// Users with exactly the rights of docs/trail.md write, seal, verify and remove, and none can do more.
func TestRightsInTheDatabase(t *testing.T) {
	write, remove := trailRights(t)
	onEach(t, func(t *testing.T, s server) {
		if s.dialect == sqlstore.SQLite {
			t.Skip("SQLite has no users")
		}
		driver, dsn := s.create(t)
		root := openPool(t, driver, dsn)
		owner, err := sqlstore.New(t.Context(), root, s.dialect, sqlstore.Options{})
		require.NoError(t, err)
		require.NoError(t, owner.Migrate(t.Context()))
		writer, remover, reader := map[string]string{}, map[string]string{}, map[string]string{}
		for _, x := range catalog(t, root, s.dialect) {
			const all = "SELECT, INSERT, UPDATE, DELETE"
			writer[x.name], remover[x.name], reader[x.name] = all, all, "SELECT"
			if rights, of := write[x.name]; of {
				writer[x.name] = rights
				remover[x.name] = strings.TrimSuffix(rights+", "+remove[x.name], ", ")
			}
		}
		now := noon
		center := func(name string, rights map[string]string, o admincenter.Options) (*admincenter.Center, *sql.DB) {
			pool := s.userOf(t, root, driver, dsn, name, rights)
			db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{})
			require.NoError(t, err)
			o.Now = func() time.Time { return now }
			o.People.Passwords.Optional = true
			c, err := admincenter.New(db, o)
			require.NoError(t, err)
			return c, pool
		}
		year := admincenter.Retention{Records: 365 * 24 * time.Hour}
		w, writerPool := center("w", writer, admincenter.Options{Retention: year})
		d, _ := center("d", remover, admincenter.Options{Retention: year})
		r, readerPool := center("r", reader, admincenter.Options{})
		ctx, scope := t.Context(), admin.System("acme")

		for _, org := range []admin.OrgID{"acme", "gone"} {
			_, _, err = w.People.CreateOrganization(ctx, people.NewOrganization{
				ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
			})
			require.NoError(t, err)
		}
		_, err = w.Currencies.SetBase(ctx, scope, "USD")
		require.NoError(t, err)
		_, _, err = w.People.Invite(ctx, scope, "bob@acme.example", people.Analyst)
		require.NoError(t, err)
		sealed, err := w.Log.Seal(ctx, scope)
		require.NoError(t, err)
		_, err = w.Stores().Audit().Erase(ctx, "acme", admin.TrailErasure{Subjects: []admin.Subject{{Kind: "user", ID: "none"}}}, rec("user.erase"))
		require.NoError(t, err)
		verify := func(c *admincenter.Center) admin.Verification {
			v, err := c.Log.Verify(ctx, scope, admin.VerifyOptions{})
			require.NoError(t, err)
			require.NoError(t, v.Err())
			for _, err := range c.Log.Follow(ctx, scope, 0) {
				require.NoError(t, err)
			}
			return v
		}
		require.Positive(t, verify(r).Entries)
		_, err = r.Log.Seal(ctx, scope)
		require.ErrorContains(t, lower{err}, "denied")

		o, err := w.People.SuspendOrganization(ctx, admin.System("gone"), 1, "left")
		require.NoError(t, err)
		require.NoError(t, w.People.DeleteOrganization(ctx, admin.System("gone"), o.Version, "left"))
		now = noon.Add(367 * 24 * time.Hour)
		require.ErrorContains(t, lower{w.Tidy(ctx)}, "denied", "who writes cannot remove")
		cut, err := w.Log.Cut(ctx, scope)
		require.NoError(t, err)
		require.Zero(t, cut.Seq)
		for _, statement := range []string{
			"DELETE FROM admincenter_audit", "DELETE FROM admincenter_audit_log", "UPDATE admincenter_audit SET action = 'x'",
			"UPDATE admincenter_audit_cuts SET seq = 9", "DELETE FROM admincenter_audit_cuts", "DELETE FROM admincenter_audit_heads",
			"INSERT INTO admincenter_audit_cuts SELECT org_id, seq, hash, sealed_at, record_id, sealed_at FROM admincenter_audit_log",
		} {
			_, err := writerPool.ExecContext(ctx, statement)
			require.ErrorContains(t, lower{err}, "denied", statement)
			_, err = readerPool.ExecContext(ctx, statement)
			require.ErrorContains(t, lower{err}, "denied", statement)
		}
		require.NoError(t, d.Tidy(ctx))
		require.Equal(t, map[string]string{"admincenter_organizations": "1"}, rowsLeft(t, root, s.dialect, "gone"))
		v := verify(r)
		require.Equal(t, sealed.Seq, v.Cut.Seq)
		require.Equal(t, sealed.Hash, v.Cut.Hash)
		_, err = w.Log.Seal(ctx, scope)
		require.NoError(t, err)
		require.Equal(t, v.Cut, verify(r).Cut)
	})
}
