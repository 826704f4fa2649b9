package settings

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// constant is a program whose result is always the same.
type constant struct{ value any }

func (c constant) Eval(context.Context, any) (any, error) { return c.value, nil }

func numbered(n uint64) Setting {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], n)
	return Setting{ID: id, Value: Value{TypeLogic, "1"}, Version: 1}
}

func TestProgramsAreBoundedAndKeepTheLastUsed(t *testing.T) {
	c := newPrograms(4)
	used := numbered(0)
	c.put("acme", used, constant{"used"})
	for n := uint64(1); n < 100; n++ {
		c.put("acme", numbered(n), constant{n})
		p, ok := c.get("acme", used)
		require.True(t, ok)
		require.Equal(t, constant{"used"}, p)
		require.LessOrEqual(t, c.Len(), 4)
	}
	_, ok := c.get("acme", numbered(1))
	require.False(t, ok)
	_, ok = c.get("acme", numbered(99))
	require.True(t, ok)
}

func TestProgramsAreNotMistakenForEachOther(t *testing.T) {
	c := newPrograms(16)
	s := numbered(1)
	c.put("acme", s, constant{})
	_, ok := c.get("globex", s)
	require.False(t, ok, "another organization's")
	newer := s
	newer.Version = 2
	_, ok = c.get("acme", newer)
	require.False(t, ok, "another version's")
	undone := s
	undone.Value = Value{TypeLogic, "2"}
	_, ok = c.get("acme", undone)
	require.False(t, ok, "a version that was written again after a rollback")
}
