// Bench measures the library beside the alternative, in one run on the same machine.
//
//	go run ./bench                # everything
//	go run ./bench -run token
//	go run ./bench -run jsonlogic # a minute
//	go run ./bench -run import -n 50000
//	go run ./bench -run list -n 1000000
//	go run ./bench -run trail -n 1000000
//	go run ./bench -run migration -n 1000000
//
// Each line is `ratio <name> <ours ns> <other ns> <ours/other>`, for one operation of each. Machines
// differ and are noisy: only the ratio means something.
//
// The group trail has lines `cost <name> <n> records <µs> µs/record` too.
//
// The groups token, import, list, job, trail and migration run on SQLite, and on the servers that the tests use if
// they answer.
//
// Two groups are contests and print more:
//
//   - jsonlogic has rules a to e, each for several variants of ours and several rivals, and a line
//     `allocs <name> <allocations of one evaluation>` for each of them, those of a hand-written closure
//     in brackets. Rule e needs the public compatibility suites, in JSONLOGIC_SUITES or
//     ../shared/data/jsonlogic-suites; ADMINCENTER_DATA may have other data for rule c.
//   - enrich has lines `rate <name>.<goroutines> <n> events/s <n> allocs/event`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/pprof"
	"testing"
)

// comparison is one thing done in two ways.
type comparison struct {
	name  string
	ours  func(b *testing.B)
	other func(b *testing.B)
}

func main() {
	testing.Init()
	pattern := flag.String("run", ".", "regular `expression` of the groups to run")
	rows := flag.Int("n", 100_000, "`rows` that the groups import, list, job, trail and migration load, at least 10,000")
	profile := flag.String("cpuprofile", "", "`file` to write a profile of the processor to")
	flag.Parse()
	if err := profiled(*profile, func() error { return run(context.Background(), *pattern, *rows) }); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// profiled runs fn and writes a profile of the processor to a file, if one is named.
func profiled(file string, fn func() error) error {
	if file == "" {
		return fn()
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	err = fn()
	pprof.StopCPUProfile()
	return errors.Join(err, f.Close())
}

func run(ctx context.Context, pattern string, rows int) error {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	for _, group := range []struct {
		name  string
		print func(context.Context) error
	}{
		{"token", printTokens}, {"convert", each(conversions)}, {"import", imports(rows)},
		{"import.read", each(reading)},
		{"list", lists(rows)}, {"job", jobs(rows)}, {"trail", trails(rows)},
		{"migration", migrations(rows)},
		{"jsonlogic", printLogic}, {"enrich", printEnrich},
	} {
		if !match.MatchString(group.name) {
			continue
		}
		if err := group.print(ctx); err != nil {
			return fmt.Errorf("%s: %w", group.name, err)
		}
	}
	return nil
}

// each prints the comparisons of a group.
func each(group func(context.Context) ([]comparison, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		comparisons, err := group(ctx)
		for _, c := range comparisons {
			c.print()
		}
		return err
	}
}

// print runs both ways by turns, so that a slow moment of the machine hits both, and keeps the best
// of each.
func (c comparison) print() {
	var ours, other float64
	for range 3 {
		ours = best(ours, c.ours)
		other = best(other, c.other)
	}
	fmt.Printf("ratio %s %.0f %.0f %.3f\n", c.name, ours, other, ours/other)
}

func best(so float64, f func(*testing.B)) float64 {
	r := testing.Benchmark(f)
	ns := float64(r.T.Nanoseconds()) / float64(r.N)
	if so == 0 || ns < so {
		return ns
	}
	return so
}
