package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// runner is what *sql.DB, *sql.Conn and *sql.Tx have in common.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// tx is an open transaction, or, if raw is the pool itself, single statements outside one.
type tx struct {
	db     *DB
	raw    runner
	inTx   bool
	points int    // savepoints so far, for their names
	broken error  // why nothing more may run
	host   bool   // the transaction is the host's, to commit or roll back
	again  *again // what is known of the runs before, of a transaction that may be run again
	held   heldAccounts
	hoping bool // in a write without a savepoint; see hopefully
}

// again is what one run of a transaction leaves for the next.
type again struct {
	careful bool // a write without a savepoint was refused
	left    int  // how often it may still be run again
}

// fail translates a driver's error. Inside a transaction every error that is not a constraint's
// breaks it: the database may have rolled it back behind our back (SQLite does when its disk is
// full), and what ran afterwards would be committed on its own.
func (t *tx) fail(ctx context.Context, noun string, err error) error {
	switch t.db.dialect.classify(err) {
	case duplicate:
		return admin.Exists(noun)
	case noParent:
		return fmt.Errorf("what the %s belongs to does not exist: %w", noun, admin.ErrNotFound)
	case refused:
		return fmt.Errorf("%s: the database refuses a value: %w", noun, admin.ErrInvalid)
	case retryable:
		err = &retry{err}
	case unknown:
		// lib/pq returns the server's message when a statement was cancelled, without the context's error.
		if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
			err = errors.Join(ended, err)
		}
	}
	if t.inTx {
		t.broken = err
	}
	return fmt.Errorf("%s: %w", noun, err)
}

// exec runs a statement and returns how many rows it changed.
func (t *tx) exec(ctx context.Context, noun, query string, args ...any) (int64, error) {
	if t.broken != nil {
		return 0, t.broken
	}
	if !storable(args) {
		return 0, notStorable(noun)
	}
	res, err := t.raw.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, t.fail(ctx, noun, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, t.fail(ctx, noun, err)
	}
	return n, nil
}

// change runs a compare-and-swap. If no row was changed, exists distinguishes a missing row from
// one that has another version.
func (t *tx) change(ctx context.Context, noun, query string, args []any, exists string, key ...any) error {
	n, err := t.exec(ctx, noun, query, args...)
	if err != nil || n > 0 {
		return err
	}
	found := false
	if _, err := rows(ctx, t, noun, exists, func(func(...any) error, *struct{}) error {
		found = true
		return nil
	}, key...); err != nil {
		return err
	}
	if !found {
		return missing(noun)
	}
	return conflict(noun)
}

// rows runs a query and scans each row. What no database could have stored finds nothing.
func rows[T any](
	ctx context.Context, t *tx, noun, query string, scan func(func(...any) error, *T) error, args ...any,
) ([]T, error) {
	if t.broken != nil {
		return nil, t.broken
	}
	if !storable(args) {
		return nil, ctx.Err()
	}
	rs, err := t.raw.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, t.fail(ctx, noun, err)
	}
	defer rs.Close()
	var out []T
	var v, zero T // one for all rows, because scanning has it on the heap
	for rs.Next() {
		v = zero
		if err := scan(rs.Scan, &v); errors.Is(err, errEnough) {
			return out, nil
		} else if err != nil {
			return nil, t.fail(ctx, noun, err)
		}
		out = append(out, v)
	}
	if err := rs.Err(); err != nil {
		return nil, t.fail(ctx, noun, err)
	}
	return out, nil
}

// errEnough is returned by a scan to end the rows before the one that it was called for.
var errEnough = errors.New("enough rows")

// one is rows for a single row; none is admin.ErrNotFound.
func one[T any](
	ctx context.Context, t *tx, noun, query string, scan func(func(...any) error, *T) error, args ...any,
) (T, error) {
	found, err := rows(ctx, t, noun, query, scan, args...)
	var zero T
	if err != nil {
		return zero, err
	}
	if len(found) == 0 {
		return zero, missing(noun)
	}
	return found[0], nil
}

// nested runs fn so that it happens whole or not at all within the transaction. A savepoint does
// it: PostgreSQL refuses everything after one failed statement otherwise, and the host or an
// earlier write of ours may want to go on.
func (t *tx) nested(ctx context.Context, fn func() error) error {
	if t.broken != nil {
		return t.broken
	}
	t.points++
	name := fmt.Sprintf("admincenter_%d", t.points)
	if _, err := t.exec(ctx, "savepoint", "SAVEPOINT "+name); err != nil {
		return err
	}
	if err := fn(); err != nil {
		t.held = heldAccounts{} // the savepoint may give up their locks
		if t.broken == nil {
			if _, undo := t.exec(ctx, "savepoint", "ROLLBACK TO SAVEPOINT "+name); undo != nil {
				return errors.Join(err, undo)
			}
			_, release := t.exec(ctx, "savepoint", "RELEASE SAVEPOINT "+name)
			return errors.Join(err, release)
		}
		t.undo(ctx, name)
		return err
	}
	_, err := t.exec(ctx, "savepoint", "RELEASE SAVEPOINT "+name)
	return err
}

// refusedFirst runs fn like nested, for a write that is refused by its first statement or not at all: refused
// reports whether an error is such a one, of a write that has written nothing. In a transaction of ours it
// saves the two statements of a savepoint; any other error ends the transaction.
func (t *tx) refusedFirst(ctx context.Context, refused func(error) bool, fn func() error) error {
	if t.host {
		return t.nested(ctx, fn)
	}
	if t.broken != nil {
		return t.broken
	}
	err := fn()
	if err != nil && !refused(err) && t.broken == nil {
		t.broken = err
	}
	return err
}

// hopefully runs a write of a set of records, of which the database mostly refuses none. In a transaction of ours it
// takes no savepoint, which saves two statements for each, and has the whole transaction run again, with savepoints, if
// the write fails. It may be run again without them first if a key was taken since it was looked up: the next run finds
// it, and has held no lock in the meantime by which two of them wait for each other.
// Otherwise the write runs as it is, which is for the caller to take back if it fails.
func (t *tx) hopefully(records int, fn func() error) error {
	if !t.hopes(records) {
		return fn()
	}
	t.hoping = true
	err := fn()
	t.hoping = false
	if err != nil && t.broken == nil {
		t.again.careful = !errors.Is(err, admin.ErrExists)
		t.broken = &retry{err}
		return t.broken
	}
	return err
}

// hopes reports whether a write of that many records goes without savepoints. Single records are refused often.
func (t *tx) hopes(records int) bool {
	const few = 8
	return !t.host && t.broken == nil && t.again != nil && !t.again.careful && t.again.left >= 2 && records >= few
}

// undo rolls back what a write had done before it broke the transaction. Ours is rolled back
// anyway, but a host may commit nevertheless, and half a write, or one without its audit record,
// must not be committed then. If the database has rolled the transaction back itself there is no
// savepoint any more, and nothing to undo.
func (t *tx) undo(ctx context.Context, savepoint string) {
	if !t.host {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = t.raw.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+savepoint)
}

// begin runs fn in a transaction that writes.
func (db *DB) begin(ctx context.Context, fn func(*tx) error) error {
	return db.transact(ctx, db.beginWrite, fn)
}

// transact runs first and then fn in a transaction of its own, again from the start when it lost
// against another.
func (db *DB) transact(ctx context.Context, first string, fn func(*tx) error) error {
	runs := &again{left: max(db.retries, 0)}
	return patiently(ctx, db.retries, func() error {
		err := db.try(ctx, first, runs, fn)
		runs.left--
		return err
	})
}

// patiently runs try until it does not ask to be run again, retries times more at most.
func patiently(ctx context.Context, retries int, try func() error) error {
	for tried := 0; ; tried++ {
		err := try()
		var again *retry
		if !errors.As(err, &again) || tried >= retries {
			return err
		}
		// Full jitter: two that collided must not collide again.
		wait := time.Duration(rand.Int64N(int64(10*time.Millisecond) << min(tried, 6)))
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func (db *DB) try(ctx context.Context, first string, runs *again, fn func(*tx) error) error {
	db.prepared.catchUp(ctx)
	raw, err := db.pool.BeginTx(ctx, &sql.TxOptions{Isolation: db.dialect.isolation})
	if err != nil {
		return db.outside().fail(ctx, "begin", err)
	}
	// After a commit this does nothing; after a panic or an error it takes everything back.
	defer func() { _ = raw.Rollback() }()
	t := &tx{db: db, raw: inside{raw, db.prepared, map[string]*sql.Stmt{}}, inTx: true, again: runs}
	if first != "" {
		if _, err := t.exec(ctx, "begin", first); err != nil {
			return err
		}
	}
	if err := fn(t); err != nil {
		return t.cause(err)
	}
	if t.broken != nil {
		return t.broken
	}
	if err := ctx.Err(); err != nil {
		return err // known not to be committed, which a COMMIT cut short would not be
	}
	return db.commit(ctx, raw)
}

// cause returns the error of a transaction whose function failed with err.
func (t *tx) cause(err error) error {
	switch {
	case t.broken != nil && !errors.Is(err, t.broken):
		// The function may have made another error of the one that broke the transaction, but that one
		// decides whether to run it again.
		return errors.Join(err, t.broken)
	case t.broken == nil && admin.Code(err) == "internal" && t.db.dialect.classify(err) == retryable:
		// A statement of the host's in this transaction lost against another one.
		return &retry{err}
	}
	return err
}

func (db *DB) commit(ctx context.Context, raw *sql.Tx) error {
	err := raw.Commit()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrTxDone):
		// database/sql rolled it back because ctx ended, and has sent no COMMIT.
		return fmt.Errorf("commit: %w", errors.Join(ctx.Err(), err))
	case db.dialect.classify(err) == retryable:
		return &retry{err}
	}
	return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
}
