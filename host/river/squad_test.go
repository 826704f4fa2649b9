//go:build unix

package river_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
	adminriver "github.com/admincenter/admincenter/host/river"
)

// errandVariable holds what a child process does.
const errandVariable = "RIVERTEST_ERRAND"

// errand is the life of one process of a squad: River's client and a sweep, until SIGTERM.
type errand struct {
	Setup string
	DSN   string
	Name  string // in leases
	Batch int
	Lease time.Duration
	Slice time.Duration
}

const sayReady = "squad: ready"

// serve is a child's whole life. In the parent it does nothing and returns false.
func serve(t *testing.T) bool {
	t.Helper()
	text := os.Getenv(errandVariable)
	if text == "" {
		return false
	}
	var e errand
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	all := setups()
	s := all[slices.IndexFunc(all, func(s setup) bool { return s.name == e.Setup })]
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	h := s.openHost(t, e.DSN, config{
		name: e.Name, batch: e.Batch, workers: 2, engine: job.Engine{Worker: e.Name, Lease: e.Lease},
		river: adminriver.Options{Slice: e.Slice},
	})
	require.NoError(t, h.client.Start(context.WithoutCancel(ctx)))
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		if err := h.sweep.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	fmt.Println(sayReady)
	<-ctx.Done()
	sweeping.Wait()
	require.NoError(t, h.client.StopAndCancel(context.WithoutCancel(ctx)))
	return true
}

// squad is some processes that work the jobs of one database.
type squad struct {
	*host
	errand errand
	alive  map[string]*exec.Cmd
}

// enlist starts a process.
func (s *squad) enlist(t *testing.T, name string) {
	t.Helper()
	e := s.errand
	e.Name = name
	text, err := json.Marshal(e)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSquadKilledAndStopped$")
	cmd.Env = append(os.Environ(), errandVariable+"="+string(text), "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test fails
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	require.Equal(t, sayReady, lines.Text())
	s.alive[name] = cmd
}

// until waits until a job is in some state, and returns it.
func (s *squad) until(t *testing.T, what string, id uuid.UUID, is func(job.Job) bool) job.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		j := s.job(t, id)
		if is(j) {
			return j
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Fail(t, "a job was never "+what, "%+v", j)
		}
	}
}

// halfDone waits until half of a job is done, and then until a process has it, whose name it returns.
func (s *squad) halfDone(t *testing.T, id uuid.UUID, size int) string {
	t.Helper()
	return s.until(t, "held at its half", id, func(j job.Job) bool {
		require.False(t, j.Status.Final(), "over before it was disturbed: %+v", j)
		return j.Counts.Settled() >= int64(size/2) && s.alive[j.Lease.Worker] != nil
	}).Lease.Worker
}

// takenOver returns a channel that gets the instant at which another process than one has claimed a job.
func (s *squad) takenOver(t *testing.T, id uuid.UUID, from string) <-chan time.Time {
	t.Helper()
	before, taken := s.job(t, id).TriedAt, make(chan time.Time, 1)
	go func() {
		defer close(taken)
		for tick := time.NewTicker(5 * time.Millisecond); t.Context().Err() == nil; <-tick.C {
			j, err := s.center.Jobs.Get(t.Context(), s.scope, id)
			if err == nil && j.TriedAt.After(before) && j.Lease.Worker != from {
				taken <- j.TriedAt
				return
			}
		}
	}()
	return taken
}

// kill ends the process at once.
func (s *squad) kill(t *testing.T, name string) {
	t.Helper()
	cmd := s.alive[name]
	require.NoError(t, cmd.Process.Kill())
	err := cmd.Wait()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok && status.Signal() == syscall.SIGKILL, err)
	delete(s.alive, name)
}

// stop stops the whole process.
func (s *squad) stop(t *testing.T, name string) {
	t.Helper()
	pid := s.alive[name].Process.Pid
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		if !errors.Is(err, syscall.EINTR) {
			require.NoError(t, err)
			require.True(t, status.Stopped())
			return
		}
	}
}

// dismiss ends the processes as an operator does.
func (s *squad) dismiss(t *testing.T) {
	t.Helper()
	for _, cmd := range s.alive {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		require.NoError(t, cmd.Wait())
	}
}

// Three processes work over River; the one that has the import is killed at its half, and the one that then has
// the migration is stopped at its half, past the end of its lease, and continued. Everything happens once all
// the same.
func TestSquadKilledAndStopped(t *testing.T) {
	if serve(t) {
		return
	}
	size, lease, slice := atLength(2000, 1000), time.Second, 2*time.Second
	if os.Getenv(envLong) != "" {
		size, lease, slice = 20_000, 0, 0 // the defaults
	}
	const batch = 50
	onServers(t, func(t *testing.T, driver setup) {
		s := &squad{host: driver.newHost(t, config{name: "parent", batch: batch}), alive: map[string]*exec.Cmd{}}
		s.fill(t, size)
		s.errand = errand{Setup: driver.name, DSN: s.dsn, Batch: batch, Lease: lease, Slice: slice}
		for _, name := range []string{"one", "two", "three"} {
			s.enlist(t, name)
		}
		imports := s.upload(t, size)
		s.start(t, imports)

		killed := s.halfDone(t, imports, size)
		s.kill(t, killed)
		killedAt := time.Now()
		taken := s.takenOver(t, imports, killed)
		migration := s.plan(t)

		stopped := s.halfDone(t, migration, size)
		s.stop(t, stopped)
		stoppedAt := time.Now()
		past := s.job(t, migration).Lease.Until.Add(time.Second)
		s.until(t, "past its lease", migration, func(job.Job) bool { return time.Now().After(past) })
		require.NoError(t, s.alive[stopped].Process.Signal(syscall.SIGCONT))
		pause := (<-taken).Sub(killedAt)
		left := s.job(t, imports)
		final := func(j job.Job) bool { return j.Status.Final() }
		done, moved := s.until(t, "done", imports, final), s.until(t, "done", migration, final)
		t.Logf("import: %s until the kill, taken over %s after it, with %d rows left %s after it, done %s after it; "+
			"migration: stopped for %s, done %s after its stop", killedAt.Sub(done.CreatedAt), pause, left.Counts.Pending(),
			left.UpdatedAt.Sub(killedAt), done.SettledAt.Sub(killedAt), past.Sub(stoppedAt), moved.SettledAt.Sub(stoppedAt))
		s.dismiss(t)
		s.requireImported(t, imports, size, batch)
		s.requireMoved(t, migration, size)
	})
}
