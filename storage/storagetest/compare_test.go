package storagetest_test

import (
	"testing"

	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/storagetest"
)

func openMemory(*testing.T) storage.Backend { return memory.New() }

// Two of the same never differ, and every method gets to succeed.
func TestCompareDrawsEveryMethod(t *testing.T) {
	storagetest.Compare(t, openMemory, openMemory, 2000)
}
