package admin_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// numbers is a list of 1 to n, as a store would page it.
func numbers(n int64) func(admin.Seek[int64]) ([]int64, error) {
	return func(seek admin.Seek[int64]) ([]int64, error) {
		var out []int64
		for i := seek.After + 1; i <= n && len(out) < seek.Limit; i++ {
			out = append(out, i)
		}
		return out, nil
	}
}

func itself(n int64) int64 { return n }

func TestPaginateLimits(t *testing.T) {
	for _, tc := range []struct {
		reason string
		limit  int
		want   int // 0 means that it is refused
	}{
		{"0 is the default", 0, admin.DefaultLimit},
		{"the least", 1, 1},
		{"the most", admin.MaxLimit, admin.MaxLimit},
		{"more than the most", admin.MaxLimit + 1, 0},
		{"negative", -1, 0},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			asked := 0
			page, err := admin.Paginate("acme", "numbers", admin.Query{Limit: tc.limit}, func(seek admin.Seek[int64]) ([]int64, error) {
				asked++
				return numbers(10_000)(seek)
			}, itself)
			if tc.want == 0 {
				require.ErrorIs(t, err, admin.ErrInvalid)
				require.Zero(t, asked, "nothing is read for a bad limit")
				return
			}
			require.NoError(t, err)
			require.Len(t, page.Items, tc.want)
			require.NotEmpty(t, page.Next)
		})
	}
}

func TestPaginateEnds(t *testing.T) {
	for _, tc := range []struct {
		reason string
		n      int64
		sizes  []int
	}{
		{"an empty list is one empty page", 0, []int{0}},
		{"a short page is the last", 2, []int{2}},
		{"a page that is exactly full is the last", 3, []int{3}},
		{"one more makes another page", 4, []int{3, 1}},
		{"several full pages", 9, []int{3, 3, 3}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var sizes []int
			var all []int64
			q := admin.Query{Limit: 3}
			for {
				page, err := admin.Paginate("acme", "numbers", q, numbers(tc.n), itself)
				require.NoError(t, err)
				sizes, all = append(sizes, len(page.Items)), append(all, page.Items...)
				if page.Next == "" {
					break
				}
				q.After = page.Next
			}
			require.Equal(t, tc.sizes, sizes)
			for i, n := range all {
				require.Equal(t, int64(i+1), n, "nothing is left out or given twice")
			}
		})
	}
}

func TestPaginateRefusesForeignCursors(t *testing.T) {
	first, err := admin.Paginate("acme", "numbers", admin.Query{Limit: 3}, numbers(10), itself)
	require.NoError(t, err)
	for reason, tc := range map[string]struct {
		org  admin.OrgID
		list string
	}{"another organization": {"umbrella", "numbers"}, "another list": {"acme", "numbers even"}} {
		t.Run(reason, func(t *testing.T) {
			_, err := admin.Paginate(tc.org, tc.list, admin.Query{After: first.Next}, numbers(10), itself)
			require.ErrorIs(t, err, admin.ErrInvalid)
		})
	}
}

func TestPaginatePassesOnTheStoresError(t *testing.T) {
	broken := errors.New("broken")
	page, err := admin.Paginate("acme", "numbers", admin.Query{}, func(admin.Seek[int64]) ([]int64, error) { return []int64{1}, broken }, itself)
	require.ErrorIs(t, err, broken)
	require.Empty(t, page)
}

func TestPaginateGivesNoCursorThatItWouldRefuse(t *testing.T) {
	follow := func(key string) error {
		page, err := admin.Paginate("acme", "texts", admin.Query{Limit: 1},
			func(admin.Seek[string]) ([]string, error) { return []string{key, "z"}, nil }, func(s string) string { return s })
		if err == nil {
			_, err = admin.Paginate("acme", "texts", admin.Query{After: page.Next},
				func(seek admin.Seek[string]) ([]string, error) { return []string{seek.After}, nil }, func(s string) string { return s })
		}
		return err
	}
	require.NoError(t, follow(strings.Repeat("é", 1500)))
	require.ErrorContains(t, follow(strings.Repeat("é", 1600)), "too long for a cursor")
}

func TestAll(t *testing.T) {
	pages := 0
	list := func(q admin.Query) (admin.Page[int64], error) {
		pages++
		return admin.Paginate("acme", "numbers", q, numbers(2*admin.MaxLimit+1), itself)
	}
	t.Run("goes through every page", func(t *testing.T) {
		pages = 0
		n := int64(0)
		for got, err := range admin.All(list) {
			require.NoError(t, err)
			n++
			require.Equal(t, n, got)
		}
		require.Equal(t, int64(2*admin.MaxLimit+1), n)
		require.Equal(t, 3, pages)
	})
	t.Run("reads no further after a break", func(t *testing.T) {
		pages = 0
		for got, err := range admin.All(list) {
			require.NoError(t, err)
			if got == 3 {
				break
			}
		}
		require.Equal(t, 1, pages)
	})
	t.Run("can be gone through again", func(t *testing.T) {
		all := admin.All(list)
		for range 2 {
			n := 0
			for _, err := range all {
				require.NoError(t, err)
				n++
			}
			require.Equal(t, 2*admin.MaxLimit+1, n)
		}
	})
	t.Run("ends with the first error", func(t *testing.T) {
		broken := errors.New("broken")
		pages = 0
		var got []error
		for _, err := range admin.All(func(q admin.Query) (admin.Page[int64], error) {
			if q.After != "" {
				return admin.Page[int64]{}, broken
			}
			return list(q)
		}) {
			if err != nil {
				got = append(got, err)
			}
		}
		require.Equal(t, []error{broken}, got)
		require.Equal(t, 1, pages)
	})
}
