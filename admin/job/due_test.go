package job_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
)

// organization creates an organization.
func (w *world) organization(org admin.OrgID) {
	w.t.Helper()
	u := people.User{ID: w.newID(), Name: "Ann", Role: people.Administrator, Status: people.UserActive, Version: 1}
	require.NoError(w.t, w.backend.Organizations().Create(w.t.Context(), people.Organization{ID: org, Name: string(org), Version: 1},
		u, people.Credential{UserID: u.ID}, w.record("organization.create")))
}

// add creates a job without entries in an organization.
func (w *world) add(org admin.OrgID, change ...func(*job.Job)) uuid.UUID {
	w.t.Helper()
	j := job.Job{ID: w.newID(), Kind: toy, Status: job.Pending, CreatedAt: w.clock(), UpdatedAt: w.clock(), Version: 1}
	for _, c := range change {
		c(&j)
	}
	require.NoError(w.t, w.backend.Jobs().Create(w.t.Context(), org, j, nil, w.record("toy.create")))
	return j.ID
}

// service reads and operates the jobs of the kinds.
func (w *world) service(kinds map[job.Kind]job.Rules) *job.Service {
	w.t.Helper()
	s, err := job.NewService(job.Ports{Jobs: w.backend.Jobs()}, job.Options{Runtime: w.runner.Runtime, Kinds: kinds})
	require.NoError(w.t, err)
	return s
}

// work claims a job and commits an empty batch, after which it is due again at an instant, or is completed.
func (w *world) work(r job.Ref, retryAt time.Time, status job.Status) {
	w.t.Helper()
	now := w.clock()
	j, err := w.backend.Jobs().Claim(w.t.Context(), r.Org, r.ID, job.Claim{Worker: "this", Now: now, Until: now.Add(time.Minute)})
	require.NoError(w.t, err, "what is due can be claimed")
	cp := job.Checkpoint{ID: r.ID, Attempt: j.Lease.Attempt, From: j.Cursor, Status: status, RetryAt: retryAt, At: now}
	if status.Final() {
		require.NoError(w.t, w.backend.Jobs().Finish(w.t.Context(), r.Org, cp, w.record(job.ActionComplete)))
		return
	}
	require.NoError(w.t, w.backend.Jobs().Commit(w.t.Context(), r.Org, cp))
}

func TestDueOrder(t *testing.T) {
	w := newWorld(t)
	jobs := w.service(map[job.Kind]job.Rules{toy: {}, "plan": {}})
	late := w.add(acme, func(j *job.Job) { j.TriedAt = start.Add(2) })
	early := w.add(acme, func(j *job.Job) { j.TriedAt, j.Kind = start.Add(1), "plan" })
	never := w.add(acme)
	second := w.add(acme)
	w.add(acme, func(j *job.Job) { j.Kind = "unknown" })
	w.add(acme, func(j *job.Job) { j.Status, j.Lease = job.InProgress, job.Lease{Worker: "other", Until: start.Add(1)} })
	w.add(acme, func(j *job.Job) { j.Status, j.RetryAt = job.InProgress, start.Add(1) })
	for _, status := range job.Statuses() {
		if !status.Runnable() {
			w.add(acme, func(j *job.Job) { j.Status = status })
		}
	}
	scheduled := w.add(acme, func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, start.Add(time.Hour) })
	want := []job.Ref{
		{Org: acme, ID: never, Kind: toy}, {Org: acme, ID: second, Kind: toy},
		{Org: acme, ID: early, Kind: "plan", TriedAt: start.Add(1)}, {Org: acme, ID: late, Kind: toy, TriedAt: start.Add(2)},
	}
	for limit := 1; limit <= len(want); limit++ {
		due, err := jobs.Due(t.Context(), limit)
		require.NoError(t, err)
		require.Equal(t, want[:limit], due, "never tried first, then longest ago, then the id")
	}
	w.wait(time.Hour)
	due, err := jobs.Due(t.Context(), admin.MaxLimit)
	require.NoError(t, err)
	require.Len(t, due, 7)
	require.Equal(t, job.Ref{Org: acme, ID: scheduled, Kind: toy}, due[4])
}

func TestDueTakesTurns(t *testing.T) {
	w := newWorld(t)
	jobs := w.service(map[job.Kind]job.Rules{toy: {}})
	for org := range 5 {
		o := admin.OrgID(fmt.Sprint("o", org))
		w.organization(o)
		for range 3 {
			w.add(o)
		}
	}
	for _, tc := range []struct {
		reason string
		limit  int
		want   string
	}{
		{"the first two", 2, "o0 o1"},
		{"goes on after them", 2, "o2 o3"},
		{"begins again", 2, "o4 o0"},
		{"goes on in the middle", 1, "o1"},
		{"all once, and one twice if there is room", 6, "o2 o3 o4 o0 o1 o2"},
		{"goes on as if that had not been", 1, "o2"},
		{"all", 15, "o3 o4 o0 o1 o2 o3 o4 o0 o1 o2 o3 o4 o0 o1 o2"},
		{"all of them whatever the limit", 500, "o3 o4 o0 o1 o2 o3 o4 o0 o1 o2 o3 o4 o0 o1 o2"},
	} {
		due, err := jobs.In(job.Ports{Jobs: w.backend.Jobs()}).Due(t.Context(), tc.limit)
		require.NoError(t, err)
		got := ""
		for i, r := range due {
			if i > 0 {
				got += " "
			}
			got += string(r.Org)
		}
		require.Equal(t, tc.want, got, tc.reason)
	}
}

func TestDueLimits(t *testing.T) {
	w := newWorld(t)
	jobs := w.service(map[job.Kind]job.Rules{toy: {}})
	for _, limit := range []int{0, -1, admin.MaxLimit + 1} {
		_, err := jobs.Due(t.Context(), limit)
		require.ErrorIs(t, err, admin.ErrInvalid)
		require.ErrorContains(t, err, "use 1 to 500")
	}
	due, err := jobs.Due(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, due)
	w.add(acme)
	due, err = w.service(nil).Due(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, due, "a service that knows no kind has nothing to do")
}

func TestDueOfAStorageThatIsDown(t *testing.T) {
	w := newWorld(t)
	w.add(acme)
	calls, down := 0, 1
	jobs, err := job.NewService(job.Ports{Jobs: dueStore{w.backend.Jobs(), func() error {
		if calls++; calls == down {
			return errStruck
		}
		return nil
	}}}, job.Options{Runtime: w.runner.Runtime, Kinds: map[job.Kind]job.Rules{toy: {}}})
	require.NoError(t, err)
	_, err = jobs.Due(t.Context(), 1)
	require.ErrorIs(t, err, errStruck)
	due, err := jobs.Due(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, due, 1)
	down = 4 // the second read of the second round
	_, err = jobs.Due(t.Context(), 1)
	require.ErrorIs(t, err, errStruck)
	due, err = jobs.Due(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, due, 1)
}

type dueStore struct {
	job.Store
	before func() error
}

func (s dueStore) Due(ctx context.Context, now time.Time, q job.DueQuery) ([]job.Ref, error) {
	if err := s.before(); err != nil {
		return nil, err
	}
	return s.Store.Due(ctx, now, q)
}

// A thousand broken jobs of one organization, due at any time, delay another's job by one batch.
func TestDueIsFairBesideAThousandBrokenJobs(t *testing.T) {
	for _, limit := range []int{1, 2, 7, 64, 500} {
		t.Run(fmt.Sprint("limit ", limit), func(t *testing.T) {
			w := newWorld(t)
			jobs := w.service(map[job.Kind]job.Rules{toy: {}})
			w.organization("zeta")
			for range 1000 {
				w.add(acme)
			}
			healthy := w.add("zeta")
			for range 5 {
				broken, at := 0, -1
				for at < 0 {
					due, err := jobs.Due(t.Context(), limit)
					require.NoError(t, err)
					for i, r := range due {
						w.wait(time.Second)
						w.work(r, time.Time{}, job.InProgress)
						if r.ID == healthy {
							at = i
						} else if at < 0 {
							broken++
						}
					}
				}
				require.LessOrEqual(t, broken, 1)
			}
		})
	}
}

// With any limit, while an organization waits with a job that is due, each job of the others is done once at
// most. And the list is what it should be.
func TestDueIsFair(t *testing.T) {
	kinds := map[job.Kind]job.Rules{toy: {}, "plan": {}}
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t)
		jobs := w.service(kinds)
		all := map[uuid.UUID]admin.OrgID{}
		var orgs []admin.OrgID
		create := func() {
			org := orgs[r.IntN(len(orgs))]
			all[w.add(org, func(j *job.Job) { j.Kind = []job.Kind{toy, toy, "plan", "unknown"}[r.IntN(4)] })] = org
		}
		for i := range 1 + r.IntN(8) {
			orgs = append(orgs, admin.OrgID(fmt.Sprint("o", i)))
			w.organization(orgs[i])
		}
		for range 1 + r.IntN(40) {
			create()
		}
		// due returns the organizations that have jobs that are due, with these.
		due := func() map[admin.OrgID][]job.Ref {
			m := map[admin.OrgID][]job.Ref{}
			for id, org := range all {
				j, err := w.backend.Jobs().Get(t.Context(), org, id)
				require.NoError(t, err)
				if at, ok := j.DueAt(); ok && !at.After(w.clock()) && j.Kind != "unknown" {
					m[org] = append(m[org], j.Ref(org))
				}
			}
			for _, refs := range m {
				slices.SortFunc(refs, func(a, b job.Ref) int {
					return cmp.Or(a.TriedAt.Compare(b.TriedAt), slices.Compare(a.ID[:], b.ID[:]))
				})
			}
			return m
		}
		limit := 1 + r.IntN(10)
		waits := map[admin.OrgID]map[uuid.UUID]int{} // by an organization that waits, what was done meanwhile
		for range 30 {
			now := due()
			list, err := jobs.Due(t.Context(), limit)
			require.NoError(t, err)
			total := 0
			for org, refs := range now {
				total += len(refs)
				if waits[org] == nil {
					waits[org] = map[uuid.UUID]int{}
				}
			}
			require.Len(t, list, min(limit, total), "seed %d", seed)
			taken := map[admin.OrgID]int{}
			for i, ref := range list {
				require.Equal(t, now[ref.Org][taken[ref.Org]], ref, "seed %d: of an organization, in order", seed)
				taken[ref.Org]++
				if i >= len(now) {
					require.Len(t, taken, len(now), "a second job only if each organization has one")
				}
			}
			for _, ref := range list {
				w.wait(time.Second)
				status, retryAt := job.InProgress, time.Time{}
				switch r.IntN(8) {
				case 0:
					status = job.Completed
				case 1, 2:
					retryAt = w.clock().Add(time.Duration(r.IntN(60)) * time.Second)
				}
				w.work(ref, retryAt, status)
				delete(waits, ref.Org)
				for org, done := range waits {
					done[ref.ID]++
					require.LessOrEqual(t, done[ref.ID], 1, "seed %d, limit %d: %s waits, and %s was done twice", seed, limit, org, ref.Org)
				}
				if r.IntN(6) == 0 {
					create()
				}
			}
			if len(list) == 0 {
				w.wait(10 * time.Second)
			}
		}
	}
}
