package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/XSAM/otelsql"
	semconv "go.opentelemetry.io/otel/semconv/v1.40.0"
	"go.opentelemetry.io/otel/trace"
	_ "modernc.org/sqlite" // the host chooses the driver

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// host is a program that uses the library.
type host struct {
	pool    *sql.DB
	center  *admincenter.Center
	tracing trace.TracerProvider
	logger  *slog.Logger
}

// open makes an Admin Center over a pool that is opened through otelsql.
func open(ctx context.Context, file string, t telemetry) (*host, error) {
	pool, err := openPool(file, t)
	if err != nil {
		return nil, err
	}
	h := &host{pool: pool, tracing: t.tracing, logger: slog.New(withTrace(slog.NewJSONHandler(t.log, nil)))}
	if err := h.wire(ctx, t); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", file, err), pool.Close())
	}
	return h, nil
}

func openPool(file string, t telemetry) (*sql.DB, error) {
	instrumented := []otelsql.Option{
		otelsql.WithTracerProvider(t.tracing), otelsql.WithMeterProvider(t.metering),
		otelsql.WithAttributes(semconv.DBSystemNameSQLite),
		otelsql.WithSpanOptions(otelsql.SpanOptions{
			// A worker with nothing to do asks for due jobs each second: no trace for that.
			SpanFilter: func(ctx context.Context, _ otelsql.Method, _ string, _ []driver.NamedValue) bool {
				return trace.SpanContextFromContext(ctx).IsValid()
			},
			// These say little, and are as many as the statements.
			OmitConnResetSession: true, OmitConnPrepare: true, OmitRows: true, OmitConnectorConnect: true,
			DisableErrSkip: true,
		}),
	}
	pool, err := otelsql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)",
		instrumented...)
	if err != nil {
		return nil, err
	}
	// Connections in use, and how long is waited for one.
	if _, err := otelsql.RegisterDBStatsMetrics(pool, instrumented...); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

func (h *host) wire(ctx context.Context, t telemetry) error {
	db, err := sqlstore.New(ctx, h.pool, sqlstore.SQLite, sqlstore.Options{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	hooks, err := newHooks(t.metering)
	if err != nil {
		return err
	}
	o := admincenter.Options{
		Runtime: admin.Runtime{Logger: h.logger},
		// The defaults of Retry are for production: this demonstration is to end soon.
		Jobs: job.Engine{Hooks: hooks, Retry: job.Retry{
			First: 50 * time.Millisecond, Most: 50 * time.Millisecond, Failures: 3,
		}},
		Imports: bulkimport.Options{BatchRows: 10, Types: ownTypes()},
	}
	if h.center, err = admincenter.New(db, o); err != nil {
		return err
	}
	// Jobs.Due goes round the organizations; a Center of its own leaves the worker's round alone.
	gauge, err := admincenter.New(db, o)
	if err != nil {
		return err
	}
	return observeDue(t.metering, gauge.Jobs.Due)
}
