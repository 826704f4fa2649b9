package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage"
)

// rename is a write with two statements: the organization's and the audit record's.
func rename(t *testing.T, s storage.Stores) error {
	return s.Organizations().Rename(t.Context(), "acme", "Name", 1, aRecord())
}

// failing answers with err if a statement has the words in it.
func failing(words string, err error) func(string, int) error {
	return func(statement string, _ int) error {
		if strings.Contains(statement, words) {
			return err
		}
		return nil
	}
}

func TestWriteIsOneTransaction(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	require.NoError(t, rename(t, db))
	require.Equal(t, []string{"BEGIN", "UPDATE organizations", "UPDATE organizations", "INSERT INTO audit", "COMMIT"}, f.asked(),
		"the first takes SQLite's lock before anything is read")
	require.ErrorIs(t, db.Organizations().Rename(t.Context(), "acme", "Name", 1, admin.Record{}), admin.ErrInvalid)
	require.Empty(t, f.asked(), "without a record nothing is begun")
}

func TestWriteWithinATransactionIsASavepoint(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	f.fail = failing("INSERT INTO admincenter_audit", errDuplicate)
	require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
		for range 2 {
			require.ErrorIs(t, rename(t, s), admin.ErrExists)
		}
		f.fail = nil
		return rename(t, s)
	}))
	require.Equal(t, []string{
		"BEGIN", "UPDATE organizations",
		"SAVEPOINT 1", "UPDATE organizations", "INSERT INTO audit", "ROLLBACK TO SAVEPOINT 1", "RELEASE SAVEPOINT 1",
		"SAVEPOINT 2", "UPDATE organizations", "INSERT INTO audit", "ROLLBACK TO SAVEPOINT 2", "RELEASE SAVEPOINT 2",
		"SAVEPOINT 3", "UPDATE organizations", "INSERT INTO audit", "RELEASE SAVEPOINT 3",
		"COMMIT",
	}, f.asked())
}

// someCustomers are changes that create customers, enough of them to be written without a savepoint.
func someCustomers() []customer.Change[customer.Customer] {
	var out []customer.Change[customer.Customer]
	for i := range 8 {
		out = append(out, customer.Change[customer.Customer]{Mode: customer.ModeUpsert, Given: 1,
			Record: customer.Customer{ID: string(rune('h' - i))}})
	}
	return out
}

func TestSetOfRecordsTakesSavepointsAfterARefusalOnly(t *testing.T) {
	const begin, lookUp, insert = "UPDATE organizations", "SELECT id", "INSERT INTO customers"
	for _, tc := range []struct {
		reason string
		err    error
		times  int
		want   []string
	}{
		{"none is refused", nil, 0, []string{"BEGIN", begin, lookUp, insert, "INSERT INTO audit", "COMMIT"}},
		{"a key was taken meanwhile", errDuplicate, 1, []string{
			"BEGIN", begin, lookUp, insert, "ROLLBACK",
			"BEGIN", begin, lookUp, insert, "INSERT INTO audit", "COMMIT",
		}},
		{"a value is refused", errCheck, 1, []string{
			"BEGIN", begin, lookUp, insert, "ROLLBACK",
			"BEGIN", begin, "SAVEPOINT 1", lookUp, "SAVEPOINT 2", insert, "RELEASE SAVEPOINT 2", "INSERT INTO audit",
			"RELEASE SAVEPOINT 1", "COMMIT",
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			f := &fake{}
			db := newFake(t, f, Options{})
			f.fail = func(statement string, n int) error {
				if strings.Contains(statement, "INSERT INTO admincenter_customers") && n <= tc.times {
					return tc.err
				}
				return nil
			}
			require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
				_, err := s.Customers().Apply(t.Context(), "acme", someCustomers(), aRecord())
				return err
			}))
			require.Equal(t, tc.want, f.asked())
		})
	}
}

// SQLite rolls a transaction back behind our back when its disk is full; what ran afterwards would
// be committed on its own.
func TestErrorThatIsNoConstraintBreaksTheTransaction(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	f.fail = failing("INSERT INTO admincenter_audit", errDiskFull)
	err := db.InTx(t.Context(), func(s storage.Stores) error {
		require.ErrorIs(t, rename(t, s), errDiskFull)
		f.asked()
		require.ErrorIs(t, rename(t, s), errDiskFull)
		_, err := s.Organizations().Get(t.Context(), "acme")
		require.ErrorIs(t, err, errDiskFull)
		require.Empty(t, f.asked(), "nothing more reaches the database")
		return nil // as if nothing had happened
	})
	require.ErrorIs(t, err, errDiskFull)
	require.Equal(t, []string{"ROLLBACK"}, f.asked())
}

func TestLostRaceIsRunAgain(t *testing.T) {
	for _, tc := range []struct {
		reason string
		at     string // what loses, the first two times
		in     func(*testing.T, storage.Stores) error
	}{
		{"at the begin", "BEGIN", rename},
		{"at the lock", "SET version = version", rename},
		{"in the middle", "INSERT INTO admincenter_audit", rename},
		{"at the commit", "COMMIT", rename},
		{"where the function drops its error", "INSERT INTO admincenter_audit", func(t *testing.T, s storage.Stores) error {
			_ = rename(t, s)
			return nil
		}},
		{"where the function returns another error", "INSERT INTO admincenter_audit", func(t *testing.T, s storage.Stores) error {
			if rename(t, s) != nil {
				return errors.New("it did not work")
			}
			return nil
		}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			f := &fake{}
			db := newFake(t, f, Options{})
			f.fail = func(statement string, n int) error {
				if strings.Contains(statement, tc.at) && n <= 2 {
					return errBusy
				}
				return nil
			}
			runs := 0
			require.NoError(t, db.InTx(t.Context(), func(s storage.Stores) error {
				runs++
				return tc.in(t, s)
			}))
			commits := 0
			for _, s := range f.asked() {
				if s == "COMMIT" {
					commits++
				}
			}
			require.LessOrEqual(t, runs, 3)
			require.Equal(t, map[bool]int{true: 3, false: 1}[tc.at == "COMMIT"], commits)
		})
	}
}

func TestLostRacesEnd(t *testing.T) {
	for retries, runs := range map[int]int{0: 6, 2: 3, -1: 1} {
		t.Run(fmt.Sprint(retries), func(t *testing.T) {
			f := &fake{}
			db := newFake(t, f, Options{Retries: retries})
			f.fail = failing("INSERT INTO admincenter_audit", errBusy)
			got := 0
			err := db.InTx(t.Context(), func(s storage.Stores) error {
				got++
				return rename(t, s)
			})
			require.ErrorIs(t, err, admin.ErrBusy, "the caller may come back later")
			require.ErrorIs(t, err, errBusy)
			require.Equal(t, runs, got)
		})
	}
	t.Run("when the context does", func(t *testing.T) {
		f := &fake{}
		db := newFake(t, f, Options{Retries: 1 << 20})
		ctx, cancel := context.WithCancel(t.Context())
		f.fail = failing("INSERT INTO admincenter_audit", errBusy)
		err := db.InTx(ctx, func(s storage.Stores) error {
			defer cancel()
			return rename(t, s)
		})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestCommit(t *testing.T) {
	t.Run("that was not answered is of unknown outcome", func(t *testing.T) {
		f := &fake{}
		db := newFake(t, f, Options{})
		gone := errors.New("connection reset by peer")
		f.fail = failing("COMMIT", gone)
		err := rename(t, db)
		require.ErrorIs(t, err, ErrCommitUnknown)
		require.ErrorIs(t, err, gone)
		require.Equal(t, 1, f.sent("COMMIT"), "it is never sent again blindly")
	})
	t.Run("is not sent when the context has ended", func(t *testing.T) {
		f := &fake{}
		db := newFake(t, f, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(s storage.Stores) error {
			defer cancel()
			return rename(t, s)
		})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, ErrCommitUnknown)
		require.Zero(t, f.sent("COMMIT"))
	})
	t.Run("is not sent when the function fails or panics", func(t *testing.T) {
		f := &fake{}
		db := newFake(t, f, Options{})
		stop := errors.New("stop")
		require.Equal(t, stop, db.InTx(t.Context(), func(storage.Stores) error { return stop }))
		require.PanicsWithValue(t, "stop", func() {
			_ = db.InTx(t.Context(), func(storage.Stores) error { panic("stop") })
		})
		require.Zero(t, f.sent("COMMIT"))
		require.Equal(t, 2, f.sent("ROLLBACK"))
	})
}

func TestSavepointThatCannotBeUndoneBreaksTheTransaction(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	gone := errors.New("connection reset by peer")
	f.fail = func(statement string, _ int) error {
		switch {
		case strings.Contains(statement, "INSERT INTO admincenter_audit"):
			return errDuplicate
		case strings.HasPrefix(statement, "ROLLBACK TO"):
			return gone
		}
		return nil
	}
	err := db.InTx(t.Context(), func(s storage.Stores) error {
		err := rename(t, s)
		require.ErrorIs(t, err, admin.ErrExists)
		require.ErrorIs(t, err, gone)
		return nil
	})
	require.ErrorIs(t, err, gone)
	require.Zero(t, f.sent("COMMIT"))
}

func TestCompareAndSwapTellsMissingFromMoved(t *testing.T) {
	f := &fake{affected: func(s string) int64 {
		if strings.Contains(s, "SET name") {
			return 0
		}
		return 1
	}}
	db := newFake(t, f, Options{})
	require.ErrorIs(t, rename(t, db), admin.ErrNotFound)
	f.rows = func(string) [][]driver.Value {
		return [][]driver.Value{{"acme", "Name", "ACTIVE", int64(0), int64(0), int64(2)}}
	}
	require.ErrorIs(t, rename(t, db), admin.ErrConflict)
	require.Zero(t, f.sent("COMMIT"))
}

func TestRowThatCannotBeReadBreaksTheTransaction(t *testing.T) {
	f := &fake{rows: func(string) [][]driver.Value {
		return [][]driver.Value{{"acme", "Name", "ACTIVE", "yesterday", int64(0), int64(2)}}
	}}
	db := newFake(t, f, Options{})
	_, err := db.Organizations().Get(t.Context(), "acme")
	require.ErrorContains(t, err, "instant stored as string: want whole microseconds")
	require.Error(t, db.InTx(t.Context(), func(s storage.Stores) error {
		_, _ = s.Organizations().Get(t.Context(), "acme")
		return nil
	}))
}

type sqlState string

func (s sqlState) Error() string    { return "SQLSTATE " + string(s) }
func (s sqlState) SQLState() string { return string(s) }

func TestRacesThatServersLose(t *testing.T) {
	for _, state := range []string{"40001", "40P01", "55P03"} {
		require.Equal(t, retryable, classifyPostgres(fmt.Errorf("driver: %w", sqlState(state))), state)
	}
	require.Equal(t, unknown, classifyPostgres(sqlState("57P01")), "a connection that was ended may have committed")
	for _, number := range []int{1205, 1213, 1020} {
		require.Equal(t, retryable, classifyMySQL(fmt.Errorf("driver: %w", fmt.Errorf("Error %d (HY000): x", number))), number)
	}
	require.Equal(t, unknown, classifyMySQL(errors.New("Error 1317 (70100): Query execution was interrupted")))
	require.Equal(t, unknown, classifyMySQL(errors.New("invalid connection")))
}

// A host that commits although it should have rolled back commits nothing of the failed write.
func TestWriteThatBreaksAHostsTransactionIsTakenBack(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	f.fail = failing("INSERT INTO admincenter_audit", errBusy)
	host, err := db.pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	stores := db.WithTx(host)
	require.ErrorIs(t, rename(t, stores), admin.ErrBusy)
	require.ErrorIs(t, rename(t, stores), admin.ErrBusy)
	require.NoError(t, host.Commit())
	require.Equal(t, []string{"BEGIN", "SAVEPOINT 1", "UPDATE organizations", "INSERT INTO audit", "ROLLBACK TO SAVEPOINT 1", "COMMIT"}, f.asked())
}

// Not every driver returns the context's error for a cancelled statement.
func TestErrorOfAnEndedContextSaysSo(t *testing.T) {
	f := &fake{}
	db := newFake(t, f, Options{})
	cancelled := errors.New("canceling statement due to user request")
	ctx, cancel := context.WithCancel(t.Context())
	f.fail = func(statement string, _ int) error {
		if !strings.Contains(statement, "SET name") {
			return nil
		}
		cancel()
		return cancelled
	}
	err := db.Organizations().Rename(ctx, "acme", "Name", 1, aRecord())
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, cancelled)
}
