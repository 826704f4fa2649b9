package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

// The text of an import that version 1 stored is canonical, and is read as what it is.
func TestImportsOfVersion1AreUTF8(t *testing.T) {
	var i bulkimport.Import
	require.NoError(t, scanImportDetails(`{"version":1,"content":{"bytes":7,"sha256":"ab","delimiter":";","header":["id"],`+
		`"header_line":1,"width":1,"offset":3,"line":2},"settings":{}}`, &i))
	require.Equal(t, bulkimport.Content{Bytes: 7, SHA256: "ab", Encoding: bulkimport.UTF8, Delimiter: ";", Quote: `"`,
		Header: []string{"id"}, HeaderLine: 1, Width: 1, Offset: 3, Line: 2}, i.Content)
	require.ErrorContains(t, scanImportDetails(`{"version":3}`, &i), "version 3")
}
