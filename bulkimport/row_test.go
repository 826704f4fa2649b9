package bulkimport_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

func TestDecodeReadsEveryKind(t *testing.T) {
	type contact struct {
		ID      string          `csv:"external_id"`
		Limit   decimal.Decimal `csv:"credit_limit"`
		Created time.Time       `csv:"created_at"`
		Active  bool            `csv:"is_active,omitempty"`
		Seats   *int            `csv:"seats"`
		Other   string          `csv:"other"`
	}
	fields := []string{"external_id", "credit_limit", "created_at", "is_active", "seats"}
	row := func(values ...string) bulkimport.Row {
		r, err := bulkimport.NewRow(3, 7, "external_id", fields, values)
		require.NoError(t, err)
		return r
	}
	got, err := bulkimport.Decode[contact](row("c1", "-12.50", "2024-02-29", "true", "4"))
	require.NoError(t, err)
	seats := 4
	require.Equal(t, contact{
		ID: "c1", Limit: decimal.RequireFromString("-12.50"), Created: time.Date(2024, 2, 29, 0, 0, 0, 0,
			time.UTC), Active: true, Seats: &seats,
	}, got)
	got, err = bulkimport.Decode[contact](row("c2", "0", "2024-02-29", "", ""))
	require.NoError(t, err)
	require.False(t, got.Active)
	require.Nil(t, got.Seats)
	_, err = bulkimport.Decode[contact](row("c3", "0", "", "", ""))
	require.ErrorContains(t, err, "row 3 (line 7)", "a blank cell is no date")
}

func TestRowsDoNotPrintTheirCells(t *testing.T) {
	r, err := bulkimport.NewRow(1, 2, "id", []string{"id", "name"}, []string{"c1", "Ann"})
	require.NoError(t, err)
	b := bulkimport.Batch{Rows: []bulkimport.Row{r}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		require.NotContains(t, fmt.Sprintf(verb, b), "Ann", verb)
	}
	require.Equal(t, "row 1 (line 2)", r.String())
	require.Equal(t, []string{"id", "name"}, r.Fields())
	value, mapped := r.Value("name")
	require.Equal(t, "Ann", value)
	require.True(t, mapped)
	_, mapped = r.Value("city")
	require.False(t, mapped)
	_, err = bulkimport.NewRow(1, 2, "id", []string{"name"}, []string{"Ann"})
	require.Error(t, err)
}
