package admin_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

// somePermissions draws up to six of ten permissions, with repetitions and in any order.
func somePermissions(r *rand.Rand) []admin.Permission {
	ps := make([]admin.Permission, r.IntN(7))
	for i := range ps {
		ps[i] = admin.Permission([]string{"a", "b", "c", "d", "e"}[r.IntN(5)] + []string{".read", ".write"}[r.IntN(2)])
	}
	return ps
}

func TestPermissionSetLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		ps, qs := somePermissions(r), somePermissions(r)
		given := slices.Clone(ps)
		a, b := admin.Permissions(ps...), admin.Permissions(qs...)
		require.Equal(t, given, ps, "the arguments are left as they were")

		for _, p := range ps {
			require.True(t, a.Has(p))
		}
		require.True(t, slices.IsSorted(a.List()))
		require.Equal(t, len(slices.Compact(a.List())), a.Len(), "duplicates count once")
		shuffled := slices.Clone(ps)
		r.Shuffle(len(shuffled), func(i, k int) { shuffled[i], shuffled[k] = shuffled[k], shuffled[i] })
		require.Equal(t, a, admin.Permissions(shuffled...), "order does not matter")

		union := a.With(qs...)
		require.Equal(t, union, b.With(ps...), "adding is commutative")
		require.Equal(t, union, union.With(qs...), "adding is idempotent")
		require.Equal(t, admin.Permissions(given...), a, "With leaves the set as it was")
		require.Empty(t, union.Missing(a))
		require.Empty(t, union.Missing(b))
		require.Empty(t, a.Missing(a))
		require.Empty(t, a.Missing(admin.PermissionSet{}), "every set covers the empty one")

		missing := a.Missing(b)
		require.True(t, slices.IsSorted(missing))
		for _, p := range b.List() {
			require.Equal(t, !a.Has(p), slices.Contains(missing, p))
		}
		require.Equal(t, union, a.With(missing...), "what is missing is what it takes")
		require.Equal(t, a, admin.ParsePermissions(a.String()))
	}
}

func TestPermissionSetIsImmutable(t *testing.T) {
	set := admin.Permissions("a.read", "b.read")
	set.List()[0] = "c.write"
	require.Equal(t, "a.read b.read", set.String())
	first, second := set.With("c.read"), set.With("d.read")
	require.Equal(t, "a.read b.read c.read", first.String(), "two sets made of one share nothing")
	require.Equal(t, "a.read b.read d.read", second.String())
}

func TestParsePermissionsTakesAnyBlanks(t *testing.T) {
	require.Equal(t, admin.Permissions("a.read", "b.read"), admin.ParsePermissions("  b.read\ta.read\n b.read "))
	require.Zero(t, admin.ParsePermissions(" ").Len())
}

func TestPermissionSetsAsJSON(t *testing.T) {
	for _, tc := range []struct {
		reason string
		set    admin.PermissionSet
		json   string
	}{
		{"none is an empty list and not null", admin.PermissionSet{}, `[]`},
		{"in order", admin.Permissions(people.PermissionUsersRead, admin.PermissionAuditRead), `["audit.read","users.read"]`},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			b, err := json.Marshal(tc.set)
			require.NoError(t, err)
			require.JSONEq(t, tc.json, string(b))
			var back admin.PermissionSet
			require.NoError(t, json.Unmarshal(b, &back))
			require.Equal(t, tc.set.List(), back.List())
		})
	}
	require.Error(t, json.Unmarshal([]byte(`{"a":1}`), new(admin.PermissionSet)))
}

func TestIntersect(t *testing.T) {
	rw := admin.Permissions("a.read", "a.write")
	require.Equal(t, admin.Permissions("a.write"), rw.Intersect(admin.Permissions("a.write", "b.read")))
	require.Equal(t, rw, rw.Intersect(rw))
	require.Equal(t, rw, rw.Intersect(rw.With("b.read")))
	require.Equal(t, admin.PermissionSet{}, rw.Intersect(admin.Permissions("b.read")))
	require.Equal(t, admin.PermissionSet{}, rw.Intersect(admin.PermissionSet{}))
	require.Equal(t, admin.PermissionSet{}, admin.PermissionSet{}.Intersect(rw))
}
