// Quickstart walks through the areas of the Admin Center on a SQLite file, and prints what an admin would
// see.
//
//	go run ./examples/quickstart
//	go run ./examples/quickstart -db acme.db -customers customers.csv
//	go run ./examples/quickstart -customers legacy.csv -optional primary_email -blank NULL
//
// Running it again on the same file continues where it was and duplicates nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// options are the command line's.
type options struct {
	db        string
	customers string
	optional  []string
	blank     []string
}

func parse(args []string, stderr io.Writer) (options, error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o options
	flags.StringVar(&o.db, "db", "quickstart.db", "SQLite `file` to create or reopen")
	flags.StringVar(&o.customers, "customers", "",
		"CSV `file` of customers to import; the default is a small one of our own")
	optional := flags.String("optional", "", "required `fields` that the file may lack, separated by commas")
	blank := flags.String("blank", "", "`words` that mean a blank cell, separated by commas")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not an option: name a file with -customers", flags.Arg(0))
	}
	o.optional, o.blank = words(*optional), words(*blank)
	return o, nil
}

// words splits at commas and drops what is blank.
func words(list string) []string {
	var out []string
	for w := range strings.SplitSeq(list, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	t, err := open(ctx, o, stdout)
	if err != nil {
		return err
	}
	walk := []func(context.Context) error{
		t.profile, t.users, t.currencies, t.tokens, t.imports, t.customers, t.migration, t.settings, t.trail,
	}
	for _, tab := range walk {
		if err = tab(ctx); err != nil {
			break
		}
	}
	return errors.Join(err, t.err, t.pool.Close())
}
