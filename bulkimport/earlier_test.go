package bulkimport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

func TestEarlierMappingsAreRemembered(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "Lfd,Wer,email,City,Phone\nc1,Lumen,a@x.example,Rome,1\n")
	mapping := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
		"primary_email": bulkimport.FromColumn(2), "city": bulkimport.FromColumn(3), "country": bulkimport.Constant("IT")}
	again := "Phone,City,email,Wer,Lfd\n2,Oslo,b@x.example,Orbit,c2\n"
	suggest := func(text string) (bulkimport.Import, bulkimport.Suggestions) {
		next := w.upload(bulkimport.CustomersType, text)
		s, err := w.service.Suggest(t.Context(), w.scope, next.ID)
		require.NoError(t, err)
		return next, s
	}
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping, bulkimport.Settings{})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, s := suggest(again)
	require.NotContains(t, s.Mapping(), "id", "the import has not been completed")
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)

	next, s := suggest(again)
	require.Equal(t, bulkimport.Mapping{"id": bulkimport.FromColumn(4), "name": bulkimport.FromColumn(3),
		"primary_email": bulkimport.FromColumn(2), "city": bulkimport.FromColumn(1), "country": bulkimport.Constant("IT")},
		s.Mapping(), "by header, in another order, with what was left out left out")
	require.Equal(t, "Phone?", brief(next, s)["phone_number"])
	for _, one := range s {
		if one.Field == "id" {
			require.Equal(t, "as in the import of 2026-03-01", one.Reason)
			require.EqualValues(t, 1, one.Score)
		}
	}
	_, s = suggest("Lfd,Wer,email,City\nc3,Orbit,b@x.example,Oslo\n")
	require.NotContains(t, s.Mapping(), "id", "other headers")
}
