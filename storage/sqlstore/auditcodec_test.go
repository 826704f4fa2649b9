package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// What is stored stays readable: a change here needs another version.
func TestStoredChanges(t *testing.T) {
	changes := []admin.Change{{Field: "name", From: "Rob", To: "Bob"}, {Field: "phone", To: "é\"\n"}}
	text, err := writeChanges(changes, nil)
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"changes":[{"field":"name","from":"Rob","to":"Bob"},{"field":"phone","to":"é\"\n"}]}`, text)
	again, marks, err := readChanges(text)
	require.NoError(t, err)
	require.Equal(t, changes, again)
	require.Nil(t, marks)

	changes[0].Personal = true
	text, err = writeChanges(changes, []admin.Mark{{Change: 0, Sum: []byte("sum"), Salt: []byte("salt")}})
	require.NoError(t, err)
	require.Equal(t, `{"v":1,"changes":[{"field":"name","personal":"c3Vt"},{"field":"phone","to":"é\"\n"}]}`, text)
	again, marks, err = readChanges(text)
	require.NoError(t, err)
	require.Equal(t, []admin.Change{{Field: "name", Personal: true}, changes[1]}, again)
	require.Equal(t, []admin.Mark{{Change: 0, Sum: []byte("sum")}}, marks)

	text, err = writeChanges(nil, nil)
	require.NoError(t, err)
	require.Empty(t, text)
	none, marks, err := readChanges("")
	require.NoError(t, err)
	require.Nil(t, none)
	require.Nil(t, marks)

	_, _, err = readChanges(`{"v":2,"changes":[]}`)
	require.ErrorContains(t, err, "version 2")
	_, _, err = readChanges(`[{"field":"name"}]`)
	require.Error(t, err, "a text of another form")
	_, _, err = readChanges(`{"v":1,"changes":[{"field":"a","personal":"?"}]}`)
	require.ErrorContains(t, err, "mark of its change 0")
}
