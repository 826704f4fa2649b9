package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the host chooses the driver

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// work does due jobs until the process is to end. Any number of processes may do so over one database: as
// programs of their own, or beside what else they do. name is what a screen shows of the worker that has a job;
// if it is empty, that is the host name and the process id.
func work(file, name string, lease time.Duration) (err error) {
	// Kubernetes, systemd and Docker send SIGTERM, and SIGKILL some seconds later. Ctrl-C is an interrupt.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	pool, db, err := open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	center, err := newCenter(db, job.Engine{Worker: name, Lease: lease})
	if err != nil {
		return err
	}
	worker, err := center.Worker(job.WorkerOptions{})
	if err != nil {
		return err
	}
	// Run returns when ctx has ended and so have the batches that were under way: what they did is taken back,
	// and their leases are given up, so that another process goes on at once. After a SIGKILL it goes on when
	// the lease has ended.
	return worker.Run(ctx)
}

// newCenter is for the processes that work and for those that serve requests alike: all must know the same
// types of import, plans and schedules.
func newCenter(db *sqlstore.DB, engine job.Engine) (*admincenter.Center, error) {
	return admincenter.New(db, admincenter.Options{
		Runtime: admin.Runtime{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))},
		Jobs:    engine,
	})
}

// open opens a database that may be new. The write-ahead log lets processes read while one writes, and
// busy_timeout makes them wait for each other.
func open(ctx context.Context, file string) (*sql.DB, *sqlstore.DB, error) {
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, nil, err
	}
	db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
	if err == nil {
		err = db.Migrate(ctx) // safe to do in many processes that start together
	}
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	return pool, db, nil
}
