package job

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// still is a store of one job that does not change.
type still struct{ Store }

func (still) Get(_ context.Context, _ admin.OrgID, id uuid.UUID) (Job, error) {
	return Job{ID: id, Kind: "still", Status: InProgress, Version: 1}, nil
}

func TestTopicsAreDroppedWhenNobodyWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := NewService(Ports{Jobs: still{}}, Options{Kinds: map[Kind]Rules{"still": {}}})
		require.NoError(t, err)
		kept := func() int {
			s.topics.mu.Lock()
			defer s.topics.mu.Unlock()
			return len(s.topics.all)
		}
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 10 {
			for range 2 {
				go func() {
					for _, err := range s.Watch(ctx, admin.System("acme"), uuid.UUID{byte(i)}) {
						_ = err // that ctx has ended
					}
				}()
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, 10, kept(), "one a job")
		cancel()
		synctest.Wait()
		require.Zero(t, kept())
		for range 2 {
			for _, err := range s.Watch(t.Context(), admin.System("acme"), uuid.UUID{1}) {
				require.NoError(t, err)
				require.Equal(t, 1, kept())
				break
			}
			require.Zero(t, kept())
		}
	})
}
