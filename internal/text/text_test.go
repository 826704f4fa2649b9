package text_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/text"
)

func TestPointer(t *testing.T) {
	for key, want := range map[string]string{"": "", "plain": "plain", "a/b": "a~1b", "~": "~0", "~1/": "~01~1", "é": "é"} {
		require.Equal(t, want, text.Pointer(key))
	}
}

func TestJoin(t *testing.T) {
	type kind string
	require.Empty(t, text.Join[kind](nil))
	require.Equal(t, "A", text.Join([]kind{"A"}))
	require.Equal(t, "A, B, C", text.Join([]kind{"A", "B", "C"}))
}
