// Owntables is a host that keeps customers, accounts, price plans and schedules in tables of its own: schema.sql.
// The library decides, the host's stores read and write, and what they write commits together with the
// library's jobs and audit records. It is made to be copied: start at own in tables.go.
//
//	go run ./examples/owntables
//	go run ./examples/owntables -db own.db
//
// Running it again on the same file duplicates nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "owntables:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, errs io.Writer) (err error) {
	flags := flag.NewFlagSet("owntables", flag.ContinueOnError)
	flags.SetOutput(errs)
	file := flags.String("db", "owntables.db", "SQLite `file` to create or reopen")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not an option: name a file with -db", flags.Arg(0))
	}
	pool, db, err := open(ctx, *file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	center, err := admincenter.New(db, admincenter.Options{Own: own(db, pool)})
	if err != nil {
		return err
	}
	return host{center: center, pool: pool, scope: admin.System("acme"), out: out}.walk(ctx)
}
