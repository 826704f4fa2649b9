package main

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// rate is how fast goroutines together do something over and over.
type rate struct {
	name       string
	goroutines int
	// start makes what one goroutine runs: the thing n times.
	start func() func(n int) error
}

// printRates runs them by turns, as contestants are, and prints the best turn of each.
func printRates(rates []rate) error {
	const (
		turn  = 50 * time.Millisecond
		turns = 30
	)
	times := make([]int, len(rates))
	for i, r := range rates {
		for times[i] = 1000; ; times[i] *= 2 {
			took, _, err := r.run(times[i])
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			if took >= turn {
				break
			}
		}
	}
	speeds, allocs := make([]float64, len(rates)), make([]float64, len(rates))
	for range turns {
		for i, r := range rates {
			took, made, err := r.run(times[i])
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			done := float64(times[i] * r.goroutines)
			if speed := done / took.Seconds(); speed > speeds[i] {
				speeds[i], allocs[i] = speed, float64(made)/done
			}
		}
	}
	for i, r := range rates {
		fmt.Printf("rate %s %.0f events/s %.1f allocs/event\n", r.name, speeds[i], allocs[i])
	}
	return nil
}

// run has each goroutine do it n times; it returns the time and the allocations, without those of the
// start.
func (r rate) run(n int) (time.Duration, uint64, error) {
	var before, after runtime.MemStats
	works := make([]func(n int) error, r.goroutines)
	failed := make([]error, r.goroutines)
	for i := range works {
		works[i] = r.start()
		if err := works[i](1000); err != nil { // the first fill what is kept in memory
			return 0, 0, err
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	var all sync.WaitGroup
	for i, work := range works {
		all.Go(func() { failed[i] = work(n) })
	}
	all.Wait()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	return took, after.Mallocs - before.Mallocs, errors.Join(failed...)
}
