// Webhooks delivers what is done in the Admin Center to an HTTP address, as Standard Webhooks
// (https://www.standardwebhooks.com) describes it: signed, at least once, in order in each organization. It follows the
// audit trail, and goes on where it was after a crash.
//
//	WEBHOOK_SECRET=whsec_… go run ./examples/webhooks -db admin.db -url https://example.com/hook
//	WEBHOOK_SECRET=whsec_… go run ./examples/webhooks -db postgres://user@host/database -url https://example.com/hook
//	go run ./examples/webhooks
//
// The last one is a demonstration: it delivers to itself, kills the process that delivers some times while
// records are written, and shows that nothing is missing. What to copy is deliver.go, sign.go and work; receiver.go is
// what a receiver does. The rest is the demonstration.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/admincenter/admincenter"
)

// secretVariable is the environment variable with the secret: arguments can be seen by other users.
const secretVariable = "WEBHOOK_SECRET"

// options are the command line's.
type options struct {
	db    string        // a file of SQLite, or a URL of PostgreSQL
	url   string        // to deliver to; empty for the demonstration
	retry time.Duration // after a first failure

	records int // of each organization in the demonstration
	kills   int
}

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "webhooks:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	// Kubernetes, systemd and Docker send SIGTERM, and SIGKILL some seconds later. Ctrl-C is an interrupt.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.url != "" {
		if os.Getenv(partOfDemonstration) != "" {
			go endWithParent()
		}
		s, err := parseSecret(os.Getenv(secretVariable))
		if err != nil {
			return fmt.Errorf("%s: %w", secretVariable, err)
		}
		return work(ctx, o, s, slog.New(slog.NewTextHandler(stderr, nil)))
	}
	return demonstrate(ctx, o, stdout)
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("webhooks", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.db, "db", "", "`database`: a file of SQLite or a URL of PostgreSQL")
	flags.StringVar(&o.url, "url", "", "`address` to deliver to; without it, a demonstration")
	flags.DurationVar(&o.retry, "retry", time.Second, "`time` to wait after a failure, doubled with each, to a minute")
	flags.IntVar(&o.records, "records", 300, "`records` of each organization in the demonstration")
	flags.IntVar(&o.kills, "kills", 5, "`times` that the demonstration kills who delivers")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is not an option: name a database with -db", flags.Arg(0))
	case o.url != "" && o.db == "":
		return o, errors.New("-url needs a database: name it with -db")
	case o.retry <= 0 || o.records < 1 || o.kills < 0:
		return o, errors.New("-retry and -records must be more than 0, and -kills not less")
	}
	return o, nil
}

// work delivers until ctx ends.
func work(ctx context.Context, o options, s secret, logger *slog.Logger) (err error) {
	db, err := open(ctx, o.db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.pool.Close()) }()
	center, err := admincenter.New(db.admin, admincenter.Options{})
	if err != nil {
		return err
	}
	// Sealing makes records an entry of the log. It is here for the demonstration: the workers of a host do so.
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sealed := make(chan error, 1)
	go func() { sealed <- center.Log.Run(ctx) }()
	err = newCourier(db, o.url, s).follow(ctx, db.admin.Log(), o.retry, logger)
	stop()
	return errors.Join(err, <-sealed)
}
