package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

const (
	turn  = 5 * time.Millisecond // how long a contestant runs at a time, at least
	turns = 1000                 // how many they have together: some seconds, for any number of them
)

// contest is one job done by several contestants.
type contest struct {
	name        string
	want        any // the answer that all must give
	operations  int // how many operations doing the job once is
	contestants []contestant
}

// contestant is one way of doing the job.
type contestant struct {
	name string
	ours bool
	// run does the job n times and returns the last answer. The loop is the contestant's, so that no
	// call of ours is counted with what it does.
	run func(n int) (any, error)
}

// result is what one operation of a contestant took.
type result struct{ ns, allocs float64 }

// agree fails where a contestant gives another answer than the one wanted.
func (c contest) agree() error {
	for _, one := range c.contestants {
		got, err := one.run(1)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", c.name, one.name, err)
		}
		if !same(c.want, got) {
			return fmt.Errorf("%s.%s: the result is %v instead of %v", c.name, one.name, got, c.want)
		}
	}
	return nil
}

// measure times the contestants by turns, so that a slow moment of the machine hits all, and keeps
// the best turn of each. Turns are short, so that some are not disturbed; the best is then one in
// which the collector had little to do, which favors those that leave much behind.
func (c contest) measure() ([]result, error) {
	if err := c.agree(); err != nil {
		return nil, err
	}
	out := make([]result, len(c.contestants))
	times := make([]int, len(c.contestants))
	for i, one := range c.contestants {
		times[i] = enough(one)
		out[i].allocs = testing.AllocsPerRun(100, func() { _, _ = one.run(1) }) / float64(c.operations)
	}
	for range turns / len(c.contestants) {
		for i, one := range c.contestants {
			runtime.GC() // each starts without garbage of the one before
			took := timed(one, times[i])
			if ns := float64(took.Nanoseconds()) / float64(times[i]*c.operations); out[i].ns == 0 || ns < out[i].ns {
				out[i].ns = ns
			}
		}
	}
	return out, nil
}

// enough is how many times fill a turn.
func enough(one contestant) int {
	n := 1
	for min(timed(one, n), timed(one, n)) < turn {
		n *= 2
	}
	return n
}

func timed(one contestant, n int) time.Duration {
	began := time.Now()
	_, _ = one.run(n)
	return time.Since(began)
}

// print measures, and prints a line for each of ours beside each of the others, all from the same
// numbers, and one for the allocations of each.
func (c contest) print() error {
	results, err := c.measure()
	if err != nil {
		return err
	}
	for i, ours := range c.contestants {
		if !ours.ours {
			continue
		}
		for j, other := range c.contestants {
			if !other.ours {
				printRatio(c.name+"."+ours.name+"/"+other.name, results[i].ns, results[j].ns)
			}
		}
	}
	for i, one := range c.contestants {
		fmt.Printf("allocs %s.%s %s", c.name, one.name, short(results[i].allocs))
		if c.contestants[0].name == byHand {
			fmt.Printf(" (%s %s)", byHand, short(results[0].allocs))
		}
		fmt.Println()
	}
	return nil
}

func printRatio(name string, ours, other float64) {
	fmt.Printf("ratio %s %s %s %.3f\n", name, nanoseconds(ours), nanoseconds(other), ours/other)
}

func nanoseconds(ns float64) string {
	if ns < 1000 {
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// short is a count, with a fraction only where it has one.
func short(n float64) string {
	if n == float64(int64(n)) {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.2f", n)
}
