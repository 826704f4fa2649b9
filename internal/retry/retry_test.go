package retry_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/retry"
)

func TestOnConflict(t *testing.T) {
	down := errors.New("down")
	conflict := fmt.Errorf("update: %w", admin.Conflict("job"))
	for _, tc := range []struct {
		reason string
		errs   []error // of each try; the last one of all further ones
		tries  int
		want   error
	}{
		{"the first try succeeds", []error{nil}, 1, nil},
		{"a try succeeds after conflicts", []error{conflict, conflict, nil}, 3, nil},
		{"another error ends it", []error{conflict, down, nil}, 2, down},
		{"it gives up", []error{conflict}, retry.Tries, admin.ErrConflict},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			tries := 0
			got, err := retry.OnConflict(func() (int, error) {
				tries++
				return tries, tc.errs[min(tries, len(tc.errs))-1]
			})
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, tc.tries, tries)
			require.Equal(t, tries, got, "the result is the last try's")
			tries = 0
			require.ErrorIs(t, retry.Do(func() error {
				tries++
				return tc.errs[min(tries, len(tc.errs))-1]
			}), tc.want)
			require.Equal(t, tc.tries, tries)
		})
	}
}
