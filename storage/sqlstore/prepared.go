package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// preparedAfter is how often a statement runs before it is prepared: what runs a few times when a
// process starts must not take the places of what runs with every request.
const preparedAfter = 8

// prepared keeps the statements that run often prepared on the connections of the pool. SQLite takes
// longer to parse a look-up by key than to answer it, and MySQL's driver takes three round trips for
// a statement that is not prepared.
type prepared struct {
	pool   *sql.DB
	places atomic.Int64         // for statements that may still be prepared
	known  map[string]*constant // by text; never changes
	wanted struct {             // by transactions, which must not wait for a second connection
		any  atomic.Bool
		mu   sync.Mutex
		list []*constant
	}
}

// constant is a statement whose text never changes, so that it may be prepared.
type constant struct {
	text string
	uses atomic.Int64
	stmt atomic.Pointer[sql.Stmt]
}

func newPrepared(pool *sql.DB, places int, texts []string) *prepared {
	p := &prepared{pool: pool, known: make(map[string]*constant, len(texts))}
	p.places.Store(int64(max(places, 0)))
	for _, text := range texts {
		p.known[text] = &constant{text: text}
	}
	return p
}

// used finds the statement of a text and counts the use; due reports that the caller, and no other,
// should have it prepared.
func (p *prepared) used(text string) (stmt *sql.Stmt, s *constant, due bool) {
	if s = p.known[text]; s == nil {
		return nil, nil, false
	}
	if stmt = s.stmt.Load(); stmt != nil {
		return stmt, s, false
	}
	return nil, s, s.uses.Add(1) == preparedAfter+1
}

// prepare takes a connection of the pool for a moment, so it must not be called within a transaction.
// A statement that cannot be prepared runs as it is, and returns the error.
func (p *prepared) prepare(ctx context.Context, s *constant) *sql.Stmt {
	if p.places.Add(-1) < 0 {
		p.places.Add(1)
		return nil
	}
	stmt, err := p.pool.PrepareContext(ctx, s.text)
	if err != nil {
		p.places.Add(1)
		s.uses.Store(0) // not again with each use
		return nil
	}
	s.stmt.Store(stmt)
	return stmt
}

// want has a statement prepared before the next transaction begins.
func (p *prepared) want(s *constant) {
	p.wanted.mu.Lock()
	defer p.wanted.mu.Unlock()
	p.wanted.list = append(p.wanted.list, s)
	p.wanted.any.Store(true)
}

// catchUp prepares what transactions wanted. It must not be called within one.
func (p *prepared) catchUp(ctx context.Context) {
	if !p.wanted.any.Load() {
		return
	}
	p.wanted.mu.Lock()
	list := p.wanted.list
	p.wanted.list = nil
	p.wanted.any.Store(false)
	p.wanted.mu.Unlock()
	for _, s := range list {
		p.prepare(ctx, s)
	}
}

// close closes the statements; the pool stays open.
func (p *prepared) close() error {
	p.places.Store(0)
	var failed []error
	for _, s := range p.known {
		if stmt := s.stmt.Swap(nil); stmt != nil {
			failed = append(failed, io.Closer(stmt).Close())
		}
	}
	return errors.Join(failed...)
}

// kept is a statement that stays prepared: what runs it does not close it.
type kept interface {
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
}

// outside is the pool, on which single statements run.
type outside struct{ *prepared }

// ExecContext implements runner.
func (o outside) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := o.get(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return o.pool.ExecContext(ctx, query, args...)
}

// QueryContext implements runner.
func (o outside) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := o.get(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return o.pool.QueryContext(ctx, query, args...)
}

func (o outside) get(ctx context.Context, query string) kept {
	stmt, s, due := o.used(query)
	if due {
		stmt = o.prepare(ctx, s)
	}
	if stmt == nil {
		return nil
	}
	return stmt
}

// inside is a transaction of ours.
type inside struct {
	*sql.Tx
	prepared *prepared
	stmts    map[string]*sql.Stmt // on this transaction's connection
}

// ExecContext implements runner.
func (i inside) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := i.get(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return i.Tx.ExecContext(ctx, query, args...)
}

// QueryContext implements runner.
func (i inside) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := i.get(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return i.Tx.QueryContext(ctx, query, args...)
}

func (i inside) get(ctx context.Context, query string) kept {
	if stmt := i.stmts[query]; stmt != nil {
		return stmt
	}
	stmt, s, due := i.prepared.used(query)
	if due {
		i.prepared.want(s)
	}
	if stmt == nil {
		return nil
	}
	i.stmts[query] = i.StmtContext(ctx, stmt)
	return i.stmts[query]
}
