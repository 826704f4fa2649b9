package bulkimport_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

func TestChinookImportsAsSuggested(t *testing.T) {
	text := dataFile(t, "chinook_customers.csv")
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, text)
	columns := func(names ...string) bulkimport.Source {
		s := bulkimport.Source{}
		for _, name := range names {
			k, err := i.ColumnNamed(name)
			require.NoError(t, err)
			s.Columns = append(s.Columns, k)
		}
		return s
	}
	name := columns("FirstName", "LastName")
	name.Separator = " "
	require.Equal(t, bulkimport.Mapping{
		"id": columns("CustomerId"), "name": name, "primary_email": columns("Email"), "phone_number": columns("Phone"),
		"line1": columns("Address"), "city": columns("City"), "state": columns("State"),
		"postal_code": columns("PostalCode"), "country": columns("Country"),
	}, w.suggested(i))
	i, p := w.run(bulkimport.CustomersType, text, bulkimport.Settings{})
	require.Empty(t, w.failed(i.ID))
	require.EqualValues(t, 59, p.Created)
	require.Len(t, w.customers(), 59)
	require.Equal(t, "Luís Gonçalves", w.customer("1").Name)
	require.Equal(t, "BR", w.customer("1").Country)
}

func TestNorthwindNeedsAnEmailOrToBeToldOtherwise(t *testing.T) {
	text := dataFile(t, "northwind_customers.csv")
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, text)
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	var invalid *admin.ValidationError
	require.True(t, errors.As(err, &invalid))
	require.Len(t, invalid.Fields, 1)
	require.Equal(t, bulkimport.CodeRequiredMapping, invalid.Fields[0].Code)
	require.Equal(t, "/mapping/primary_email", invalid.Fields[0].Path)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrInvalid)
	require.Empty(t, w.customers())

	_, p := w.run(bulkimport.CustomersType, text,
		bulkimport.Settings{Optional: []string{"primary_email"}, Blank: []string{"NULL"}})
	require.EqualValues(t, 91, p.Created)
	require.Len(t, w.customers(), 91)
	require.Equal(t, customer.Address{
		PhoneNumber: "030-0074321", Line1: "Obere Str. 57", PostalCode: "12209", City: "Berlin", Country: "DE",
	}, w.customer("ALFKI").Address)
	require.Equal(t, "Alfreds Futterkiste", w.customer("ALFKI").Name)
}
