package dbtest

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// One database a server serves the whole suite, which makes organizations of its own. With -short it goes through
// one driver of each.
func TestConformance(t *testing.T) {
	each := onEachDriver
	if testing.Short() {
		each = onEach
	}
	each(t, func(t *testing.T, s server) {
		b := s.open(t)
		storagetest.Run(t, func(*testing.T) storage.Backend { return b })
	})
}
