package bulkimport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

func TestCellsAreEscapedAndComeBack(t *testing.T) {
	for cell, escaped := range map[string]string{
		"Lumen": "Lumen", "=1+1": "'=1+1", "-5.00": "-5.00", "'=1+1": "''=1+1", "a;@x": "a;'@x", "'s-Hertogenbosch": "'s-Hertogenbosch",
	} {
		require.Equal(t, escaped, bulkimport.EscapeCell(cell))
		require.Equal(t, cell, bulkimport.UnescapeCell(escaped))
	}
}

func TestHeadersOfFailedRowsAreKnown(t *testing.T) {
	require.True(t, bulkimport.ReturnedHeader([]string{"id", "name", "_line", "_errors"}))
	require.True(t, bulkimport.ReturnedHeader([]string{"id", " _ERRORS "}), "one of them, as a person may have changed it")
	require.False(t, bulkimport.ReturnedHeader([]string{"id", "line", "errors"}))
}
