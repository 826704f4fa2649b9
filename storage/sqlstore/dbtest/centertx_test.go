package dbtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// An invitation commits with the row of the host's outbox that sends it.
func TestCenterInTheHostsTransaction(t *testing.T) {
	onEachDriver(t, func(t *testing.T, s server) {
		db, pool := s.openPool(t)
		createOrganization(t, db, "acme")
		c, err := admincenter.New(db, admincenter.Options{})
		require.NoError(t, err)
		run(t, pool, `CREATE TABLE host_notes (text VARCHAR(50) NOT NULL PRIMARY KEY)`)
		system := admin.System("acme")
		invite := func(commit bool, email string) {
			tx, err := pool.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			defer func() { _ = tx.Rollback() }()
			_, err = tx.ExecContext(t.Context(), `INSERT INTO host_notes (text) VALUES ('`+email+`')`)
			require.NoError(t, err)
			in := c.In(db.WithTx(tx))
			_, _, err = in.People.Invite(t.Context(), system, email, people.Analyst)
			require.NoError(t, err)
			if commit {
				require.NoError(t, tx.Commit())
				in.Committed()
			}
		}
		invite(false, "lost@acme.example")
		invite(true, "kept@acme.example")
		require.Equal(t, []string{"kept@acme.example"}, strs(t, pool, `SELECT text FROM host_notes`))
		require.Equal(t, []string{"kept@acme.example"}, strs(t, pool, `SELECT email FROM admincenter_invitations`))
		require.Equal(t, []string{"1"},
			strs(t, pool, `SELECT COUNT(*) FROM admincenter_audit WHERE action = 'invitation.create'`))
	})
}
