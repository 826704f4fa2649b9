package people

import (
	"context"
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
)

// HashSlots bound how many password hashes are computed at the same time. Each hash takes tens of megabytes
// and keeps a processor busy, so the bound belongs to the process: give the same HashSlots to every
// [Argon2id] and [Service] in it. It is safe for concurrent use.
type HashSlots struct{ free chan struct{} }

// maxHashSlots is the largest number of slots.
const maxHashSlots = 1024

// NewHashSlots returns n slots, 1 to 1,024. More than the number of processors only cost memory. It fails with
// [admin.ErrInvalid] for another n.
func NewHashSlots(n int) (*HashSlots, error) {
	if n < 1 || n > maxHashSlots {
		return nil, fmt.Errorf("people: %d hash slots: use 1 to %d: %w", n, maxHashSlots, admin.ErrInvalid)
	}
	return newHashSlots(n), nil
}

func newHashSlots(n int) *HashSlots { return &HashSlots{free: make(chan struct{}, n)} }

var errNoSlot = fmt.Errorf("too many passwords are being checked: %w", admin.ErrBusy)

// acquire takes a slot. It fails with [admin.ErrBusy] if none becomes free in time, and with the context's error.
func (s *HashSlots) acquire(ctx context.Context, within time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.free <- struct{}{}:
		return nil
	default:
	}
	wait, cancel := context.WithTimeoutCause(ctx, within, errNoSlot)
	defer cancel()
	select {
	case s.free <- struct{}{}:
		return nil
	case <-wait.Done():
		return context.Cause(wait)
	}
}

func (s *HashSlots) release() { <-s.free }
