package memory_test

import (
	"testing"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/storagetest"
)

func TestBlobsConformance(t *testing.T) {
	storagetest.Blobs(t, func(*testing.T) bulkimport.Blobs { return memory.NewBlobs() })
}
