// Worker is two processes that do the jobs of one database. It starts itself twice as a worker, imports
// customers and migrates accounts, kills one worker in the middle, ends the other one in the middle, starts a
// third, and shows that every row and every account was done once.
//
//	go run ./examples/worker
//	go run ./examples/worker -dir /tmp/walk -rows 100000 -lease 15s
//
// What to copy into production is worker.go. The rest is this demonstration: walk.go is what it does, crew.go
// starts and ends processes, jobs.go makes the work. It needs a system that has SIGTERM, which Windows has not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// options are the command line's.
type options struct {
	dir   string        // where the database and the logs of the workers are
	rows  int           // of the file to import
	lease time.Duration // how long a worker that is gone keeps a job from others

	work string // if not empty, this process is the worker with that name
}

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.work != "" {
		go endWithParent()
		return work(o.file(), o.work, o.lease)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if o.dir != "" {
		return walkIn(ctx, o, stdout)
	}
	if o.dir, err = os.MkdirTemp("", "worker"); err != nil {
		return err
	}
	return errors.Join(walkIn(ctx, o, stdout), os.RemoveAll(o.dir))
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("worker", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.dir, "dir", "",
		"`folder` for a new database and the workers' logs; the default is one that is removed at the end")
	flags.IntVar(&o.rows, "rows", 20_000, "`rows` to import")
	flags.DurationVar(&o.lease, "lease", 3*time.Second, "`time` that a killed worker keeps its job; in production 15s")
	flags.StringVar(&o.work, "work", "", "be the worker with this `name`, over the database in -dir")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	const least = 5000 // several batches before each signal
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q is not an option: name a folder with -dir", flags.Arg(0))
	case o.rows < least:
		return o, fmt.Errorf("-rows %d: use %d or more, so that there is a middle", o.rows, least)
	case o.work != "" && o.dir == "":
		return o, errors.New("-work needs the folder of the database: name it with -dir")
	}
	return o, nil
}
