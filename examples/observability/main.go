// Observability runs jobs with OpenTelemetry around them, and prints what was recorded: metrics by the hooks of
// jobs, a span for each batch with the SQL statements beneath it, and the log lines that an operator looks for.
//
//	go run ./examples/observability
//
// What to copy is in open.go, metrics.go, trace.go and log.go; docs/observability.md describes it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
)

// org is the tenant of this demonstration.
const org admin.OrgID = "acme"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "observability:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "observability")
	if err != nil {
		return err
	}
	t := newTelemetry()
	h, err := open(ctx, filepath.Join(dir, "admin.db"), t)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { err = errors.Join(err, h.pool.Close(), os.RemoveAll(dir)) }()
	if err := createOrganization(ctx, h.center, out); err != nil {
		return err
	}
	started, err := startImports(ctx, h.center)
	if err != nil {
		return err
	}
	report := report{w: out}
	report.say("Before a worker runs:")
	report.metrics(ctx, t, "admincenter.jobs.due")
	if err := h.workUntilDone(ctx, started); err != nil {
		return err
	}
	report.say("\nAfter it has run:")
	report.metrics(ctx, t, "admincenter.job")
	report.spans(t)
	report.lines(t)
	return report.err
}

// createOrganization creates the organization, and tries to do so again: that it exists is recognized through
// the instrumented driver.
func createOrganization(ctx context.Context, c *admincenter.Center, out io.Writer) error {
	acme := people.NewOrganization{ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"}}
	if _, _, err := c.People.CreateOrganization(ctx, acme); err != nil {
		return err
	}
	_, _, err := c.People.CreateOrganization(ctx, acme)
	if !errors.Is(err, admin.ErrExists) {
		return fmt.Errorf("an organization with the same id: want %w, got %w", admin.ErrExists, err)
	}
	_, err = fmt.Fprintf(out, "A second organization with the id %q: %s\n\n", org, admin.Code(err))
	return err
}

// workUntilDone runs a worker until the jobs are final. In production it runs until the process is to end.
func (h *host) workUntilDone(ctx context.Context, jobs []job.Job) error {
	worker, err := job.NewWorker(job.WorkerPorts{
		Due:  h.center.Jobs.Due,
		Step: traced(h.center.Step, h.tracing), // the one difference to center.Worker
	}, job.WorkerOptions{
		Runtime:    admin.Runtime{Logger: h.logger},
		Goroutines: 1, Poll: 10 * time.Millisecond, // so that what is printed is the same each time
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	worked := make(chan error, 1)
	go func() { worked <- worker.Run(ctx) }()
	for _, j := range jobs {
		for _, watched := range h.center.Jobs.Watch(ctx, admin.System(org), j.ID) {
			if watched != nil {
				stop()
				return errors.Join(watched, <-worked)
			}
		}
	}
	stop()
	return <-worked
}
