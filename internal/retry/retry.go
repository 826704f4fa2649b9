// Package retry repeats compare-and-swap writes that lost against another one.
package retry

import (
	"errors"

	"github.com/admincenter/admincenter/admin"
)

// Tries is how often [OnConflict] calls its function at most. Each try that fails means that another
// writer succeeded, so more would only help against a crowd that writes the same record.
const Tries = 10

// OnConflict calls try, which reads a record and writes it back, until it fails with anything but
// [admin.ErrConflict], at most [Tries] times, and returns its last result. It is for changes that mean
// the same for every state of the record, such as a switch that turns something off.
func OnConflict[T any](try func() (T, error)) (T, error) {
	for n := 1; ; n++ {
		v, err := try()
		if n == Tries || !errors.Is(err, admin.ErrConflict) {
			return v, err
		}
	}
}

// Do is [OnConflict] for a function that returns nothing else.
func Do(try func() error) error {
	_, err := OnConflict(func() (struct{}, error) { return struct{}{}, try() })
	return err
}
