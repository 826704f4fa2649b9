package job_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// board is what a scripted worker is given to do, in a bubble of synctest.
type board struct {
	t     *testing.T
	began time.Time
	list  func(limit int) ([]job.Ref, error)                         // what is due
	do    func(ctx context.Context, r job.Ref) (job.Progress, error) // a step
	o     job.WorkerOptions                                          // of its worker
	log   bytes.Buffer                                               // of the worker, read when it has stopped
	mu    sync.Mutex                                                 // guards what follows
	asked []time.Duration                                            // when it asked for due jobs
	steps []scriptedStep                                             // in the order in which they began
	most  int                                                        // steps at once
	now   map[job.Ref]int                                            // steps of a job under way
}

type scriptedStep struct {
	job.Ref
	at time.Duration
}

func newBoard(t *testing.T) *board {
	b := &board{t: t, began: time.Now(), now: map[job.Ref]int{}}
	b.list = func(int) ([]job.Ref, error) { return nil, nil }
	b.do = func(context.Context, job.Ref) (job.Progress, error) { return job.Progress{}, nil }
	b.o.Logger = slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return b
}

func (b *board) due(_ context.Context, limit int) ([]job.Ref, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, time.Since(b.began))
	refs, err := b.list(limit)
	return refs[:min(limit, len(refs))], err
}

func (b *board) step(ctx context.Context, r job.Ref) (job.Progress, error) {
	b.mu.Lock()
	b.steps = append(b.steps, scriptedStep{r, time.Since(b.began)})
	b.now[r]++
	under := 0
	for _, n := range b.now {
		under += n
		if n > 1 {
			b.t.Errorf("%v is stepped twice at once", r)
		}
	}
	b.most = max(b.most, under)
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.now[r]--
	}()
	return b.do(ctx, r)
}

func (b *board) worker() *job.Worker {
	b.t.Helper()
	w, err := job.NewWorker(job.WorkerPorts{Due: b.due, Step: b.step}, b.o)
	require.NoError(b.t, err)
	return w
}

// run runs a worker for a time.
func (b *board) run(d time.Duration) {
	b.t.Helper()
	w := b.worker()
	ctx, cancel := context.WithTimeout(b.t.Context(), d)
	defer cancel()
	require.NoError(b.t, w.Run(ctx))
}

// of returns when the steps of a job began.
func (b *board) of(r job.Ref) (at []time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.steps {
		if s.Ref == r {
			at = append(at, s.at)
		}
	}
	return at
}

func ref(org admin.OrgID, n int) job.Ref {
	return job.Ref{Org: org, ID: uuid.UUID{15: byte(n), 14: byte(n >> 8)}, Kind: "scripted"}
}

// requireWaits checks that the time between two instants is at most the wait and at least its half.
func requireWaits(t *testing.T, at []time.Duration, waits ...time.Duration) {
	t.Helper()
	require.Greater(t, len(at), len(waits))
	for i, wait := range waits {
		got := at[i+1] - at[i]
		require.LessOrEqual(t, got, wait, "wait %d of %v", i, at)
		require.GreaterOrEqual(t, got, wait/2, "wait %d of %v", i, at)
	}
}

func TestNewWorkerRefuses(t *testing.T) {
	b := newBoard(t)
	ports := job.WorkerPorts{Due: b.due, Step: b.step}
	for _, tc := range []struct {
		reason string
		ports  job.WorkerPorts
		o      job.WorkerOptions
		paths  []string
	}{
		{"missing ports", job.WorkerPorts{}, job.WorkerOptions{}, []string{"/due", "/step"}},
		{"fewer goroutines than none", ports, job.WorkerOptions{Goroutines: -1}, []string{"/goroutines"}},
		{"more goroutines than any database serves", ports, job.WorkerOptions{Goroutines: 1001}, []string{"/goroutines"}},
		{"a poll in the past", ports, job.WorkerOptions{Poll: -time.Second}, []string{"/poll"}},
		{"a poll that is a spin", ports, job.WorkerOptions{Poll: time.Millisecond}, []string{"/poll"}},
		{"a poll that is too long to wait for", ports, job.WorkerOptions{Poll: 2 * time.Hour}, []string{"/poll"}},
		{"everything together", job.WorkerPorts{Due: b.due}, job.WorkerOptions{Goroutines: -1, Poll: 1}, []string{"/step", "/goroutines", "/poll"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w, err := job.NewWorker(tc.ports, tc.o)
			require.Nil(t, w)
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			var paths []string
			for _, f := range invalid.Fields {
				paths = append(paths, f.Path)
			}
			require.Equal(t, tc.paths, paths)
		})
	}
}

func TestWorkerPolls(t *testing.T) {
	for _, tc := range []struct {
		reason string
		random io.Reader
		poll   time.Duration
		least  time.Duration
	}{
		{"once a second, shortened at random by up to a half", nil, 0, time.Second / 2},
		{"as often as it is asked to", nil, time.Minute, time.Minute / 2},
		{"at full length without randomness", iotest.ErrReader(io.ErrUnexpectedEOF), 0, time.Second},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				b.o.Rand, b.o.Poll = tc.random, tc.poll
				poll := max(tc.poll, time.Second)
				b.run(100 * poll)
				require.Zero(t, b.asked[0], "it begins at once")
				distinct := map[time.Duration]bool{}
				for i := range b.asked[1:] {
					wait := b.asked[i+1] - b.asked[i]
					require.LessOrEqual(t, wait, poll)
					require.GreaterOrEqual(t, wait, tc.least)
					distinct[wait] = true
				}
				if tc.least < poll {
					require.Greater(t, len(distinct), 50, "waits differ")
				}
			})
		})
	}
}

func TestWorkerIsWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.o.Poll = time.Hour
		w := b.worker()
		w.Wake() // before it runs, which asks anyway
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		synctest.Wait()
		require.Len(t, b.asked, 1)
		for i := range 3 {
			time.Sleep(time.Second)
			w.Wake()
			synctest.Wait()
			require.Equal(t, b.asked[i+1], time.Duration(i+1)*time.Second, "at once")
		}
		cancel()
		require.NoError(t, <-done)
		for range 1000 {
			w.Wake() // does not block, even if nothing runs
		}
	})
}

func TestManyWakesAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.o.Poll, b.o.Goroutines = time.Hour, 1
		r := ref("acme", 1)
		b.list = func(int) ([]job.Ref, error) {
			if len(b.steps) > 0 {
				return nil, nil
			}
			return []job.Ref{r}, nil
		}
		w := b.worker()
		b.do = func(context.Context, job.Ref) (job.Progress, error) {
			for range 1000 {
				w.Wake() // while its goroutines are busy
				time.Sleep(time.Millisecond)
			}
			return job.Progress{}, nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, w.Run(ctx))
		require.Equal(t, []time.Duration{0, time.Second}, b.asked)
	})
}

func TestWorkerAsksAgainAfterWork(t *testing.T) {
	for _, tc := range []struct {
		reason string
		p      job.Progress
		err    error
	}{
		{"a batch that was done", job.Progress{Status: job.InProgress}, nil},
		{"a batch whose failure the job remembers", job.Progress{Status: job.InProgress, Hold: job.Hold{Reason: job.HoldRetry}}, errors.New("CRM answered 500")},
		{"a batch that failed because the host is busy", job.Progress{Status: job.InProgress, Hold: job.Hold{Reason: job.HoldRetry}}, admin.ErrBusy},
		{"a job that ended", job.Progress{Status: job.Completed}, nil},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				b.o.Poll = time.Hour
				b.list = func(int) ([]job.Ref, error) {
					if len(b.steps) == 5 {
						return nil, nil
					}
					return []job.Ref{ref("acme", 1)}, nil
				}
				b.do = func(context.Context, job.Ref) (job.Progress, error) {
					time.Sleep(time.Second)
					return tc.p, tc.err
				}
				b.run(time.Minute)
				var each []time.Duration
				for i := range 5 {
					each = append(each, time.Duration(i)*time.Second)
				}
				require.Equal(t, each, b.of(ref("acme", 1)))
				require.Equal(t, append(each, 5*time.Second), b.asked, "one question a batch, and no poll")
				require.NotContains(t, b.log.String(), "WARN")
			})
		})
	}
}

func TestWorkerStopsWithinABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.list = func(limit int) (refs []job.Ref, err error) {
			for i := range limit {
				refs = append(refs, ref("acme", i))
			}
			return refs, nil
		}
		gaveBack := 0
		b.do = func(ctx context.Context, _ job.Ref) (job.Progress, error) {
			<-ctx.Done()
			time.Sleep(100 * time.Millisecond) // gives the lease back
			b.mu.Lock()
			defer b.mu.Unlock()
			gaveBack++
			return job.Progress{}, fmt.Errorf("batch: %w", ctx.Err())
		}
		b.run(time.Minute)
		require.Equal(t, time.Minute+100*time.Millisecond, time.Since(b.began), "it returns when its goroutines have ended")
		require.Equal(t, 4, b.most, "its goroutines are bounded")
		require.Equal(t, 4, gaveBack)
		require.NotContains(t, b.log.String(), "WARN", "that it stops is no failure")
		lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
		require.Len(t, lines, 2)
		require.Contains(t, lines[0], `level=INFO msg="job worker started" goroutines=4 poll=1s`)
		require.Contains(t, lines[1], `level=INFO msg="job worker stopped"`)
	})
}

func TestWorkerWhoseContextHasEnded(t *testing.T) {
	b := newBoard(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, b.worker().Run(ctx))
	require.Empty(t, b.asked)
}

func TestWorkerRunsOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		w := b.worker()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		synctest.Wait()
		require.ErrorIs(t, w.Run(t.Context()), admin.ErrState)
		cancel()
		require.NoError(t, <-done)
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.NoError(t, w.Run(ctx), "again, after the first has ended")
	})
}

// doubling are the waits after failures in a row.
func doubling() []time.Duration {
	var waits []time.Duration
	for _, s := range []int{1, 2, 4, 8, 16, 30, 30, 30} {
		waits = append(waits, time.Duration(s)*time.Second)
	}
	return waits
}

func TestWorkerBacksOffWhenDueCannotBeRead(t *testing.T) {
	for _, tc := range []struct {
		reason string
		fail   func() error
		log    string
	}{
		{"because of an error", func() error { return errors.New("database is down") }, `error="database is down"`},
		{"because of a panic", func() error { panic("secret") }, `level=ERROR msg="due jobs panicked" panic=secret stack=`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				waits := doubling()
				b.list = func(int) ([]job.Ref, error) {
					if n := len(b.asked); n <= len(waits) || n > len(waits)+1 && n <= len(waits)+3 {
						return nil, tc.fail()
					}
					return nil, nil
				}
				w := b.worker()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
				defer cancel()
				var waker sync.WaitGroup
				waker.Go(func() {
					for ctx.Err() == nil {
						time.Sleep(100 * time.Millisecond)
						w.Wake() // does not shorten these waits
					}
				})
				require.NoError(t, w.Run(ctx))
				waker.Wait()
				requireWaits(t, b.asked, waits...)
				n := len(waits)
				require.LessOrEqual(t, b.asked[n+1]-b.asked[n], 100*time.Millisecond, "a success ends it")
				requireWaits(t, b.asked[n+1:], time.Second, 2*time.Second)
				require.Equal(t, n+2, strings.Count(b.log.String(), `level=WARN msg="due jobs not read"`))
				require.Contains(t, b.log.String(), tc.log)
			})
		})
	}
}

func TestWorkerLeavesOutWhatCannotBeStepped(t *testing.T) {
	for _, tc := range []struct {
		reason string
		fail   func() error
		level  string // of its log
	}{
		{"because the database is down", func() error { return errors.New("database is down") }, `level=WARN msg="job step failed"`},
		{"because of a panic outside of a batch", func() error { panic("secret") }, `level=ERROR msg="job step panicked"`},
		{"because it is gone, although it is due", func() error { return admin.NotFound("import") }, `level=DEBUG msg="job not stepped"`},
		{"because it is paused, although it is due", func() error { return fmt.Errorf("paused: %w", admin.ErrState) }, `level=DEBUG msg="job not stepped"`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				bad, good := ref("acme", 1), ref("acme", 2)
				b.list = func(int) ([]job.Ref, error) { return []job.Ref{bad, good}, nil }
				waits := doubling()
				b.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
					if n := len(b.of(bad)); r == bad && (n <= len(waits) || n == len(waits)+2) {
						return job.Progress{}, tc.fail()
					}
					time.Sleep(time.Second)
					return job.Progress{}, nil
				}
				b.run(3*time.Minute - time.Millisecond)
				at := b.of(bad)
				for i, wait := range waits {
					require.GreaterOrEqual(t, at[i+1]-at[i], wait/2, "it does not spin")
					require.LessOrEqual(t, at[i+1]-at[i], wait+time.Second, "it is tried again at the next batch")
				}
				n := len(waits)
				require.Equal(t, time.Second, at[n+1]-at[n], "a success ends it")
				require.GreaterOrEqual(t, at[n+2]-at[n+1], time.Second/2, "the waits begin anew")
				require.LessOrEqual(t, at[n+2]-at[n+1], 2*time.Second)
				require.Len(t, b.of(good), 180, "no other job is held up")
				require.Contains(t, b.log.String(), tc.level)
				require.Equal(t, strings.Contains(tc.level, "DEBUG"), !strings.Contains(b.log.String(), "WARN"))
			})
		})
	}
}

func TestWorkerSortsOutWhatOtherWorkersDo(t *testing.T) {
	for _, tc := range []struct {
		reason string
		err    error
	}{
		{"another worker has it", admin.WithRetryAfter(job.ErrLeased, time.Second)},
		{"the database is busy", admin.ErrBusy},
		{"another worker took it over", job.ErrLeaseLost},
		{"another worker took it over when its batch had failed", errors.Join(job.ErrLeaseLost, errors.New("no route to host"))},
		{"another worker's batch failed a moment ago", job.ErrNotDue},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoard(t)
				theirs, good := ref("acme", 1), ref("umbrella", 1)
				b.list = func(int) ([]job.Ref, error) { return []job.Ref{theirs, good}, nil }
				b.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
					if r == good {
						time.Sleep(10 * time.Millisecond)
						return job.Progress{}, nil
					}
					if errors.Is(tc.err, job.ErrNotDue) {
						return job.Progress{Hold: job.Hold{Reason: job.HoldRetry}}, tc.err
					}
					return job.Progress{}, tc.err
				}
				b.run(10*time.Second - time.Millisecond)
				at := b.of(theirs)
				require.Len(t, b.of(good), 1000)
				require.InDelta(t, 40, len(at), 2, "four times a poll, each time")
				require.NotContains(t, b.log.String(), "WARN")
				require.Contains(t, b.log.String(), `level=DEBUG msg="job not stepped" org=acme`)
			})
		})
	}
}

func TestWorkerThatIsRefusedEverythingPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.list = func(int) ([]job.Ref, error) { return []job.Ref{ref("acme", 1)}, nil }
		b.do = func(context.Context, job.Ref) (job.Progress, error) { return job.Progress{}, job.ErrLeased }
		b.run(100 * time.Second)
		requireWaits(t, b.asked, slices.Repeat([]time.Duration{time.Second}, 90)...)
		require.Equal(t, len(b.asked), len(b.steps), "a job of another worker is tried at each poll")
	})
}

func TestWorkerDoesNotStepAJobTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.o.Goroutines = 8
		slow := ref("acme", 1)
		b.list = func(int) ([]job.Ref, error) { return []job.Ref{slow, ref("acme", 2), ref("umbrella", 1)}, nil }
		b.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
			if r == slow {
				time.Sleep(time.Minute)
			}
			time.Sleep(time.Second)
			return job.Progress{}, nil
		}
		b.run(10 * time.Minute) // step fails the test
		require.Equal(t, 3, b.most)
		require.Len(t, b.of(slow), 10)
		require.InDelta(t, 600, len(b.of(ref("acme", 2))), 15, "a slow job holds up no other")
		require.InDelta(t, 600, len(b.of(ref("umbrella", 1))), 15)
	})
}

func TestWorkerFindsWhatIsBehindJobsThatCannotBeStepped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		good := ref("acme", 1000)
		b.list = func(int) (refs []job.Ref, err error) {
			for i := range 60 {
				refs = append(refs, ref("acme", i)) // never tried, so first each time
			}
			return append(refs, good), nil
		}
		b.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
			time.Sleep(10 * time.Millisecond)
			if r == good {
				return job.Progress{}, nil
			}
			return job.Progress{}, errors.New("import has no file")
		}
		b.run(10 * time.Second)
		require.NotEmpty(t, b.of(good))
		require.Less(t, b.of(good)[0], 2*time.Second)
		require.Greater(t, len(b.of(good)), 500, "later on those take little")
	})
}

func TestWorkerGivesEachOrganizationABatchInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard(t)
		b.o.Goroutines = 1
		good := ref("umbrella", 1)
		b.list = func(limit int) (refs []job.Ref, err error) {
			refs = append(refs, ref("acme", 1+len(b.steps)), good)
			for i := len(refs); i < limit; i++ {
				refs = append(refs, ref("acme", i+len(b.steps)))
			}
			return refs, nil
		}
		b.do = func(_ context.Context, r job.Ref) (job.Progress, error) {
			time.Sleep(time.Second)
			if r == good {
				return job.Progress{}, nil
			}
			return job.Progress{Hold: job.Hold{Reason: job.HoldRetry}}, errors.New("CRM answered 500")
		}
		b.run(100 * time.Second)
		for i, s := range b.steps {
			require.Equal(t, i%2 == 1, s.Ref == good, "a thousand broken jobs delay another organization's by one batch")
		}
	})
}
