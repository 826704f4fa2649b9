// Imports is everything that a person does with a file of customers: map its columns, look at the first rows, check the
// whole file, import some rows for real, let the rest follow, import the rows that failed with another mapping, keep
// that mapping for the next file, and take all of it back.
//
//	go run ./examples/imports
//	go run ./examples/imports -db imports.db
//
// walk.go has the steps; each is a method of a few lines that a screen would call. open.go adds a field to the
// library's customers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "imports:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("imports", flag.ContinueOnError)
	flags.SetOutput(stderr)
	db := flags.String("db", "", "`file` for a new database; the default is one that is removed at the end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not an option: name a file with -db", flags.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *db != "" {
		return walkIn(ctx, *db, stdout)
	}
	dir, err := os.MkdirTemp("", "imports")
	if err != nil {
		return err
	}
	return errors.Join(walkIn(ctx, filepath.Join(dir, "imports.db"), stdout), os.RemoveAll(dir))
}

// walkIn walks through an import in a database.
func walkIn(ctx context.Context, db string, stdout io.Writer) error {
	w, err := open(ctx, db, stdout)
	if err != nil {
		return fmt.Errorf("%s: %w", db, err)
	}
	return errors.Join(w.walk(ctx), w.err, w.pool.Close())
}
