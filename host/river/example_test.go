package river_test

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin/job"
	adminriver "github.com/admincenter/admincenter/host/river"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// A host works jobs over River until ctx ends. pool and pgxPool are of one database, which has the tables of
// both.
func Example() {
	_ = func(ctx context.Context, pool *sql.DB, pgxPool *pgxpool.Pool) error {
		var o adminriver.Options
		db, err := sqlstore.New(ctx, pool, sqlstore.PostgreSQL, sqlstore.Options{})
		if err != nil {
			return err
		}
		inserts, err := river.NewClient(riverdatabasesql.New(pool), &river.Config{})
		if err != nil {
			return err
		}
		center, err := admincenter.New(db, admincenter.Options{
			Announce: adminriver.Enqueue(inserts, o),
			Jobs:     job.Engine{Batch: 30 * time.Second}, // less than Batch of o
		})
		if err != nil {
			return err
		}
		worker, err := adminriver.NewWorker(center, o)
		if err != nil {
			return err
		}
		workers := river.NewWorkers()
		river.AddWorker(workers, worker)
		client, err := river.NewClient(riverpgxv5.New(pgxPool), &river.Config{
			Workers:         workers,
			Queues:          map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
			SoftStopTimeout: 5 * time.Second, // then batches are taken back
		})
		if err != nil {
			return err
		}
		sweep, err := adminriver.NewSweep(center, client, o)
		if err != nil {
			return err
		}
		if err := client.Start(ctx); err != nil {
			return err
		}
		var sweeping sync.WaitGroup
		var swept error
		sweeping.Go(func() { swept = sweep.Run(ctx) })
		<-client.Stopped()
		sweeping.Wait()
		return swept
	}
}
