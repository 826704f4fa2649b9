package job

import (
	"context"
	"sync"
	"time"
)

// topics are the jobs that are watched by one service. A service in a transaction has topics of its own: what
// is not committed is not for other watchers, and no watcher can read by the transaction once it has ended.
type topics struct {
	poll time.Duration

	mu  sync.Mutex
	all map[jobKey]*topic
}

// join returns the topic of a job, which the caller must leave.
func (ts *topics) join(key jobKey) *topic {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.all[key]
	if t == nil || t.failed() {
		t = &topic{
			key: key, poll: ts.poll, due: time.Now().Add(ts.poll),
			baton: make(chan struct{}, 1), changed: make(chan struct{}),
		}
		if ts.all == nil {
			ts.all = map[jobKey]*topic{}
		}
		ts.all[key] = t
	}
	t.watchers++
	return t
}

// leave drops the topic if the caller was the last to watch it.
func (ts *topics) leave(t *topic) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t.watchers--; t.watchers == 0 && ts.all[t.key] == t {
		delete(ts.all, t.key)
	}
}

// topic is a job that is watched. The watcher that holds the baton waits for the next read and does it, on
// behalf of all. It has the baton only while it waits for a change, so that a slow one holds up no other.
type topic struct {
	key      jobKey
	poll     time.Duration
	watchers int           // under topics.mu
	baton    chan struct{} // holds an element while a watcher has the baton
	due      time.Time     // of the next read, by the machine's clock; for the holder of the baton

	mu      sync.Mutex
	n       int64 // changes so far
	latest  Update
	began   time.Time     // when the last read began, by the machine's clock
	err     error         // why there will be no more changes
	changed chan struct{} // closed by the next change
	pace    pace
}

// next returns the latest state and its number once that is not seen.
func (t *topic) next(
	ctx context.Context, seen int64, read func() (reading, error),
) (u Update, n int64, err error) {
	for {
		u, n, changed, err := t.state()
		if err != nil || n != seen {
			return u, n, err
		}
		select {
		case <-ctx.Done():
			return Update{}, 0, ctx.Err()
		case <-changed:
		case t.baton <- struct{}{}:
			if err := t.look(ctx, seen, read); err != nil {
				return Update{}, 0, err
			}
		}
	}
}

// look reads the job each poll until it has changed. It fails when ctx ends; other errors of reading are for
// all who watch. The caller has the baton, which look puts down.
func (t *topic) look(ctx context.Context, seen int64, read func() (reading, error)) error {
	defer func() { <-t.baton }()
	for {
		if _, n, _, err := t.state(); err != nil || n != seen {
			return nil // a change came before the baton
		}
		sleep(ctx, time.Until(t.due), nil)
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := read()
		t.due = time.Now().Add(t.poll)
		switch {
		case err == nil:
			t.observe(r)
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			t.fail(err)
		}
	}
}

func (t *topic) state() (u Update, n int64, changed <-chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.latest, t.n, t.changed, t.err
}

func (t *topic) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err != nil
}

// reading is a job as it was read.
type reading struct {
	job   Job
	at    time.Time // when, as the service counts time
	began time.Time // when the read began, by the machine's clock
}

// observe takes notice of a reading, unless that of another watcher is later.
func (t *topic) observe(r reading) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n > 0 && (r.began.Before(t.began) || r.job.Version < t.latest.Job.Version) {
		return
	}
	t.began = r.began
	u := Update{Job: r.job, Hold: r.job.Hold(r.at), Rate: t.pace.rate(r.began, r.job.Counts.Settled())}
	u.Left = left(r.job, u.Rate)
	if t.n == 0 || u.differs(t.latest) {
		t.latest = u
		t.change()
	}
}

// differs reports whether u is news after old. That a lease was renewed is none.
func (u Update) differs(old Update) bool {
	return u.Job.Version != old.Job.Version || u.Job.Status != old.Job.Status ||
		u.Hold.Reason != old.Hold.Reason || u.Hold.Worker != old.Hold.Worker
}

// fail ends the topic. Watchers who come later have another one.
func (t *topic) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.err = err
	t.change()
}

func (t *topic) change() {
	t.n++
	close(t.changed)
	t.changed = make(chan struct{})
}
