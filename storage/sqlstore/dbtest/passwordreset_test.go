package dbtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// Time must not show whether there is a user with the address: the statements are the same.
func TestAForgottenPasswordCostsTheSameForNobody(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		driver, dsn := s.create(t)
		rec, pool := newRecorder(t, driver, dsn)
		db, err := sqlstore.New(t.Context(), pool, s.dialect, sqlstore.Options{Prepared: -1})
		require.NoError(t, err)
		require.NoError(t, db.Migrate(t.Context()))
		o := newOffice(t, db)
		statements := func(email string) (texts []string) {
			for _, q := range rec.record(func() {
				_, err := o.RequestPasswordReset(t.Context(), "office", people.ResetRequest{Email: email})
				require.NoError(t, err)
			}) {
				texts = append(texts, q.text)
			}
			return texts
		}
		for n := range 8 { // more than are kept of one user
			known := statements("ann@office.example")
			require.NotEmpty(t, known)
			require.Equal(t, known, statements("nobody@office.example"), "request %d", n)
		}
	})
}
