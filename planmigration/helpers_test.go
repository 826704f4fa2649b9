package planmigration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/priceplan"
)

func cycle(t testing.TB, text string) priceplan.Cycle {
	t.Helper()
	c, err := priceplan.ParseCycle(text)
	require.NoError(t, err)
	return c
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	in, err := time.LoadLocation(name)
	require.NoError(t, err)
	return in
}

// local reads a wall clock in a location.
func local(t testing.TB, text string, in *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, in)
	require.NoError(t, err)
	return at
}

// allCycles lists every cycle that there is.
func allCycles(t testing.TB) []priceplan.Cycle {
	t.Helper()
	var out []priceplan.Cycle
	for _, i := range priceplan.Intervals() {
		for day := priceplan.Last; day <= 31; day++ {
			for month := priceplan.Last; month <= 12; month++ {
				if c, err := priceplan.NewCycle(i, day, month); err == nil {
					out = append(out, c)
				}
			}
		}
	}
	require.Len(t, out, 8+32+32*(3+2)+32*(6+2)+32*(12+2))
	return out
}

// paths lists the fields of a validation error.
func paths(t testing.TB, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, admin.ErrInvalid)
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	var out []string
	for _, f := range invalid.Fields {
		require.NotEmpty(t, f.Message)
		out = append(out, f.Path)
	}
	return out
}
