package memory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
	"github.com/admincenter/admincenter/storage/storagetest"
)

func TestConformance(t *testing.T) {
	storagetest.Run(t, func(*testing.T) storage.Backend { return memory.New() })
}

// An adapter of a host's own tables may not know which organizations there are; both included ones do.
func TestAnOrganizationThatDoesNotExistIsNotFoundWhenEveryChangeIsRefused(t *testing.T) {
	b := memory.New()
	rec := admin.Runtime{}.WithDefaults().Record(admin.System("nowhere"), "customer.edit", admin.Subject{Kind: "customer"})
	_, err := b.Customers().Apply(t.Context(), "nowhere", []customer.Change[customer.Customer]{{
		Mode: customer.ModeUpdate, Record: customer.Customer{ID: "nobody"}, At: rec.At,
	}}, rec)
	require.ErrorIs(t, err, admin.ErrNotFound)
	_, err = b.Accounts().Apply(t.Context(), "nowhere", []customer.Change[customer.Account]{{
		Mode: customer.ModeUpdate, Record: customer.Account{ID: "nobody"}, At: rec.At,
	}}, rec)
	require.ErrorIs(t, err, admin.ErrNotFound)
}
