package river

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// DefaultChannel is the channel of [Notify] and [Listen] if none is given.
const DefaultChannel = "admincenter_jobs"

// Notify returns a function for the Announce of admincenter.Options, for hosts on PostgreSQL that use
// job.Worker and no queue: a NOTIFY that PostgreSQL sends when the transaction that makes a job due commits.
// channel has at most 63 bytes; empty means [DefaultChannel]. It fails with [admin.ErrState] for stores that
// are not in a transaction of sqlstore.
func Notify(channel string) func(context.Context, storage.Stores, job.Ref, time.Time) error {
	channel = channelOr(channel)
	return func(ctx context.Context, s storage.Stores, _ job.Ref, _ time.Time) error {
		tx, err := txOf(s)
		if err != nil {
			return err
		}
		// All of a transaction's are one, because they have the same payload.
		if _, err := tx.ExecContext(ctx, "SELECT pg_notify($1, '')", channel); err != nil {
			return fmt.Errorf("notify of channel %q: %w", channel, err)
		}
		return nil
	}
}

// Listen calls wake for each notification of a channel, until ctx ends, and then returns nil: give it the Wake
// of a job.Worker. It has one connection, made by connect, such as
//
//	func(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, dsn) }
//
// A connection that cannot be made or was lost is logged at level WARN and made again, after a wait that
// doubles from 1 to 30 seconds; wake is called after each connect, because notifications in between are lost. A
// worker polls anyway. Of o, it uses Runtime. It fails with [admin.ErrInvalid] if a function is missing.
func Listen(
	ctx context.Context, connect func(context.Context) (*pgx.Conn, error), channel string, wake func(), o Options,
) error {
	if connect == nil || wake == nil {
		return fmt.Errorf("river: Listen needs the functions connect and wake: %w", admin.ErrInvalid)
	}
	const first, most = time.Second, 30 * time.Second
	o.Runtime = o.WithDefaults()
	for wait := first; ctx.Err() == nil; wait = min(2*wait, most) {
		listened, err := listen(ctx, connect, channelOr(channel), wake)
		if listened {
			wait = first
		}
		if ctx.Err() == nil {
			o.Logger.WarnContext(ctx, "notifications of due jobs not received", "error", err, "wait", wait)
			sleep(ctx, shortened(wait, o.Rand))
		}
	}
	return nil
}

// listen listens on one connection until that fails, and reports whether it did listen.
func listen(
	ctx context.Context, connect func(context.Context) (*pgx.Conn, error), channel string, wake func(),
) (listened bool, err error) {
	conn, err := connect(ctx)
	if err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx) // the server ends it otherwise
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return false, err
	}
	for {
		wake()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return true, err
		}
	}
}

func channelOr(channel string) string {
	if channel == "" {
		return DefaultChannel
	}
	return channel
}
