package job

import (
	"io"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// jobKey identifies a job among those of all organizations.
type jobKey struct {
	org admin.OrgID
	id  uuid.UUID
}

func (r Ref) key() jobKey { return jobKey{r.Org, r.ID} }

// mostBackOff bounds the waits of a worker after failures.
const mostBackOff = 30 * time.Second

// backOff returns the wait after the n-th failure in a row, n >= 1: poll, doubled with each further one, and
// shortened at random.
func backOff(poll time.Duration, n int, random io.Reader) time.Duration {
	d := poll
	for ; n > 1 && d < mostBackOff; n-- {
		d *= 2
	}
	return jitter(min(d, max(poll, mostBackOff)), random)
}

// aside is the jobs that a worker leaves out for a while, because they could not be stepped. What is wrong with
// them is not in the database, where due jobs would be ordered by it.
type aside struct {
	poll   time.Duration
	random io.Reader

	mu   sync.Mutex
	jobs map[jobKey]rest
}

// rest is how long a job is left out.
type rest struct {
	until    time.Time // by the machine's clock
	failures int       // in a row
}

// briefly leaves a job out that another worker has or had a moment ago, for less than the shortest wait between
// two polls.
func (a *aside) briefly(k jobKey) { a.put(k, rest{until: time.Now().Add(a.poll / 4)}) }

// longer leaves a job out that failed once more, and returns how often it has in a row, and the wait.
func (a *aside) longer(k jobKey) (failures int, wait time.Duration) {
	a.mu.Lock()
	failures = a.jobs[k].failures + 1
	a.mu.Unlock()
	wait = backOff(a.poll, failures, a.random)
	a.put(k, rest{until: time.Now().Add(wait), failures: failures})
	return failures, wait
}

func (a *aside) put(k jobKey, r rest) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.jobs == nil {
		a.jobs = map[jobKey]rest{}
	}
	a.jobs[k] = r
}

func (a *aside) drop(k jobKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.jobs, k)
}

// look reports whether the job is left out now, and how often it failed in a row when it was stepped last.
func (a *aside) look(k jobKey) (left bool, failures int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.jobs[k]
	return ok && time.Now().Before(r.until), r.failures
}

// tidy forgets jobs that were not due any more, long after they might have been tried again. It reports whether
// any job is left out now.
func (a *aside) tidy() (left bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	for k, r := range a.jobs {
		left = left || now.Before(r.until)
		if now.Sub(r.until) > 2*max(a.poll, mostBackOff) {
			delete(a.jobs, k)
		}
	}
	return left
}
