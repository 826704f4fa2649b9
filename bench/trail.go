package main

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// trails returns the group trail: what the log over the trail costs a write, and what sealing, verifying and
// following cost with that many records.
func trails(records int) func(context.Context) error {
	return func(ctx context.Context) error {
		return onDatabases(ctx, func(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB) error {
			if err := writesSealed(ctx, d, db); err != nil {
				return err
			}
			c, err := center(ctx, db, admincenter.Options{})
			if err != nil {
				return err
			}
			return logOf(ctx, d, pool, db, c, records)
		})
	}
}

// writesSealed compares a write that waits to be sealed, while its process seals, with one on a database where
// nothing waits.
func writesSealed(ctx context.Context, d database, sealed *sqlstore.DB) error {
	return onDatabase(ctx, d, func(ctx context.Context, d database, pool *sql.DB, plain *sqlstore.DB) error {
		drop := "DROP TRIGGER " + sqlstore.DefaultPrefix + "audit_waits"
		if d.dialect == sqlstore.PostgreSQL {
			drop += " ON " + sqlstore.DefaultPrefix + "audit"
		}
		if _, err := pool.ExecContext(ctx, drop); err != nil {
			return err
		}
		ours, c, err := writes(ctx, sealed, "sealed")
		if err != nil {
			return err
		}
		other, _, err := writes(ctx, plain, "plain")
		if err != nil {
			return err
		}
		run, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- c.Log.Run(run) }()
		for _, n := range verifiers {
			if err := printPair(fmt.Sprintf("trail.write.%s.%d", d.name, n), n, 40, ours, other); err != nil {
				stop()
				return err
			}
		}
		stop()
		return <-ended
	})
}

// writes returns a write with its record: a new customer.
func writes(ctx context.Context, db *sqlstore.DB, in admin.OrgID) (func() error, *admincenter.Center, error) {
	c, err := admincenter.New(db, admincenter.Options{})
	if err != nil {
		return nil, nil, err
	}
	if err := organization(ctx, c, in); err != nil {
		return nil, nil, err
	}
	var n atomic.Int64
	scope := admin.System(in)
	return func() error {
		_, err := c.Customers.Create(ctx, scope, customer.Customer{
			ID: fmt.Sprintf("c%09d", n.Add(1)), Name: "Lumen", PrimaryEmail: "billing@lumen.example",
		})
		return err
	}, c, nil
}

// logOf prints what a record costs to seal and to verify, and compares following at the head of a long log with that
// of a short one.
func logOf(ctx context.Context, d database, pool *sql.DB, db *sqlstore.DB, c *admincenter.Center, records int) error {
	short, err := admincenter.New(db, admincenter.Options{})
	if err != nil {
		return err
	}
	if err := organization(ctx, short, "short"); err != nil {
		return err
	}
	if err := fillTrail(ctx, db, org, records); err != nil {
		return err
	}
	if err := fillTrail(ctx, db, "short", 1000); err != nil {
		return err
	}
	if err := analyzed(ctx, d, pool); err != nil {
		return err
	}
	began := time.Now()
	head, err := c.Log.Seal(ctx, admin.System(org))
	if err != nil {
		return err
	}
	printCost("trail.seal."+d.name, head.Seq, time.Since(began))
	began = time.Now()
	v, err := c.Log.Verify(ctx, admin.System(org), admin.VerifyOptions{Published: []admin.Head{head}})
	if err != nil {
		return err
	}
	if err := v.Err(); err != nil {
		return err
	}
	printCost("trail.verify."+d.name, v.Entries, time.Since(began))
	end, err := short.Log.Seal(ctx, admin.System("short"))
	if err != nil {
		return err
	}
	follow := func(in admin.OrgID, at int64) func() error {
		return func() error {
			n := 0
			for _, err := range c.Log.Follow(ctx, admin.System(in), at-10) {
				if err != nil {
					return err
				}
				n++
			}
			if n != 10 {
				return fmt.Errorf("followed %d entries instead of 10", n)
			}
			return nil
		}
	}
	return printPair("trail.follow."+d.name, 1, 40, follow(org, head.Seq), follow("short", end.Seq))
}

// fillTrail appends records, a thousand in a transaction.
func fillTrail(ctx context.Context, db *sqlstore.DB, in admin.OrgID, n int) error {
	const batch = 1000
	for from := 0; from < n; from += batch {
		if err := db.InTx(ctx, func(s storage.Stores) error {
			for i := from; i < min(from+batch, n); i++ {
				rec := admin.Record{
					ID: uuid.Must(uuid.NewV7()), At: admin.Instant(time.Now()), Actor: admin.Actor{Kind: admin.ActorSystem},
					Action: "customer.update", Subject: admin.Subject{Kind: "customer", ID: fmt.Sprintf("c%d", i%500)},
					Changes: []admin.Change{{Field: "name", From: "Lumen", To: "Lumen Inc."}},
				}
				if err := s.Audit().Append(ctx, in, rec); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// analyzed has the planner know the tables, as it does some time after they were filled.
func analyzed(ctx context.Context, d database, pool *sql.DB) error {
	if d.dialect == sqlstore.MySQL {
		return nil
	}
	_, err := pool.ExecContext(ctx, "ANALYZE")
	return err
}

func printCost(name string, n int64, took time.Duration) {
	fmt.Printf("cost %s %d records %.1f µs/record\n", name, n, float64(took.Microseconds())/float64(n))
}
