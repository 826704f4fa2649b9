package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// withMapping uploads a file and sets its mapping.
func (w *world) withMapping(t bulkimport.TypeName, text string, m bulkimport.Mapping, set bulkimport.Settings) bulkimport.Import {
	w.t.Helper()
	i := w.upload(t, text)
	i, err := w.service.SetMapping(w.t.Context(), w.scope, i.ID, i.Version, m, set)
	require.NoError(w.t, err)
	return i
}

func (w *world) save(i bulkimport.Import, name string) bulkimport.SavedMapping {
	w.t.Helper()
	m, err := w.service.SaveMapping(w.t.Context(), w.scope, i.ID, name)
	require.NoError(w.t, err)
	return m
}

func (w *world) apply(m bulkimport.SavedMapping, text string) bulkimport.AppliedMapping {
	w.t.Helper()
	a, err := w.service.ApplyMapping(w.t.Context(), w.scope, m.ID, w.upload(m.Type, text).ID)
	require.NoError(w.t, err)
	return a
}

const monthly = "Salesforce export, monthly"

// everything is a mapping with something in each field of a source, and settings likewise.
func everything() (bulkimport.Mapping, bulkimport.Settings) {
	return bulkimport.Mapping{
			"id": bulkimport.FromColumn(0), "name": bulkimport.Join(" ", 1, 2),
			"primary_email": {Columns: []int{3, 4}, First: true, Default: "none@x.example", StripApostrophe: true},
			"country":       {Columns: []int{5}, Values: map[string]string{"Deutschland": "DE"}, Blank: bulkimport.KeepBlank},
			"city":          bulkimport.Constant("Rome"),
		}, bulkimport.Settings{
			Mode: bulkimport.Upsert, Blank: []string{"NULL"}, Optional: []string{"primary_email"}, Dates: bulkimport.DMY,
			NotImported: []int{6}, IfBlank: bulkimport.KeepBlank, StopAfter: 9, Canary: 5, HeaderConfirmed: true,
		}
}

const wholeHeader = "Id,First,Last,E-mail,Work mail,Land,Notes"

func TestASavedMappingIsAppliedByHeaders(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	m, set := everything()
	saved := w.save(w.withMapping(bulkimport.CustomersType, wholeHeader+"\n", m, set), monthly)
	require.Equal(t, strings.Split(wholeHeader, ","), saved.Headers)
	set.HeaderConfirmed = false
	require.Equal(t, set, saved.Settings)
	got, err := w.service.SavedMapping(t.Context(), w.scope, saved.ID)
	require.NoError(t, err)
	require.Equal(t, saved, got)

	a := w.apply(saved, "notes,LAND,Work Mail,email,last,first,id\n")
	m = bulkimport.Mapping{
		"id": bulkimport.FromColumn(6), "name": bulkimport.Join(" ", 5, 4),
		"primary_email": {Columns: []int{3, 2}, First: true, Default: "none@x.example", StripApostrophe: true},
		"country":       {Columns: []int{1}, Values: map[string]string{"Deutschland": "DE"}, Blank: bulkimport.KeepBlank},
		"city":          bulkimport.Constant("Rome"),
	}
	set.NotImported = []int{0}
	require.Equal(t, bulkimport.AppliedMapping{Mapping: m, Settings: set}, a)
	require.True(t, a.Complete())
	i := w.upload(bulkimport.CustomersType, "notes,LAND,Work Mail,email,last,first,id\n,,,,Last,First,c1\n")
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, a.Mapping, a.Settings)
	require.NoError(t, err)
}

func TestWhatCannotBeAppliedIsNamed(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	m, set := everything()
	saved := w.save(w.withMapping(bulkimport.CustomersType, wholeHeader+"\n", m, set), monthly)

	a := w.apply(saved, "Id,First,Work mail,Land,New\n1,a,,,x\n")
	require.Equal(t, []bulkimport.MissingColumn{
		{Header: "Last", Place: 2, Why: bulkimport.HeaderMissing, Fields: []string{"name"}},
		{Header: "E-mail", Place: 3, Why: bulkimport.HeaderMissing, Fields: []string{"primary_email"}},
		{Header: "Notes", Place: 6, Why: bulkimport.HeaderMissing},
	}, a.Missing)
	require.Equal(t, []string{"name"}, a.NotApplied)
	require.Equal(t, []string{"primary_email"}, a.Shortened)
	require.Equal(t, []bulkimport.UnmappedColumn{{Index: 4, Name: "New", Filled: 1}}, a.Unnamed)
	require.Equal(t, []int{2}, a.Mapping["primary_email"].Columns)
	require.NotContains(t, a.Mapping, "name")
	require.False(t, a.Complete())

	fits, err := w.service.FittingMappings(t.Context(), w.scope, w.upload(bulkimport.CustomersType, "Id,First,Last,Work mail,Land\n").ID)
	require.NoError(t, err)
	require.InDelta(t, 0.667, fits[0].Score, 1e-9)
	require.Equal(t, "the file has 5 of the 6 columns that it takes values from", fits[0].Reason)
	require.Equal(t, "E-mail", fits[0].Missing[0].Header)

	less := w.with(bulkimport.Options{Types: []bulkimport.Type{{Schema: bulkimport.Customers()}}})
	gone := bulkimport.Customers()
	gone.Fields = append(gone.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 9, Match: true})
	w.service = w.with(bulkimport.Options{Types: []bulkimport.Type{{Schema: gone}}})
	tiered := w.save(w.withMapping(bulkimport.CustomersType, "Id,Name,Email,Tier\n", bulkimport.Mapping{
		"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "primary_email": bulkimport.FromColumn(2), "tier": bulkimport.FromColumn(3),
	}, bulkimport.Settings{Mode: bulkimport.Upsert, Match: "tier", Optional: []string{"tier", "name"}}), "tiered")
	w.service = less
	a = w.apply(tiered, "Id,Name,Email,Tier\n")
	require.Equal(t, []string{"tier"}, a.Unknown)
	require.NotContains(t, a.Mapping, "tier")
	require.Equal(t, []string{"name"}, a.Settings.Optional)
	require.Equal(t, "tier", a.Settings.Match, "which SetMapping refuses")
	require.Equal(t, []bulkimport.UnmappedColumn{{Index: 3, Name: "Tier"}}, a.Unnamed)
}

func TestColumnsAreFoundByTheirHeaders(t *testing.T) {
	for _, c := range []struct {
		reason, from, to string
		column           int // of the name, which is from the second column
		why              bulkimport.MissingReason
	}{
		{"in another order", "Id,Name", "Name,Id", 0, ""},
		{"by the words of the header", "Id,Customer-Name", "id,customerName", 1, ""},
		{"without accents", "Id,Prénom", "Id,PRENOM", 1, ""},
		{"what is the same comes before what is alike", "Id,E-mail", "Id,Email,E-mail", 2, ""},
		{"two that are alike are told apart if they are the same", "Id,email,E-mail", "E-mail,email,Id", 1, ""},
		{"repeated as often, in order", "Id,Phone,Phone", "Phone,Id,Phone", 0, ""},
		{"repeated more often", "Id,Phone", "Id,Phone,Phone", -1, bulkimport.HeaderAmbiguous},
		{"repeated less often", "Id,Phone,Phone", "Id,Phone", -1, bulkimport.HeaderAmbiguous},
		{"not there", "Id,Name", "Id,Title", -1, bulkimport.HeaderMissing},
		{"units are part of a header", "Id,Amount (EUR)", "Id,Amount (USD)", -1, bulkimport.HeaderMissing},
		{"signs are a header", "Id,%", "%,Id", 0, ""},
		{"other signs", "Id,%", "Id,€", -1, bulkimport.HeaderMissing},
		{"letters without case", "Id,名前", "名前,Id", 0, ""},
		{"no header in the same file", "Id,,City", "Id,,City", 1, ""},
		{"no header in another file", "Id,,City", "City,,Id", -1, bulkimport.HeaderNameless},
		{"longer than what is compared as words", "Id," + strings.Repeat("long ", 60) + "a", strings.Repeat("long ", 60) + "b,Id", -1, bulkimport.HeaderMissing},
	} {
		t.Run(c.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "primary_email": bulkimport.Constant("a@x.example")}
			row := "\nx1,y1,z1\n"[:len("\nx1")+3*strings.Count(c.from, ",")] + "\n"
			i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
				FileName: "f.csv", Content: strings.NewReader(c.from + row), HeaderLine: 1})
			require.NoError(t, err)
			i, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			to, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
				FileName: "f.csv", Content: strings.NewReader(c.to + "\nx1,y1,z1\n"), HeaderLine: 1})
			require.NoError(t, err)
			a, err := w.service.ApplyMapping(t.Context(), w.scope, w.save(i, monthly).ID, to.ID)
			require.NoError(t, err)
			if c.column < 0 {
				require.NotContains(t, a.Mapping, "name")
				require.Equal(t, 1, a.Missing[0].Place)
				require.Equal(t, c.why, a.Missing[0].Why)
				return
			}
			require.Equal(t, bulkimport.FromColumn(c.column), a.Mapping["name"])
			require.Empty(t, a.Missing)
		})
	}
}

func TestSavedMappingsAreRenamedReplacedAndDeleted(t *testing.T) {
	w := newWorld(t, bulkimport.Options{SavedMappings: 3})
	ctx, s := t.Context(), w.service
	m, set := everything()
	i := w.withMapping(bulkimport.CustomersType, wholeHeader+"\n", m, set)
	saved := w.save(i, monthly)
	w.save(i, "b")
	_, err := s.SaveMapping(ctx, w.scope, i.ID, " salesforce  EXPORT, Monthly ")
	require.ErrorIs(t, err, admin.ErrInvalid, "a blank at the end")
	_, err = s.SaveMapping(ctx, w.scope, i.ID, "salesforce  EXPORT, Monthly")
	require.ErrorIs(t, err, admin.ErrExists)
	require.Contains(t, admin.Message(err), `"salesforce  EXPORT, Monthly"`)

	w.now = w.now.Add(time.Hour)
	renamed, err := s.RenameMapping(ctx, w.scope, saved.ID, 1, "A")
	require.NoError(t, err)
	require.Equal(t, []any{"A", int64(2), w.now}, []any{renamed.Name, renamed.Version, renamed.UpdatedAt})
	_, err = s.RenameMapping(ctx, w.scope, saved.ID, 1, "C")
	require.ErrorIs(t, err, admin.ErrConflict)
	_, err = s.RenameMapping(ctx, w.scope, saved.ID, 2, "B")
	require.ErrorIs(t, err, admin.ErrExists)
	_, err = s.RenameMapping(ctx, w.scope, saved.ID, 2, strings.Repeat("a", 101))
	require.ErrorIs(t, err, admin.ErrInvalid)

	other := w.withMapping(bulkimport.CustomersType, "Name,Id,E\n", bulkimport.Mapping{"id": bulkimport.FromColumn(1),
		"name": bulkimport.FromColumn(0), "primary_email": bulkimport.FromColumn(2)}, bulkimport.Settings{})
	_, err = s.ReplaceMapping(ctx, w.scope, saved.ID, 1, other.ID)
	require.ErrorIs(t, err, admin.ErrConflict)
	replaced, err := s.ReplaceMapping(ctx, w.scope, saved.ID, 2, other.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"Name", "Id", "E"}, replaced.Headers)
	require.Equal(t, other.Mapping, replaced.Mapping)
	require.Equal(t, "A", replaced.Name)
	accounts := w.withMapping(bulkimport.AccountsType, "Id,Name,Customer\n", bulkimport.Mapping{"id": bulkimport.FromColumn(0),
		"name": bulkimport.FromColumn(1), "customer_id": bulkimport.FromColumn(2)}, bulkimport.Settings{})
	_, err = s.ReplaceMapping(ctx, w.scope, saved.ID, 3, accounts.ID)
	require.ErrorIs(t, err, admin.ErrInvalid, "of another type")
	_, err = s.ApplyMapping(ctx, w.scope, saved.ID, accounts.ID)
	require.ErrorIs(t, err, admin.ErrInvalid, "of another type")

	w.save(i, "c")
	_, err = s.SaveMapping(ctx, w.scope, i.ID, "d")
	require.ErrorIs(t, err, bulkimport.ErrTooManyMappings)
	w.save(accounts, "d")
	var names []string
	for m, err := range s.AllSavedMappings(ctx, w.scope, bulkimport.CustomersType) {
		require.NoError(t, err)
		names = append(names, m.Name)
	}
	require.Equal(t, []string{"A", "b", "c"}, names)
	page, err := s.SavedMappings(ctx, w.scope, bulkimport.CustomersType, admin.Query{Limit: 2})
	require.NoError(t, err)
	page, err = s.SavedMappings(ctx, w.scope, bulkimport.CustomersType, admin.Query{Limit: 2, After: page.Next})
	require.NoError(t, err)
	require.Equal(t, "c", page.Items[0].Name)

	require.ErrorIs(t, s.DeleteMapping(ctx, w.scope, saved.ID, 2), admin.ErrConflict)
	require.NoError(t, s.DeleteMapping(ctx, w.scope, saved.ID, 3))
	_, err = s.SavedMapping(ctx, w.scope, saved.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
	kept, err := s.Get(ctx, w.scope, other.ID)
	require.NoError(t, err)
	require.Equal(t, other, kept)
}

func TestSavedMappingsRefuse(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	ctx, s := t.Context(), w.service
	i := w.upload(bulkimport.CustomersType, wholeHeader+"\n")
	_, err := s.SaveMapping(ctx, w.scope, i.ID, monthly)
	require.ErrorIs(t, err, admin.ErrState, "no mapping was set")
	m, set := everything()
	i, err = s.SetMapping(ctx, w.scope, i.ID, i.Version, m, set)
	require.NoError(t, err)
	for _, name := range []string{"", "a\nb", "a\u202eb"} {
		_, err = s.SaveMapping(ctx, w.scope, i.ID, name)
		require.ErrorIs(t, err, admin.ErrInvalid, "%q", name)
	}
	saved := w.save(i, monthly)
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "1"}, admin.Permissions("customers.read"))
	_, err = s.SavedMapping(ctx, reader, saved.ID)
	require.NoError(t, err)
	_, err = s.ApplyMapping(ctx, reader, saved.ID, i.ID)
	require.NoError(t, err)
	other := admin.System("other")
	_, err = s.SavedMapping(ctx, other, saved.ID)
	require.ErrorIs(t, err, admin.ErrNotFound)
	for reason, call := range map[string]func(admin.Scope) error{
		"save":    func(x admin.Scope) error { _, err := s.SaveMapping(ctx, x, i.ID, "x"); return err },
		"replace": func(x admin.Scope) error { _, err := s.ReplaceMapping(ctx, x, saved.ID, 1, i.ID); return err },
		"rename":  func(x admin.Scope) error { _, err := s.RenameMapping(ctx, x, saved.ID, 1, "x"); return err },
		"delete":  func(x admin.Scope) error { return s.DeleteMapping(ctx, x, saved.ID, 1) },
		"erase":   func(x admin.Scope) error { return s.EraseMapping(ctx, x, saved.ID) },
	} {
		require.ErrorIs(t, call(reader), admin.ErrForbidden, reason)
		require.ErrorIs(t, call(admin.Scope{}), admin.ErrUnauthenticated, reason)
	}
	_, err = s.SavedMappings(ctx, w.scope, "unknown", admin.Query{})
	require.ErrorIs(t, err, admin.ErrInvalid)

	ports := w.ports()
	ports.Mappings = nil
	without := s.In(ports)
	_, err = without.SaveMapping(ctx, w.scope, i.ID, "x")
	require.ErrorIs(t, err, admin.ErrState)
	_, err = without.FittingMappings(ctx, w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState)
	_, err = without.Suggest(ctx, w.scope, i.ID)
	require.NoError(t, err)

	words := map[string]string{}
	for n := range 500 {
		words[fmt.Sprintf("%0190d", n)] = strings.Repeat("a", 40)
	}
	for _, field := range []string{"id", "name"} {
		source := m[field]
		source.Values = words
		m[field] = source
	}
	i, err = s.SetMapping(ctx, w.scope, i.ID, i.Version, m, set)
	require.NoError(t, err)
	_, err = s.SaveMapping(ctx, w.scope, i.ID, "large")
	require.ErrorContains(t, err, "at most 131072 can be saved")
}

func TestSavedMappingsAreSuggested(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	mapping := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
		"primary_email": bulkimport.FromColumn(2), "country": bulkimport.Constant("IT")}
	saved := w.save(w.withMapping(bulkimport.CustomersType, "Lfd,Wer,email,City\n", mapping, bulkimport.Settings{}), monthly)
	suggest := func(text string) (bulkimport.Import, bulkimport.Suggestions, []bulkimport.MappingFit) {
		i := w.upload(bulkimport.CustomersType, text)
		s, err := w.service.Suggest(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		fits, err := w.service.FittingMappings(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		return i, s, fits
	}
	of := func(s bulkimport.Suggestions, field string) bulkimport.Suggestion {
		for _, one := range s {
			if one.Field == field {
				return one
			}
		}
		return bulkimport.Suggestion{}
	}
	i, s, fits := suggest("City,email,WER,lfd\nRome,a@x.example,Lumen,c1\n")
	require.Equal(t, bulkimport.Mapping{"id": bulkimport.FromColumn(3), "name": bulkimport.FromColumn(2),
		"primary_email": bulkimport.FromColumn(1), "country": bulkimport.Constant("IT")}, s.Mapping())
	require.Equal(t, `as in the saved mapping "Salesforce export, monthly"`, of(s, "id").Reason)
	require.EqualValues(t, 1, of(s, "id").Score)
	require.Equal(t, "City?", brief(i, s)["city"])
	require.Contains(t, of(s, "city").Reason, `but left out in the saved mapping "Salesforce export, monthly"`)
	require.Equal(t, []bulkimport.MappingFit{{Mapping: saved, Score: 1, Why: []bulkimport.Reason{{Code: "fits"}},
		Reason: "the file has every column that it takes values from"}}, fits)

	_, s, fits = suggest("Lfd,Wer,email,City,Phone\nc1,Lumen,a@x.example,Rome,1\n")
	require.InDelta(t, 0.96, fits[0].Score, 1e-9)
	require.Equal(t, "the file has every column that it takes values from, and columns that it does not know: 1", fits[0].Reason)
	require.InDelta(t, 0.96, of(s, "id").Score, 1e-9)
	require.True(t, of(s, "phone_number").Preselected, "nothing was decided about it")

	_, s, fits = suggest("Lfd,Wer,City\nc1,Lumen,Rome\n")
	require.Empty(t, fits)
	require.NotContains(t, s.Mapping(), "id", "a column is missing")
	_, _, fits = suggest("a,b,c\n1,2,3\n")
	require.Empty(t, fits)

	w.now = w.now.Add(time.Hour)
	mapping["country"] = bulkimport.Constant("FR")
	newer := w.save(w.withMapping(bulkimport.CustomersType, "Lfd,Wer,email,City\n", mapping, bulkimport.Settings{}), "newer")
	_, s, fits = suggest("Lfd,Wer,email,City\n")
	require.Equal(t, []uuid.UUID{newer.ID, saved.ID}, []uuid.UUID{fits[0].Mapping.ID, fits[1].Mapping.ID})
	require.Equal(t, "FR", of(s, "country").Source.Constant)
}

func TestASavedMappingAndAnEarlierImport(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	mapping := func(country string) bulkimport.Mapping {
		return bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1),
			"primary_email": bulkimport.FromColumn(2), "country": bulkimport.Constant(country)}
	}
	run := func(text string) {
		i := w.withMapping(bulkimport.CustomersType, text, mapping("IT"), bulkimport.Settings{})
		_, err := w.service.Start(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
		require.NoError(t, err)
	}
	country := func(text string) string {
		s, err := w.service.Suggest(t.Context(), w.scope, w.upload(bulkimport.CustomersType, text).ID)
		require.NoError(t, err)
		return s.Mapping()["country"].Constant
	}
	run("Lfd,Wer,email\nc1,Lumen,a@x.example\n")
	run("Lfd,Wer,email,Neu\nc2,Lumen,a@x.example,x\n")
	require.Equal(t, "IT", country("Lfd,Wer,email\nc3,Lumen,a@x.example\n"))
	w.save(w.withMapping(bulkimport.CustomersType, "Lfd,Wer,email\n", mapping("FR"), bulkimport.Settings{}), monthly)
	require.Equal(t, "FR", country("Lfd,Wer,email\nc3,Lumen,a@x.example\n"), "the saved one, which was chosen")
	require.Equal(t, "IT", country("Lfd,Wer,email,Neu\nc3,Lumen,a@x.example,x\n"), "the import that knows all columns")
	require.Equal(t, "FR", country("Lfd,Wer,email,Other\nc3,Lumen,a@x.example,x\n"), "the saved one that knows most")
}

func TestFilesWithoutHeadersHaveASavedMappingByPlace(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	upload := func(text string) bulkimport.Import {
		i, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
			FileName: "f.csv", Content: strings.NewReader(text), HeaderLine: bulkimport.NoHeader})
		require.NoError(t, err)
		return i
	}
	m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "primary_email": bulkimport.FromColumn(2)}
	i := upload("c1,Lumen,a@x.example\n")
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(t, err)
	saved := w.save(i, monthly)
	same := upload("x,y,z\n")
	a, err := w.service.ApplyMapping(t.Context(), w.scope, saved.ID, same.ID)
	require.NoError(t, err)
	require.Equal(t, m, a.Mapping)
	fits, err := w.service.FittingMappings(t.Context(), w.scope, same.ID)
	require.NoError(t, err)
	require.InDelta(t, 0.75, fits[0].Score, 0)
	require.Equal(t, "the file has as many columns, and no headers either", fits[0].Reason)
	s, err := w.service.Suggest(t.Context(), w.scope, same.ID)
	require.NoError(t, err)
	require.Empty(t, s.Mapping(), "as many columns are too little")
	a, err = w.service.ApplyMapping(t.Context(), w.scope, saved.ID, upload("x,y\n").ID)
	require.NoError(t, err)
	require.Empty(t, a.Mapping)
	require.Equal(t, bulkimport.HeaderNameless, a.Missing[0].Why)
}

func TestSavedMappingsAreMentionedAndErased(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	s, ctx := w.erasing(), t.Context()
	m, set := everything()
	m["city"] = bulkimport.Constant("Castle Miller")
	i := w.withMapping(bulkimport.CustomersType, wholeHeader+"\n", m, set)
	saved := w.save(i, "for Ann Miller")
	w.save(w.withMapping(bulkimport.CustomersType, wholeHeader+"\nx,y\n", func() bulkimport.Mapping { m, _ := everything(); return m }(), set), "other")
	require.Equal(t, []bulkimport.Mention{{ImportID: i.ID, Settings: true}, {MappingID: saved.ID, Settings: true}},
		mentioned(t, w, s, "castle miller"))
	require.ErrorIs(t, w.service.EraseMapping(ctx, w.scope, saved.ID), admin.ErrState, "there is no trail")
	_, err := s.Erase(ctx, w.scope, i.ID)
	require.NoError(t, err)
	require.Len(t, mentioned(t, w, s, "miller"), 1, "a saved mapping outlives the import that it was saved from")
	require.NoError(t, s.EraseMapping(ctx, w.scope, saved.ID))
	require.Empty(t, mentioned(t, w, s, "miller"))
	require.ErrorIs(t, s.EraseMapping(ctx, w.scope, saved.ID), admin.ErrNotFound)
	records, err := w.backend.Audit().List(ctx, org, admin.AuditFilter{
		Subject: admin.Subject{Kind: bulkimport.MappingSubjectKind, ID: saved.ID.String()}}, admin.Seek[admin.RecordKey]{Limit: 50})
	require.NoError(t, err)
	require.Len(t, records, 2)
	for _, r := range records {
		for _, c := range r.Changes {
			require.NotContains(t, c.To, "Miller")
		}
	}
}
