package dbtest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// with opens the database again, on connections that are set up otherwise.
func (p place) with(t *testing.T, parameter string, o sqlstore.Options) *sqlstore.DB {
	t.Helper()
	separator := "?"
	if strings.Contains(p.DSN, "?") {
		separator = "&"
	}
	db, err := sqlstore.New(t.Context(), openPool(t, p.Driver, p.DSN+separator+parameter), p.Dialect, o)
	require.NoError(t, err)
	return db
}

// rename gives an organization another name in its current version.
func rename(t *testing.T, s storage.Stores, org admin.OrgID, name string) error {
	o, err := s.Organizations().Get(t.Context(), org)
	if err != nil {
		return err
	}
	return s.Organizations().Rename(t.Context(), org, o.Name+name, o.Version, rec("organization.rename"))
}

// crossing runs two transactions that each lock one of two rows and then the other's, so that
// neither can go on. It counts how often their functions were run.
func crossing(t *testing.T, db *sqlstore.DB) (errs []error, runs int64) {
	t.Helper()
	orgs := []admin.OrgID{"acme", "umbrella"}
	var count atomic.Int64
	var both sync.WaitGroup
	both.Add(2)
	errs = together(2, func(i int) error {
		first := true
		cross := func(s storage.Stores) error {
			count.Add(1)
			if err := rename(t, s, orgs[i], fmt.Sprint(i)); err != nil {
				return err
			}
			if first {
				first = false
				both.Done()
				both.Wait()
			}
			return rename(t, s, orgs[1-i], fmt.Sprint(i))
		}
		for {
			// The loser may read what the winner has not committed yet, and hears so.
			if err := db.InTx(t.Context(), cross); !errors.Is(err, admin.ErrConflict) {
				return err
			}
		}
	})
	return errs, count.Load()
}

// SQLite has one lock for all and therefore no deadlocks: onNetworked.
func TestDeadlockIsRunAgainFromTheStart(t *testing.T) {
	onNetworked(t, func(t *testing.T, s server) {
		p := s.place(t)
		db, pool := p.open(t)
		require.NoError(t, db.Migrate(t.Context()))
		createOrganization(t, db, "acme")
		createOrganization(t, db, "umbrella")
		names := func() []string {
			return strs(t, pool, `SELECT name FROM admincenter_organizations ORDER BY org_id`)
		}
		t.Run("until it commits", func(t *testing.T) {
			errs, runs := crossing(t, db)
			require.Equal(t, []error{nil, nil}, errs)
			require.GreaterOrEqual(t, runs, int64(3), "one of them lost")
			got := names()
			require.Equal(t, got[0], got[1], "each of them happened whole, one after the other")
			require.Contains(t, []string{"Acme01", "Acme10"}, got[0])
			require.Equal(t, []string{"4"}, strs(t, pool, `SELECT COUNT(*) FROM admincenter_audit WHERE action = 'organization.rename'`))
		})
		t.Run("or not at all, and is admin.ErrBusy then", func(t *testing.T) {
			before := names()
			never, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{Retries: -1})
			require.NoError(t, err)
			errs, _ := crossing(t, never)
			lost := errors.Join(errs...)
			require.ErrorIs(t, lost, admin.ErrBusy)
			require.True(t, errs[0] == nil || errs[1] == nil, "%v", lost)
			got := names()
			for i := range got {
				require.Len(t, got[i], len(before[i])+1, "the other one happened")
			}
		})
	})
}

// The server says five times that the transaction lost: a trigger makes it, counting where a rollback
// does not reach.
func TestLostTransactionIsRunAgainABoundedNumberOfTimes(t *testing.T) {
	onNetworked(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		createOrganization(t, db, "acme")
		statements := []string{
			`CREATE SEQUENCE tries`,
			`CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF nextval('tries') <= 5 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END IF;
				RETURN NEW; END $$`,
			`CREATE TRIGGER lose BEFORE UPDATE ON admincenter_organizations FOR EACH ROW EXECUTE FUNCTION lose()`,
		}
		if s.dialect == sqlstore.MySQL {
			statements = []string{
				`CREATE TABLE tries (id INT PRIMARY KEY AUTO_INCREMENT) ENGINE = MyISAM`, // which takes nothing back
				`CREATE TRIGGER lose BEFORE UPDATE ON admincenter_organizations FOR EACH ROW BEGIN
					INSERT INTO tries VALUES ();
					IF (SELECT COUNT(*) FROM tries) <= 5 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'lost'; END IF;
				END`,
			}
		}
		for _, statement := range statements {
			run(t, pool, statement)
		}
		lose := func(db *sqlstore.DB) (runs int, err error) {
			err = db.InTx(t.Context(), func(s storage.Stores) error {
				runs++
				if err := s.Currencies().Create(t.Context(), "acme", aCurrency("EUR", "2"), rec("currency.add")); err != nil {
					return err
				}
				_ = rename(t, s, "acme", "!") // who says nothing of the error is run again as well
				return nil
			})
			return runs, err
		}
		few, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{Retries: 2})
		require.NoError(t, err)
		runs, err := lose(few)
		require.ErrorIs(t, err, admin.ErrBusy)
		require.Equal(t, 3, runs)
		require.Empty(t, strs(t, pool, `SELECT code FROM admincenter_currencies`))
		require.Equal(t, []string{"Acme"}, strs(t, pool, `SELECT name FROM admincenter_organizations`))

		runs, err = lose(db)
		require.NoError(t, err)
		require.Equal(t, 3, runs)
		require.Equal(t, []string{"EUR"}, strs(t, pool, `SELECT code FROM admincenter_currencies`))
		require.Equal(t, []string{"Acme!"}, strs(t, pool, `SELECT name FROM admincenter_organizations`))
	})
}

// A host may bound how long a statement waits for a lock.
func TestLockThatIsNotGivenInTimeIsRunAgain(t *testing.T) {
	onNetworked(t, func(t *testing.T, s server) {
		p := s.place(t)
		db, pool := p.open(t)
		require.NoError(t, db.Migrate(t.Context()))
		createOrganization(t, db, "acme")
		bounded := map[sqlstore.Dialect]string{sqlstore.PostgreSQL: "lock_timeout=100", sqlstore.MySQL: "innodb_lock_wait_timeout=1"}[s.dialect]

		holder, err := pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		t.Cleanup(func() { _ = holder.Rollback() })
		_, err = holder.ExecContext(t.Context(), `UPDATE admincenter_organizations SET version = version WHERE org_id = 'acme'`)
		require.NoError(t, err)

		err = rename(t, p.with(t, bounded, sqlstore.Options{Retries: -1}), "acme", "!")
		require.ErrorIs(t, err, admin.ErrBusy)

		runs := 0
		require.NoError(t, p.with(t, bounded, sqlstore.Options{}).InTx(t.Context(), func(s storage.Stores) error {
			if runs++; runs == 2 {
				require.NoError(t, holder.Rollback())
			}
			return rename(t, s, "acme", "!")
		}))
		require.Equal(t, 2, runs)
		require.Equal(t, []string{"Acme!"}, strs(t, pool, `SELECT name FROM admincenter_organizations`))
	})
}
