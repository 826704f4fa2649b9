package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/storage"
)

// statementKinds are the first words of what a fake was asked.
func statementKinds(f *fake) (out []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.log {
		word, _, _ := strings.Cut(s, " ")
		if word != "PRAGMA" && !strings.Contains(s, "pragma_") {
			out = append(out, word)
		}
	}
	f.log = nil
	return out
}

func repeated(word string, n int) (out []string) {
	for range n {
		out = append(out, word)
	}
	return out
}

func organization(string) [][]driver.Value {
	return [][]driver.Value{{"acme", "Acme", "ACTIVE", int64(1), int64(1), int64(1)}}
}

func get(t *testing.T, s storage.Stores) {
	t.Helper()
	_, err := s.Organizations().Get(t.Context(), "acme")
	require.NoError(t, err)
}

func TestPreparedOutsideATransaction(t *testing.T) {
	f := &fake{rows: organization}
	db := newFake(t, f, Options{})
	for range preparedAfter + 2 {
		get(t, db)
	}
	require.Equal(t, append(repeated("SELECT", preparedAfter), "PREPARE", "PREPARED", "PREPARED"), statementKinds(f),
		"what runs often is prepared, and once")
	require.NoError(t, db.Close())
	require.Equal(t, []string{"CLOSE"}, statementKinds(f))
	get(t, db)
	require.Equal(t, []string{"SELECT"}, statementKinds(f), "nothing is prepared after Close")
	require.NoError(t, db.Close())
}

func TestPreparedInATransaction(t *testing.T) {
	f := &fake{rows: organization}
	db := newFake(t, f, Options{})
	db.beginWrite = ""
	read := func(times int) {
		require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
			for range times {
				get(t, s)
			}
			return nil
		}))
	}
	read(preparedAfter + 2)
	require.Equal(t, append(append([]string{"BEGIN"}, repeated("SELECT", preparedAfter+2)...), "COMMIT"), statementKinds(f),
		"a transaction does not wait for a second connection")
	read(2)
	require.Equal(t, []string{"PREPARE", "BEGIN", "PREPARED", "PREPARED", "COMMIT"}, statementKinds(f), "the next one has it")
	read(1)
	require.Equal(t, []string{"BEGIN", "PREPARED", "COMMIT"}, statementKinds(f), "and so has every later one")
}

func TestPreparedInAHostsTransaction(t *testing.T) {
	f := &fake{rows: organization}
	db := newFake(t, f, Options{})
	for range preparedAfter + 1 {
		get(t, db)
	}
	tx, err := db.pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	statementKinds(f)
	get(t, db.WithTx(tx))
	require.Equal(t, []string{"SELECT"}, statementKinds(f), "the transaction may be of another pool")
	require.NoError(t, tx.Rollback())
}

func TestPreparedWithOneConnection(t *testing.T) {
	f := &fake{rows: organization}
	db := newFake(t, f, Options{})
	db.pool.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 * preparedAfter {
				if err := db.InTx(ctx, func(s storage.Stores) error {
					_, err := s.Organizations().Get(ctx, "acme")
					return err
				}); err != nil {
					t.Error(err)
				}
				if _, err := db.Organizations().Get(ctx, "acme"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.Equal(t, 2, f.sent("PREPARE "+db.sql.organization.get)+f.sent("PREPARE "+db.beginWrite),
		"nothing is prepared twice, and no transaction waits for itself")
}

func TestPreparedLimit(t *testing.T) {
	for _, tc := range []struct {
		reason   string
		prepared int
		want     int
	}{
		{"the dialect's by default", 0, 2},
		{"as many as the host sets", 1, 1},
		{"none", -1, 0},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			f := &fake{rows: organization}
			db := newFake(t, f, Options{Prepared: tc.prepared})
			for range 2 * preparedAfter {
				get(t, db)
				f.rows = nil
				_, err := db.Currencies().List(t.Context(), "acme", currency.Filter{}, admin.Seek[string]{Limit: 1})
				require.NoError(t, err)
				f.rows = organization
			}
			require.Equal(t, tc.want, count(statementKinds(f), "PREPARE"))
		})
	}
}

func count(words []string, word string) (n int) {
	for _, w := range words {
		if w == word {
			n++
		}
	}
	return n
}

func TestPreparedThatFails(t *testing.T) {
	f := &fake{rows: organization, fail: failing("PREPARE ", errors.New("max_prepared_stmt_count"))}
	db := newFake(t, f, Options{})
	for range 3 * preparedAfter {
		get(t, db)
	}
	require.Equal(t, 2, count(statementKinds(f), "PREPARE"), "it runs as it is, and is seldom tried again")
	f.fail = nil
	for range 2 * preparedAfter {
		get(t, db)
	}
	require.Equal(t, 1, count(statementKinds(f), "PREPARE"))
}

func TestOnlyConstantStatementsArePrepared(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	for range 2 * preparedAfter {
		require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error { return rename(t, s) }))
	}
	for _, asked := range f.log {
		require.NotContains(t, asked, "PREPARE SAVEPOINT")
	}
	require.NotZero(t, f.sent("PREPARED "+db.sql.audit.add))
	require.NotZero(t, f.sent("PREPARED "+db.beginWrite))
}
