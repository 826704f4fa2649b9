package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// What is stored stays readable: a change here needs another version.
func TestStoredChanges(t *testing.T) {
	changes := []admin.Change{{Field: "name", From: "Rob", To: "Bob"}, {Field: "phone", To: "é\"\n"}}
	text, err := writeChanges(changes)
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"changes":[{"field":"name","from":"Rob","to":"Bob"},{"field":"phone","to":"é\"\n"}]}`, text)
	again, err := readChanges(text)
	require.NoError(t, err)
	require.Equal(t, changes, again)

	text, err = writeChanges(nil)
	require.NoError(t, err)
	require.Empty(t, text)
	none, err := readChanges("")
	require.NoError(t, err)
	require.Nil(t, none)

	_, err = readChanges(`{"v":2,"changes":[]}`)
	require.ErrorContains(t, err, "version 2")
	_, err = readChanges(`[{"field":"name"}]`)
	require.Error(t, err, "a text of another form")
}
