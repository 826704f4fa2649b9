// Bench measures the library beside the alternative, in one run on the same machine.
//
//	go run ./bench            # everything
//	go run ./bench -run token
//
// Each line is `ratio <name> <ours ns> <other ns> <ours/other>`, for one operation of each. Machines
// differ and are noisy: only the ratio means something.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
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
	flag.Parse()
	if err := run(context.Background(), *pattern); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, pattern string) error {
	match, err := regexp.Compile(pattern)
	if err != nil {
		return err
	}
	for _, group := range []struct {
		name string
		make func(context.Context) ([]comparison, error)
	}{
		{"token", tokens}, {"convert", conversions}, {"import", imports},
	} {
		if !match.MatchString(group.name) {
			continue
		}
		comparisons, err := group.make(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", group.name, err)
		}
		for _, c := range comparisons {
			c.print()
		}
	}
	return nil
}

// print runs both ways by turns, so that a slow moment of the machine hits both, and keeps the best
// of each.
func (c comparison) print() {
	const rounds = 3
	var ours, other float64
	for range rounds {
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
