package main

import (
	"errors"
	"sync"
	"time"
)

// printPair times two ways of the same, each by that many goroutines at once, by turns, so that a slow moment
// of the machine hits both, and prints the best turns.
func printPair(name string, goroutines, rounds int, ours, other func() error) error {
	const least = 2 * time.Millisecond
	ways, best, times := [2]func() error{ours, other}, [2]float64{}, [2]int{}
	for i, f := range ways {
		if _, err := together(goroutines, 20, f); err != nil { // so that it is prepared on each connection
			return err
		}
		for times[i] = 1; ; times[i] *= 2 {
			took, err := together(goroutines, times[i], f)
			if err != nil {
				return err
			}
			if took >= least {
				break
			}
		}
	}
	for range rounds {
		for i, f := range ways {
			took, err := together(goroutines, times[i], f)
			if err != nil {
				return err
			}
			if ns := float64(took.Nanoseconds()) / float64(times[i]*goroutines); best[i] == 0 || ns < best[i] {
				best[i] = ns
			}
		}
	}
	printRatio(name, best[0], best[1])
	return nil
}

// together has each goroutine call f n times, and returns how long it took.
func together(goroutines, n int, f func() error) (time.Duration, error) {
	if goroutines == 1 {
		began := time.Now()
		err := repeat(n, f)
		return time.Since(began), err
	}
	failed := make([]error, goroutines)
	var all sync.WaitGroup
	began := time.Now()
	for i := range goroutines {
		all.Go(func() { failed[i] = repeat(n, f) })
	}
	all.Wait()
	return time.Since(began), errors.Join(failed...)
}

func repeat(n int, f func() error) error {
	for range n {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}
