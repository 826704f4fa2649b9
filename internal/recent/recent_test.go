package recent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/internal/recent"
)

func TestCacheIsBoundedAndKeepsTheLastUsed(t *testing.T) {
	c := recent.New[int, string](4)
	c.Put(0, "used")
	for n := 1; n < 100; n++ {
		c.Put(n, "once")
		v, ok := c.Get(0)
		require.True(t, ok)
		require.Equal(t, "used", v)
		require.LessOrEqual(t, c.Len(), 4)
	}
	_, ok := c.Get(1)
	require.False(t, ok)
	_, ok = c.Get(99)
	require.True(t, ok)
}

func TestCacheReplaces(t *testing.T) {
	c := recent.New[string, int](0)
	c.Put("a", 1)
	c.Put("b", 2) // a is older now
	c.Put("a", 3)
	v, ok := c.Get("a")
	require.True(t, ok)
	require.Equal(t, 3, v)
}
