package dbtest

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// That a token may do no more than its user may now costs no second round trip.
func TestVerificationCostsOneStatement(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		where := s.place(t)
		plain, pool := where.open(t)
		require.NoError(t, plain.Migrate(t.Context()))
		people := newStaff(t, plain)
		made := people.generate(people.ann.Scope, settings.PermissionRead)

		count := &counter{Connector: dsnConnector{where.DSN, pool.Driver()}}
		counted := sql.OpenDB(count)
		defer counted.Close()
		db, err := sqlstore.New(t.Context(), counted, where.Dialect, sqlstore.Options{})
		require.NoError(t, err)
		center, err := admincenter.New(db, admincenter.Options{})
		require.NoError(t, err)
		count.statements.Store(0)
		v, err := center.Tokens.Verify(t.Context(), made.Secret)
		require.NoError(t, err)
		require.Equal(t, made.Token.Bearer(), v.Token)
		require.EqualValues(t, 1, count.statements.Load())
	})
}
