package storagetest

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/storage"
)

// everyDue asks for all due jobs of the kinds that the suite makes.
func everyDue() job.DueQuery { return allDue("other", "test") }

func allDue(kinds ...job.Kind) job.DueQuery {
	return job.DueQuery{Orgs: 100_000, PerOrg: 100_000, Kinds: kinds}
}

// ownJob is a job of a kind that no other organization has, so that a backend that is shared shows no others.
func (w *world) ownJob() job.Job {
	j := w.job()
	j.Kind = job.Kind("test " + w.org)
	return j
}

func (w *world) createJob(t *testing.T, j job.Job) job.Job {
	t.Helper()
	require.NoError(t, w.b.Jobs().Create(t.Context(), w.org, j, nil, w.rec("job.create")))
	return j
}

func (w *world) due(t *testing.T, now time.Time, q job.DueQuery) []job.Ref {
	t.Helper()
	refs, err := w.b.Jobs().Due(t.Context(), now, q)
	require.NoError(t, err)
	return refs
}

func testJobsDue(t *testing.T, b storage.Backend, c *ids) {
	t.Run("from the instant on at which a worker may claim it", func(t *testing.T) {
		w := newWorld(t, b, c)
		for _, tc := range dueCases() {
			t.Run(tc.reason, func(t *testing.T) { w.requireDue(t, tc) })
		}
	})
	t.Run("when package job says so, for drawn jobs", func(t *testing.T) {
		w, r := newWorld(t, b, c), rand.New(rand.NewPCG(3, 4))
		var made []job.Job
		for range 60 {
			made = append(made, w.createJob(t, w.drawnDue(r)))
		}
		q := allDue(made[0].Kind)
		for _, at := range dueInstants() {
			for _, now := range []time.Time{at.Add(-time.Microsecond), at, at.Add(time.Microsecond)} {
				want := dueModel(map[admin.OrgID][]job.Job{w.org: made}, now, q)
				require.Equal(t, want, w.due(t, now, q), now)
			}
		}
	})
	t.Run("no more under a lease, and after it behind those that were never tried", func(t *testing.T) {
		w := newWorld(t, b, c)
		tried, other := w.createJob(t, w.ownJob()), w.createJob(t, w.ownJob())
		q := allDue(tried.Kind)
		require.Equal(t, []job.Ref{tried.Ref(w.org), other.Ref(w.org)}, w.due(t, epoch, q))
		tried, err := b.Jobs().Claim(t.Context(), w.org, tried.ID,
			job.Claim{Worker: "w", Now: epoch, Until: epoch.Add(time.Minute)})
		require.NoError(t, err)
		require.Equal(t, []job.Ref{other.Ref(w.org)}, w.due(t, epoch.Add(time.Minute-time.Microsecond), q))
		require.Equal(t, []job.Ref{other.Ref(w.org), tried.Ref(w.org)}, w.due(t, epoch.Add(time.Minute), q))
		require.NoError(t, b.Jobs().Renew(t.Context(), w.org, tried.ID, 1, epoch.Add(time.Hour)))
		require.Equal(t, []job.Ref{other.Ref(w.org)}, w.due(t, epoch.Add(time.Minute), q))
		require.NoError(t, b.Jobs().Release(t.Context(), w.org, tried.ID, 1))
		require.Equal(t, []job.Ref{other.Ref(w.org), tried.Ref(w.org)}, w.due(t, epoch, q))
		finished := job.Checkpoint{ID: tried.ID, Attempt: 1, Status: job.Completed, At: epoch}
		require.NoError(t, b.Jobs().Finish(t.Context(), w.org, finished, w.rec("job.complete")))
		require.Equal(t, []job.Ref{other.Ref(w.org)}, w.due(t, epoch.AddDate(1, 0, 0), q))
	})
	t.Run("of these kinds and no others", func(t *testing.T) {
		w := newWorld(t, b, c)
		var refs []job.Ref
		var kinds []job.Kind
		for n := range 20 {
			j := w.ownJob()
			j.Kind += job.Kind(fmt.Sprint(" ", n))
			refs, kinds = append(refs, w.createJob(t, j).Ref(w.org)), append(kinds, j.Kind)
		}
		require.Empty(t, w.due(t, epoch, allDue()))
		for _, n := range []int{1, 2, 8, 9, 20} {
			require.Equal(t, refs[:n], w.due(t, epoch, allDue(kinds[:n]...)), "%d kinds", n)
		}
		require.Empty(t, w.due(t, epoch, allDue(kinds[0]+" ", "TEST "+kinds[0][5:])))
	})
	t.Run("so many of an organization, and of so many organizations", func(t *testing.T) { testDuePages(t, b, c) })
}

type dueCase struct {
	reason string
	with   func(*job.Job)
	at     time.Time // when it is due; zero if at any time
	never  bool
}

func dueCases() []dueCase {
	first, then := epoch.Add(time.Hour), epoch.Add(2*time.Hour)
	cases := []dueCase{
		{"pending", func(j *job.Job) {}, time.Time{}, false},
		{"in progress and free", func(j *job.Job) { j.Status = job.InProgress }, time.Time{}, false},
		{"scheduled", func(j *job.Job) { j.Status, j.StartAt = job.Scheduled, first }, first, false},
		{"scheduled without an instant", func(j *job.Job) { j.Status = job.Scheduled }, time.Time{}, false},
		{"confirmed, whose start does not count any more", func(j *job.Job) { j.StartAt = first }, time.Time{}, false},
		{"failed once", func(j *job.Job) { j.RetryAt = first }, first, false},
		{"under a lease", func(j *job.Job) {
			j.Status, j.Lease = job.InProgress, job.Lease{Attempt: 1, Worker: "w", Until: first}
		}, first, false},
		{"under a lease that was given up", func(j *job.Job) {
			j.Status, j.Lease = job.InProgress, job.Lease{Attempt: 1, Until: first}
		}, time.Time{}, false},
		{"scheduled after the next try", func(j *job.Job) {
			j.Status, j.StartAt, j.RetryAt = job.Scheduled, then, first
		}, then, false},
		{"scheduled before the next try", func(j *job.Job) {
			j.Status, j.StartAt, j.RetryAt = job.Scheduled, first, then
		}, then, false},
		{"under a lease past the next try", func(j *job.Job) {
			j.RetryAt, j.Lease = first, job.Lease{Attempt: 1, Worker: "w", Until: then}
		}, then, false},
	}
	for _, s := range job.Statuses() {
		if !s.Runnable() {
			cases = append(cases, dueCase{"never while " + string(s), func(j *job.Job) { j.Status = s }, time.Time{}, true})
		}
	}
	return cases
}

func (w *world) requireDue(t *testing.T, tc dueCase) {
	t.Helper()
	j := w.ownJob()
	j.Kind += job.Kind(" " + j.ID.String())
	tc.with(&j)
	w.createJob(t, j)
	q := allDue(j.Kind)
	if tc.never {
		require.Empty(t, w.due(t, epoch.AddDate(1000, 0, 0), q))
		return
	}
	at, ok := j.DueAt()
	require.True(t, ok)
	require.Equal(t, tc.at, at)
	for _, now := range []time.Time{at, at.Add(time.Microsecond), at.AddDate(1000, 0, 0)} {
		require.Equal(t, []job.Ref{j.Ref(w.org)}, w.due(t, now, q), now)
	}
	require.Empty(t, w.due(t, at.Add(-time.Microsecond), q))
}

// dueInstants has some of an hour and those at the ends of what is stored.
func dueInstants() []time.Time {
	out := []time.Time{
		{}, time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC), time.Unix(0, 0).UTC(),
		time.Date(9999, 12, 31, 23, 59, 59, 999998000, time.UTC),
	}
	for n := range 4 {
		out = append(out, epoch.Add(time.Duration(n)*20*time.Minute))
	}
	return out
}

// drawnDue is a job whose status and instants are drawn.
func (w *world) drawnDue(r *rand.Rand) job.Job {
	at := func() time.Time {
		all := dueInstants()
		return all[r.IntN(len(all))]
	}
	j := w.ownJob()
	runnable := []job.Status{job.Scheduled, job.Scheduled, job.Pending, job.InProgress}
	j.Status = append(runnable, job.Statuses()...)[r.IntN(len(runnable)+len(job.Statuses()))]
	j.StartAt, j.RetryAt, j.TriedAt, j.Lease = at(), at(), at(), job.Lease{Attempt: 1, Until: at()}
	if r.IntN(2) == 0 {
		j.Lease.Worker = "w"
	}
	return j
}

// dueModel is what Due returns of jobs.
func dueModel(jobs map[admin.OrgID][]job.Job, now time.Time, q job.DueQuery) (out []job.Ref) {
	for _, org := range slices.Sorted(maps.Keys(jobs)) {
		var due []job.Ref
		for _, j := range jobs[org] {
			if at, ok := j.DueAt(); ok && !at.After(now) && slices.Contains(q.Kinds, j.Kind) {
				due = append(due, j.Ref(org))
			}
		}
		if org <= q.After || len(due) == 0 || q.Orgs == 0 {
			continue
		}
		slices.SortFunc(due, func(a, b job.Ref) int {
			return cmp.Or(a.TriedAt.Compare(b.TriedAt), cmp.Compare(a.ID.String(), b.ID.String()))
		})
		out, q.Orgs = append(out, due[:min(len(due), q.PerOrg)]...), q.Orgs-1
	}
	return out
}

// testDuePages has organizations with queues of several lengths, so that an adapter that reads in pages
// ends them at every place.
func testDuePages(t *testing.T, b storage.Backend, c *ids) {
	first := newWorld(t, b, c)
	kind := first.ownJob().Kind
	jobs := map[admin.OrgID][]job.Job{}
	for _, n := range []int{1, 7, 0, 2, 40, 1, 1, 12, 3} {
		w := newWorld(t, b, c)
		for k := range n {
			j := w.job()
			j.Kind, j.TriedAt = kind, epoch.Add(time.Duration(k*7%5)*time.Minute)
			if k%6 == 5 {
				j.Status = job.Completed
			}
			jobs[w.org] = append(jobs[w.org], w.createJob(t, j))
		}
	}
	orgs := append(slices.Sorted(maps.Keys(jobs)), "", "org", "~")
	r := rand.New(rand.NewPCG(5, 6))
	for range 80 {
		q := job.DueQuery{Orgs: 1 + r.IntN(9), PerOrg: 1 + r.IntN(12), Kinds: []job.Kind{kind}}
		q.After = orgs[r.IntN(len(orgs))]
		require.Equal(t, dueModel(jobs, epoch, q), first.due(t, epoch, q), "%+v", q)
	}
	all := job.DueQuery{Orgs: 100, PerOrg: 1, Kinds: []job.Kind{kind}}
	refs := first.due(t, epoch, all)
	require.Len(t, refs, 8, "one of each that has any")
	all.After, all.Orgs = refs[2].Org, 3
	require.Equal(t, refs[3:6], first.due(t, epoch, all), "the organizations after one")
}
