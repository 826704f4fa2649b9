package storagetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// atOnce calls fn n times at the same time and returns how each ended.
func atOnce(t *testing.T, n int, fn func(ctx context.Context, n int) error) []error {
	t.Helper()
	errs, start := make([]error, n), make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			<-start
			errs[i] = fn(t.Context(), i)
		})
	}
	close(start)
	group.Wait()
	return errs
}

// succeeded lists the calls that succeeded; the others must have failed with one of allowed.
func succeeded(t *testing.T, errs []error, allowed ...error) []int {
	t.Helper()
	var out []int
	for i, err := range errs {
		if err == nil {
			out = append(out, i)
			continue
		}
		known := false
		for _, a := range allowed {
			known = known || errors.Is(err, a)
		}
		require.True(t, known, "unexpected failure: %v", err)
	}
	return out
}
