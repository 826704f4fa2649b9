package river

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage/memory"
)

func testCenter(t *testing.T) *admincenter.Center {
	t.Helper()
	c, err := admincenter.New(memory.New(), admincenter.Options{})
	require.NoError(t, err)
	return c
}

func TestOptionsAreChecked(t *testing.T) {
	bad := Options{Slice: -1, Batch: -1, Every: -1}
	_, err := NewWorker(testCenter(t), bad)
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 3)
	_, err = NewSweep(testCenter(t), nothing{}, bad)
	require.ErrorIs(t, err, admin.ErrInvalid)
}

func TestWhatIsRequired(t *testing.T) {
	_, err := NewWorker(nil, Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = NewSweep(nil, nothing{}, Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	_, err = NewSweep(testCenter(t), nil, Options{})
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.ErrorIs(t, Listen(t.Context(), nil, "", nil, Options{}), admin.ErrInvalid)
	require.ErrorIs(t, Enqueue(nil, Options{})(t.Context(), memory.New(), job.Ref{}, time.Time{}), admin.ErrInvalid)
}

func TestAnnouncementsNeedATransaction(t *testing.T) {
	ref := job.Ref{Org: "acme", ID: uuid.Max}
	for reason, announce := range map[string]func() error{
		"to insert a River job": func() error {
			return Enqueue(nothing{}, Options{})(t.Context(), memory.New(), ref, time.Time{})
		},
		"to notify": func() error { return Notify("")(t.Context(), memory.New(), ref, time.Time{}) },
	} {
		t.Run(reason, func(t *testing.T) {
			err := announce()
			require.ErrorIs(t, err, admin.ErrState)
			require.ErrorContains(t, err, "outside of a transaction")
		})
	}
}

func TestSweepEndsWithItsContext(t *testing.T) {
	s, err := NewSweep(testCenter(t), nothing{}, Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, s.Run(ctx))
}
