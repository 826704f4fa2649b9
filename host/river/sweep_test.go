package river

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
)

// nothing is a client that inserts nothing.
type nothing struct{}

func (nothing) InsertTx(context.Context, *sql.Tx, river.JobArgs, *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	return nil, errors.New("not expected")
}

func (nothing) Insert(context.Context, river.JobArgs, *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	return nil, errors.New("the database is down")
}

// oneRow is a client in whose way there is a row.
type oneRow struct {
	row     rivertype.JobRow
	periods []time.Duration // of the inserts
}

func (c *oneRow) Insert(_ context.Context, _ river.JobArgs, o *river.InsertOpts) (*rivertype.JobInsertResult, error) {
	c.periods = append(c.periods, o.UniqueOpts.ByPeriod)
	return &rivertype.JobInsertResult{Job: &c.row, UniqueSkippedAsDuplicate: o.UniqueOpts.ByPeriod == 0}, nil
}

func sweepOf(t *testing.T, client Inserter, refs ...job.Ref) *Sweep {
	t.Helper()
	o, err := Options{}.complete()
	require.NoError(t, err)
	return &Sweep{o: o, client: client, due: func(context.Context, int) ([]job.Ref, error) { return refs, nil }}
}

func TestSweepLooksAtTheRowInTheWay(t *testing.T) {
	now := time.Now()
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	for reason, tc := range map[string]struct {
		row  rivertype.JobRow
		want int
	}{
		"it will be worked":                        {rivertype.JobRow{State: rivertype.JobStateAvailable}, 0},
		"it is being worked":                       {rivertype.JobRow{State: rivertype.JobStateRunning, AttemptedAt: ago(time.Minute)}, 0},
		"it runs longer than any can":              {rivertype.JobRow{State: rivertype.JobStateRunning, AttemptedAt: ago(2 * time.Minute)}, 1},
		"the leader makes it available soon":       {rivertype.JobRow{State: rivertype.JobStateScheduled, ScheduledAt: *ago(time.Second)}, 0},
		"no leader has made it available":          {rivertype.JobRow{State: rivertype.JobStateScheduled, ScheduledAt: *ago(10 * time.Second)}, 1},
		"it is scheduled for the job's next start": {rivertype.JobRow{State: rivertype.JobStateScheduled, ScheduledAt: *ago(-time.Hour)}, 0},
	} {
		t.Run(reason, func(t *testing.T) {
			c := &oneRow{row: tc.row}
			n, err := sweepOf(t, c, job.Ref{Org: "acme", ID: uuid.Max}).Once(t.Context())
			require.NoError(t, err)
			require.Equal(t, tc.want, n)
			require.Equal(t, []time.Duration{0, time.Minute}[:1+tc.want], c.periods)
		})
	}
}

func TestSweepLeavesOutWhatWasTriedAMomentAgo(t *testing.T) {
	c := &oneRow{}
	n, err := sweepOf(t, c, job.Ref{Org: "acme", ID: uuid.Max, TriedAt: time.Now().Add(-time.Second)}).Once(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, c.periods)
}

func TestSweepGoesOnAfterAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := sweepOf(t, nothing{}, job.Ref{Org: "acme", ID: uuid.Max})
		sweeps, due := 0, s.due
		s.due = func(ctx context.Context, limit int) ([]job.Ref, error) {
			if sweeps++; sweeps == 3 {
				cancel()
			}
			return due(ctx, limit)
		}
		require.NoError(t, s.Run(ctx))
		require.Equal(t, 3, sweeps)
	})
}
