package dbtest

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// One database a server serves the whole suite, which makes organizations of its own.
func TestConformance(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		b := s.open(t)
		storagetest.Run(t, func(*testing.T) storage.Backend { return b })
	})
}
