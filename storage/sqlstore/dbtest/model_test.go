package dbtest

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/storagetest"
)

// Every database answers every call as memory does.
func TestModel(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		storagetest.Compare(t, s.open, func(*testing.T) storage.Backend { return memory.New() }, atLength(2000, 400))
	})
}
