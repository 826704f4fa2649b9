package bulkimport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin/job"
)

// The State of a job has room for the counts of errors with any names that a target gives them.
func TestCountsAreBounded(t *testing.T) {
	for reason, name := range map[string]string{
		"short": "x", "long": strings.Repeat("x", 90), "that JSON escapes": strings.Repeat("<", 90), "empty": "",
	} {
		t.Run(reason, func(t *testing.T) {
			sum := tallies{Format: talliesFormat, Created: 1 << 60, Updated: 1 << 60, Failed: 1 << 60}
			for n := range 2000 {
				sum.Errors.add([]CellError{{Code: name + fmt.Sprint(n), Column: 1 << 30, Field: name}})
			}
			for k := range sum.Errors.Kinds {
				sum.Errors.Kinds[k].Rows = 1 << 60
			}
			require.NotEmpty(t, sum.Errors.Kinds)
			require.EqualValues(t, 2000, int64(len(sum.Errors.Kinds))+sum.Errors.Others, "each is counted")
			state, err := sum.stored()
			require.NoError(t, err)
			require.LessOrEqual(t, len(state), job.MaxState)
			again, err := talliesOf(job.Job{State: state})
			require.NoError(t, err)
			require.Equal(t, sum, again)
		})
	}
}

func TestARowCountsOnceForEachKind(t *testing.T) {
	var c counts
	wrong := CellError{Code: CodeInvalidDate, Column: 2, Field: "created", Value: "first"}
	other := wrong
	other.Value = "second"
	c.add([]CellError{wrong, other, {Code: CodeInvalidDate, Column: 3, Field: "created"}})
	kept := c.clone()
	c.add([]CellError{wrong})
	require.Equal(t, []countOf{{CodeInvalidDate, 2, "created", 2}, {CodeInvalidDate, 3, "created", 1}}, c.Kinds)
	require.EqualValues(t, 1, kept.Kinds[0].Rows, "a batch that is run again begins where the one before did")
}
