package river

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// TxInserter inserts a River job in a transaction: a *river.Client[*sql.Tx] over riverdatabasesql or
// riversqlite. It need not work jobs; another client, over riverpgxv5 for example, can.
type TxInserter interface {
	InsertTx(ctx context.Context, tx *sql.Tx, args river.JobArgs, opts *river.InsertOpts) (
		*rivertype.JobInsertResult, error)
}

// Enqueue returns a function for the Announce of admincenter.Options: it inserts a River job, for the instant
// at which the job is due, in the transaction that makes it due. River's tables must be in the Admin Center's
// database. It fails with [admin.ErrState] for stores that are not in a transaction of sqlstore, and what was
// to make the job due fails with it.
func Enqueue(client TxInserter, o Options) func(context.Context, storage.Stores, job.Ref, time.Time) error {
	o.Runtime = o.WithDefaults()
	return func(ctx context.Context, s storage.Stores, r job.Ref, at time.Time) error {
		if client == nil {
			return fmt.Errorf("river: Enqueue has no client: use a *river.Client[*sql.Tx]: %w", admin.ErrInvalid)
		}
		tx, err := txOf(s)
		if err != nil {
			return err
		}
		how := o.insertion(0)
		if at.After(o.Now()) {
			how.ScheduledAt = at // with any instant, River's leader would have to make the job available
		}
		if _, err := client.InsertTx(ctx, tx, argsOf(r), how); err != nil {
			return fmt.Errorf("river: insert of job %s: %w", r.ID, err)
		}
		return nil
	}
}

// txOf returns the transaction that stores write in.
func txOf(s storage.Stores) (*sql.Tx, error) {
	tx := sqlstore.TxOf(s)
	if tx == nil {
		return nil, fmt.Errorf("river: a job becomes due outside of a transaction: make the Admin Center over sqlstore: %w",
			admin.ErrState)
	}
	return tx, nil
}
