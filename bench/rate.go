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

// print runs it in turns of a twentieth of a second or more and prints the best.
func (r rate) print() error {
	const turn = time.Second / 20
	var best, allocs float64
	for n, turns := 1000, 0; turns < 30; {
		took, made, err := r.run(n)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if took < turn {
			n *= 2
			continue
		}
		turns++
		done := float64(n * r.goroutines)
		if speed := done / took.Seconds(); speed > best {
			best, allocs = speed, float64(made)/done
		}
	}
	fmt.Printf("rate %s %.0f events/s %.2f allocs/event\n", r.name, best, allocs)
	return nil
}

// run has each goroutine do it n times; it tells the time and the allocations, without those of the
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
