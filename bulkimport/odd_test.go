package bulkimport_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// scripted is a target that does what the test sets.
type scripted func(bulkimport.Batch) ([]bulkimport.Outcome, error)

func (s scripted) Write(_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	return s(b)
}

func withTarget(s scripted, rows int) bulkimport.Options {
	return bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts(), Target: s}}, BatchRows: rows}
}

// What a target says of a row is kept in a form that every storage takes: a text that a database refuses would
// fail the whole batch, every time.
func TestOutcomesThatNoStorageKeeps(t *testing.T) {
	for _, tc := range []struct {
		reason  string
		outcome bulkimport.Outcome
	}{
		{"NUL in the detail", bulkimport.Outcome{Result: bulkimport.Refused, Detail: "a\x00b"}},
		{"a detail that is not UTF-8", bulkimport.Outcome{Result: bulkimport.Refused, Detail: "a\xffb"}},
		{"a detail that is huge", bulkimport.Outcome{Result: bulkimport.Refused, Detail: strings.Repeat("é", 10<<20)}},
		{"NUL in the code", bulkimport.Outcome{Result: bulkimport.Refused, Code: "a\x00b"}},
		{"a code that is huge", bulkimport.Outcome{Result: bulkimport.Refused, Code: strings.Repeat("é", 10_000)}},
		{"NUL in the field", bulkimport.Outcome{Result: bulkimport.Refused, Field: "a\x00b"}},
		{"a field that is huge", bulkimport.Outcome{Result: bulkimport.RelationNotFound, Field: strings.Repeat("é", 10<<20)}},
		{"a result that there is not", bulkimport.Outcome{Result: "\x00\xff", Detail: "\x00"}},
		{"the zero outcome", bulkimport.Outcome{}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, withTarget(func(b bulkimport.Batch) ([]bulkimport.Outcome, error) {
				return []bulkimport.Outcome{tc.outcome}, nil
			}, 0))
			i, p := w.run("contacts", "external_id,name\nc1,a\n", bulkimport.Settings{})
			require.Equal(t, job.Counts{Total: 1, Failed: 1}, p.Counts)
			entries, err := w.backend.Jobs().Entries(t.Context(), org, i.ID, job.EntryFilter{}, admin.Seek[int64]{Limit: 2})
			require.NoError(t, err)
			require.Len(t, entries, 1)
			e := entries[0]
			for _, text := range []string{string(e.Reason), e.Detail, e.Data} {
				require.True(t, utf8.ValidString(text))
				require.NotContains(t, text, "\x00")
				require.Less(t, len(text), 20_000)
			}
			require.LessOrEqual(t, len(e.Reason), 100)
		})
	}
}

// A target that gives the wrong number of outcomes has not written the batch.
func TestTargetThatMiscounts(t *testing.T) {
	for _, n := range []int{0, 1, 3} {
		w := newWorld(t, withTarget(func(bulkimport.Batch) ([]bulkimport.Outcome, error) {
			return make([]bulkimport.Outcome, n), nil
		}, 0))
		i := w.upload("contacts", "external_id,name\nc1,a\nc2,b\n")
		w.start(i, bulkimport.Settings{})
		_, err := w.service.Step(t.Context(), w.scope, i.ID)
		require.ErrorContains(t, err, "outcomes for 2 rows")
		p, err := w.service.Progress(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		require.Equal(t, 1, p.Failures)
		require.Zero(t, p.Counts.Settled())
	}
}

// An import that failed and was deleted has nothing to go on from: retried as a job, it fails again, and does
// not stay due.
func TestRetryOfADeletedImport(t *testing.T) {
	w := newWorld(t, withTarget(func(bulkimport.Batch) ([]bulkimport.Outcome, error) {
		return nil, job.Fail(errors.New("down"))
	}, 0))
	i := w.upload("contacts", "external_id,name\nc1,a\n")
	w.start(i, bulkimport.Settings{})
	p, err := w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	require.NoError(t, w.service.Delete(t.Context(), w.scope, i.ID))
	jobs, err := job.NewService(job.Ports{Jobs: w.backend.Jobs()}, job.Options{
		Runtime: admin.Runtime{NewID: w.id}, Kinds: map[job.Kind]job.Rules{bulkimport.JobKind("contacts"): {}},
	})
	require.NoError(t, err)
	_, err = jobs.Retry(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	p, err = w.service.Step(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, job.Failed, p.Status)
	require.Contains(t, p.Failure, "not found")
	due, err := jobs.Due(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, due)
}
