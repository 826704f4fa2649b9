package dbtest

import (
	"testing"

	"github.com/admincenter/admincenter/storage/storagetest"
)

func TestConformance(t *testing.T) {
	onEach(t, func(t *testing.T, s server) { storagetest.Run(t, s.open) })
}
