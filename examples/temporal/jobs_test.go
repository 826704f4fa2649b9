package temporal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/examples/temporal"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

const rows = 1000

// flaky is a backend on which every third transaction fails at first.
type flaky struct {
	storage.Backend
	calls, fails *int
}

func (f flaky) InTx(ctx context.Context, fn func(storage.Stores) error) error {
	if *f.calls++; *f.calls%3 == 0 && *f.fails > 0 {
		*f.fails--
		return errors.New("the database went away")
	}
	return f.Backend.InTx(ctx, fn)
}

// world is a workflow environment and an import that is due, on one clock.
type world struct {
	*testsuite.TestWorkflowEnvironment
	center *admincenter.Center
	ref    job.Ref
}

func newWorld(t *testing.T, fails int, retry job.Retry) world {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	calls := 0
	center, err := admincenter.New(flaky{memory.New(), &calls, &fails}, admincenter.Options{
		Runtime: admin.Runtime{Now: env.Now}, Jobs: job.Engine{Retry: retry},
		Imports: bulkimport.Options{BatchRows: 100},
	})
	require.NoError(t, err)
	env.RegisterActivity(&temporal.Activities{Center: center})
	return world{env, center, job.Ref{Org: "acme", ID: start(t, center), Kind: bulkimport.JobKind(bulkimport.CustomersType)}}
}

// start starts an import.
func start(t *testing.T, c *admincenter.Center) uuid.UUID {
	t.Helper()
	ctx, scope := t.Context(), admin.System("acme")
	_, _, err := c.People.CreateOrganization(ctx, people.NewOrganization{
		ID: "acme", Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	require.NoError(t, err)
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	for i := range rows {
		fmt.Fprintf(&text, "c-%04d,Customer %d,c@customer.example\n", i, i)
	}
	i, err := c.Imports.Upload(ctx, scope, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "customers.csv", Content: strings.NewReader(text.String())})
	require.NoError(t, err)
	suggested, err := c.Imports.Suggest(ctx, scope, i.ID)
	require.NoError(t, err)
	i, err = c.Imports.SetMapping(ctx, scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = c.Imports.Start(ctx, scope, i.ID)
	require.NoError(t, err)
	return i.ID
}

func (w world) run(t *testing.T) job.Progress {
	t.Helper()
	w.ExecuteWorkflow(temporal.RunJob, w.ref)
	require.True(t, w.IsWorkflowCompleted())
	require.NoError(t, w.GetWorkflowError())
	var p job.Progress
	require.NoError(t, w.GetWorkflowResult(&p))
	return p
}

func TestWorkflowDoesAJob(t *testing.T) {
	for reason, fails := range map[string]int{
		"at once":                         0,
		"through batches that fail twice": 2,
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, fails, job.Retry{})
			require.Equal(t, job.Completed, w.run(t).Status)
			n := 0
			for c, err := range w.center.Customers.All(t.Context(), admin.System("acme"), customer.Filter{}) {
				require.NoError(t, err)
				require.EqualValues(t, 1, c.Version, c.ID)
				n++
			}
			require.Equal(t, rows, n)
		})
	}
}

func TestWorkflowEndsWithAJobThatIsGivenUp(t *testing.T) {
	w := newWorld(t, 1000, job.Retry{Failures: 1})
	p := w.run(t)
	require.Equal(t, job.Failed, p.Status)
	require.Equal(t, "the database went away", p.Failure)
}

func TestWorkflowEndsWithAJobThatIsPaused(t *testing.T) {
	w := newWorld(t, 0, job.Retry{})
	_, err := w.center.Jobs.Pause(t.Context(), admin.System("acme"), w.ref.ID)
	require.NoError(t, err)
	require.Equal(t, job.Paused, w.run(t).Status)
}

func TestWorkflowFailsForAJobThatIsNotThere(t *testing.T) {
	w := newWorld(t, 0, job.Retry{})
	w.ref.ID = uuid.Max
	w.ExecuteWorkflow(temporal.RunJob, w.ref)
	require.ErrorContains(t, w.GetWorkflowError(), "not found")
}
