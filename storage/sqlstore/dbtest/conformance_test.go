package dbtest

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// One database a server serves the whole suite, which makes organizations of its own.
func TestConformance(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		if testing.Short() && s.name == "PostgreSQL pq" {
			t.Skip("-short: the suite runs on this server through pgx")
		}
		b := s.open(t)
		storagetest.Run(t, func(*testing.T) storage.Backend { return b })
	})
}
