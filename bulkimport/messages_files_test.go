package bulkimport_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// sink is a target that gives every row the same outcome.
type sink struct{ outcome bulkimport.Outcome }

func (s *sink) Write(_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record) ([]bulkimport.Outcome, error) {
	out := make([]bulkimport.Outcome, len(b.Rows))
	for k := range out {
		if out[k] = s.outcome; s.outcome.Result == "" {
			out[k].Result = bulkimport.Created
		}
	}
	return out, nil
}

// ofTargets has the messages for outcomes of a host's target.
func (h *heard) ofTargets() {
	for _, o := range []bulkimport.Outcome{
		{Result: bulkimport.Refused}, {Result: bulkimport.RelationNotFound, Field: "text"},
		{Result: bulkimport.Ambiguous, Field: "text"},
	} {
		w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{outcome: o})}})
		i := w.upload("things", "id,text\nk1,abc\n")
		w.start(i, bulkimport.Settings{})
		_, err := w.service.Run(h.t.Context(), w.scope, i.ID, nil)
		require.NoError(h.t, err)
		h.rows(w.failed(i.ID))
	}
}

// ofOrders has the messages of rows that point at each other.
func (h *heard) ofOrders() {
	w := newWorld(h.t, bulkimport.Options{Limits: bulkimport.Limits{Duplicates: 3},
		Types: []bulkimport.Type{{Schema: units(), Target: &sink{}}}})
	i := w.imported("units", "id,name,parent,deputy\na,,b,\nb,,a,\nc,,c,\n", unitMapping(), bulkimport.Settings{})
	h.rows(w.failed(i.ID))
	var chain strings.Builder
	for k := 110; k > 0; k-- {
		fmt.Fprintf(&chain, "u%d,,u%d,\n", k, k-1)
	}
	for _, rows := range []string{"a,,b,\nb,,a,\nc,,d,\nd,,c,\n", chain.String()} {
		i := w.upload("units", "id,name,parent,deputy\n"+rows)
		_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, unitMapping(), bulkimport.Settings{})
		require.NoError(h.t, err)
		_, err = w.service.Start(h.t.Context(), w.scope, i.ID)
		h.refused(err)
	}
}

// ofOwners has the messages of rows with an account and its customer.
func (h *heard) ofOwners() {
	w := newWorld(h.t, bulkimport.Options{Limits: bulkimport.Limits{Duplicates: 2}})
	w.run(bulkimport.CustomersType, pair, bulkimport.Settings{})
	header := "id,name,customer_id,customer_name,customer_primary_email\n"
	i, _ := w.run(bulkimport.CustomerAccountsType, header+"a1,Main,c1,Another,\na2,Main,c9,Orbit,\na3,Main,c9,Lumen,\n",
		bulkimport.Settings{})
	h.rows(w.failed(i.ID))
	i = w.upload(bulkimport.CustomerAccountsType, header+"a1,Main,c1,One Ltd,\na2,Main,c1,Two Ltd,\na3,Main,c1,Red Ltd,\n"+
		"a4,Main,c1,Blue Ltd,\n")
	_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = w.service.Start(h.t.Context(), w.scope, i.ID)
	h.refused(err)
}

// refusing refuses two currencies.
func refusing(context.Context, admin.OrgID, []iso4217.Code) (iso4217.Refusals, error) {
	return iso4217.Refusals{"CHF": iso4217.Archived, "SEK": iso4217.Unused}, nil
}

// ofRecords has the messages of customers and accounts that are not written.
func (h *heard) ofRecords() {
	w := newWorld(h.t, bulkimport.Options{})
	ports := w.ports()
	atomically := ports.Atomically
	ports.Currencies = refusing
	ports.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return atomically(ctx, func(p bulkimport.Ports) error {
			p.Currencies = refusing
			return fn(p)
		})
	}
	w.service = w.service.In(ports)
	kept, err := customer.NewService(customer.Ports{Customers: w.backend.Customers(), Accounts: w.backend.Accounts()},
		customer.Options{})
	require.NoError(h.t, err)
	ctx := h.t.Context()
	w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\nc2,Orbit,o@x.example\nc3,Orbit,p@x.example\n"+
		"c4,Gone,g@x.example\nc5,Away,a@x.example\n", bulkimport.Settings{})
	w.run(bulkimport.AccountsType, "id,customer_id,name\na1,c1,Main\na2,c1,Second\na3,c1,Third\n", bulkimport.Settings{})
	_, err = kept.EditAccount(ctx, w.scope, "a1", 1, customer.AccountEdit{Aliases: customer.Set([]customer.Alias{{Value: "alias"}})})
	require.NoError(h.t, err)
	_, err = kept.ArchiveAccount(ctx, w.scope, "a2", 1)
	require.NoError(h.t, err)
	for _, id := range []string{"c4", "c5"} {
		_, err = kept.Archive(ctx, w.scope, id, 1, customer.ArchiveInput{})
		require.NoError(h.t, err)
	}
	h.erase(w)
	for _, one := range []struct {
		t    bulkimport.TypeName
		text string
		set  bulkimport.Settings
		by   string
	}{
		{bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\n", bulkimport.Settings{}, ""},
		{bulkimport.CustomersType, "id,name,primary_email\nc9,Lumen,l@x.example\n", bulkimport.Settings{Mode: bulkimport.Update}, ""},
		{bulkimport.CustomersType, "id,name,primary_email\nc5,Newer,l@x.example\nc4,Newer,l@x.example\n", bulkimport.Settings{Mode: bulkimport.Upsert}, ""},
		{bulkimport.CustomersType, "id,name,primary_email\nc7,Newer,l@x.example\nc2,Newer,new@x.example\n",
			bulkimport.Settings{Mode: bulkimport.Upsert, Match: "primary_email"}, ""},
		{bulkimport.AccountsType, "id,customer_id,name,invoice_currency\na9,cx,Main,\na8,c5,Main,\na7,c4,Main,\na6,c1,Main,CHF\na5,c1,Main,SEK\n" +
			"a2,c1,Newer,\na3,c1,Newer,\n", bulkimport.Settings{Mode: bulkimport.Upsert}, ""},
		{bulkimport.AccountsType, "id,customer_id,name\na9,Orbit,Main\na8,Nobody,Main\n", bulkimport.Settings{}, "name"},
		{bulkimport.AccountsType, "id,customer_id,name,aliases\na9,c1,Main,alias\n", bulkimport.Settings{}, ""},
		{bulkimport.AccountsType, "id,customer_id,name,aliases,billing_information,metadata,tags,status\n" +
			"a9,c1,Main,x [soon/],Ann,\"{\"\"a\"\":\"\"\"\"}\",\"[\"\"a\"\",\"\"A\"\"]\",PAUSED\n", bulkimport.Settings{}, ""},
	} {
		i := w.upload(one.t, one.text)
		m := w.suggested(i)
		if one.by != "" {
			source := m["customer_id"]
			source.By = one.by
			m["customer_id"] = source
		}
		for _, c := range i.Columns { // those whose values do not fit are not sure
			if _, mapped := m[c.Header]; !mapped && one.by == "" {
				m[c.Header] = bulkimport.FromColumn(c.Index)
			}
		}
		_, err := w.service.SetMapping(ctx, w.scope, i.ID, i.Version, m, one.set)
		require.NoError(h.t, err)
		_, err = w.service.Start(ctx, w.scope, i.ID)
		require.NoError(h.t, err)
		_, err = w.service.Run(ctx, w.scope, i.ID, nil)
		require.NoError(h.t, err)
		h.rows(w.failed(i.ID))
	}
}

// erase takes all that is personal out of c4 and a3.
func (h *heard) erase(w *world) {
	at := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	rec := admin.Record{ID: w.id(), At: at, Actor: w.scope.Actor(), Action: customer.ActionErase,
		Subject: admin.Subject{Kind: "customer", ID: "c4"}}
	out, err := w.backend.Customers().Apply(h.t.Context(), org, []customer.Change[customer.Customer]{
		{Mode: customer.ModeErase, Record: customer.Customer{ID: "c4"}, At: at}}, rec)
	require.NoError(h.t, err)
	require.Equal(h.t, customer.Updated, out[0].Result, "%v", out)
	accounts := w.backend.Accounts()
	status, err := customer.Accounts().Mask("status")
	require.NoError(h.t, err)
	rec.ID, rec.Subject = w.id(), admin.Subject{Kind: "account", ID: "a3"}
	_, err = accounts.Apply(h.t.Context(), org, []customer.Change[customer.Account]{
		{Mode: customer.ModeUpdate, Record: customer.Account{ID: "a3", Status: customer.Archived}, Given: status, At: at}}, rec)
	require.NoError(h.t, err)
	rec.ID = w.id()
	gone, err := accounts.Apply(h.t.Context(), org, []customer.Change[customer.Account]{
		{Mode: customer.ModeErase, Record: customer.Account{ID: "a3"}, At: at}}, rec)
	require.NoError(h.t, err)
	require.Equal(h.t, customer.Updated, gone[0].Result)
}

// ofFiles has the messages of files that are no tables.
func (h *heard) ofFiles() {
	limits := bulkimport.Limits{FileBytes: 200_000, Rows: 3, Columns: 4, HeaderBytes: 20, RecordBytes: 2000, RecordLines: 3, Duplicates: 1}
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}, Limits: limits})
	for _, f := range []struct {
		text string
		line int64
	}{
		{"", 0}, {strings.Repeat(",,\n", 40_000) + "id\n", 0}, {",,\n", bulkimport.NoHeader}, {"id\n1\n2\n3\n4\n", 0},
		{"id\n\n\n1\n2\n3\n", 0}, {"id\n1\n", 9}, {"id\n\n1\n", 2}, {"id,\"text\nk1,x\n", 1}, {"\"id\"x,text\nk1,x\n", 1},
		{"id,te\x00xt\nk1,x\n", 1}, {wideText("id,te\ud7ff\nk1,x\n"), 1}, {wideText("id,\"te\ud7ff\"x\nk1,x\n"), 1},
		{"id,te\xffxt,éé\nk1,x\n", 1}, {"\"id\xff\"x,éé\nk1,x\n", 1},
		{"a,b,c,d,e\n", 1}, {"a,b,c,d,e\n", bulkimport.NoHeader}, {"id," + strings.Repeat("h", 30) + "\n1,2\n", 1},
		{"id," + strings.Repeat("h", 3000) + "\n1,2\n", 1}, {strings.Repeat("x", 300_000), 0},
		{"PK\x03\x04 xl/workbook", 0}, {"PK\x03\x04", 0}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0}, {"\x1f\x8b\x08", 0},
		{"\xff\xfe\x00\x00", 0}, {"SQLite format 3\x00", 0}, {"\x89PNG", 0}, {"%PDF-1.7", 0}, {strings.Repeat("\x01\x02", 40), 0},
		{`{\rtf1 x}`, 0}, {"BEGIN:VCARD\n", 0}, {"<!doctype html><html>", 0}, {"<?xml version=\"1.0\"?><a/>", 0},
		{`{"id": [1, 2]}`, 0}, {"INSERT INTO customers VALUES (1);\n", 0},
	} {
		_, err := w.service.Upload(h.t.Context(), w.scope, bulkimport.UploadInput{Type: "things", FileName: "f.csv",
			Content: strings.NewReader(f.text), HeaderLine: f.line})
		h.refused(err)
	}
	i := w.upload("things", "id\n"+strings.Repeat("k1\n", 3))
	_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = w.service.Start(h.t.Context(), w.scope, i.ID)
	h.refused(err)
	h.ofStoredFiles(w)
}

// ofStoredFiles has the messages of files that are not what they were.
func (h *heard) ofStoredFiles(w *world) {
	ctx, store := h.t.Context(), w.backend.Imports()
	i := w.upload("things", "id\nk1\n")
	require.NoError(h.t, store.Append(ctx, org, i.ID, i.Content.Bytes, []byte("k2\n")))
	_, err := w.service.SetFileFormat(ctx, w.scope, i.ID, i.Version, bulkimport.FileFormat{})
	h.refused(err)
	i = w.upload("things", "id\nk2\n")
	i.Content.Bytes++
	require.NoError(h.t, store.Update(ctx, org, i, w.record(bulkimport.ActionFormat, i)))
	_, err = w.service.SetFileFormat(ctx, w.scope, i.ID, i.Version+1, bulkimport.FileFormat{})
	h.refused(err)
	i = w.upload("things", "id\nk3\n")
	_, err = store.RemoveFile(ctx, org, i.ID, 10, w.record(bulkimport.ActionRemoveFile, i))
	require.NoError(h.t, err)
	_, err = w.service.Suggest(ctx, w.scope, i.ID)
	h.refused(err)
}

// ofWarnings has the messages of files that are doubtful.
func (h *heard) ofWarnings() {
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}, Limits: bulkimport.Limits{Columns: 4}})
	for _, f := range []struct {
		text string
		skip bool
	}{
		{"id,text\n", false}, {"id,text\nk1,NULL\nk2,NULL\n", false}, {"id,text\nk1,'007\nk2,'008\n", false},
		{"A report,\n\nid,text\nk1,abc\nk2,abc\n", false}, {"id,text,text\nk1,abc,abd\n", false}, {"k1,2024-01-31\nk2,2024-01-31\n", false},
		{"id,text;x\nk1,abc;x\nk2,abc;x\n", false}, {"id,text\nk1,M\xfcller\nk2,x\n", false}, {"id,text\nk1,M\xfcller \x80\n", false},
		{"id,text\nk1,é\nk2,éé\nk3,\xff\n", false}, {"id,text\nk1,\ufffd\n", false}, {"id,text\nk1,MÃ¼ller\n", false},
		{"id,text\nk1,\"x\nk2,y\n", false}, {"id,text\nk1,\"x\"y\nk2,y\n", false}, {"id,text\nk1,a,b,c,d,e\nk2,y\n", false},
		{"id,text,date\nk1,abc,\nk2,abc,\n\nTotal,,\n", false}, {"id,text,date\nk3,abc,\nk2,abc,\n\nTotal,,\n", true},
		{"id,text\nk1,M\xfcller\nk2,x\n", false},
	} {
		i, err := w.service.Upload(h.t.Context(), w.scope, bulkimport.UploadInput{Type: "things", FileName: "f.csv",
			Content: strings.NewReader(f.text), SkipFooter: f.skip})
		require.NoError(h.t, err)
		h.imported(i)
	}
	again := "id,text\nk1,abc\n"
	w.run("things", again, bulkimport.Settings{})
	i := w.upload("things", again)
	h.imported(i)
	for _, same := range []string{"id,text\r\nk1,abc\r\n", "\ufeff" + again, wideText(again)} {
		h.imported(w.upload("things", same))
	}
	w.run("things", "id,text\nk2,aéé\n", bulkimport.Settings{})
	h.imported(w.upload("things", "id,text\nk2,a\xe9\xe9\n"))
	i, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{})
	require.NoError(h.t, err)
	i, err = w.service.SetFileFormat(h.t.Context(), w.scope, i.ID, i.Version, bulkimport.FileFormat{Delimiter: ";"})
	require.NoError(h.t, err)
	h.imported(i)
}

// mapped sets a mapping that is refused.
func (h *heard) mapped(w *world, i bulkimport.Import, m bulkimport.Mapping, set bulkimport.Settings) {
	_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, m, set)
	h.refused(err)
}

// ofMappings has the messages of mappings that cannot be used.
func (h *heard) ofMappings() {
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	i := w.upload("things", "id,text,more\nk1,abc,x\n")
	id := bulkimport.FromColumn(0)
	text := func(s bulkimport.Source) bulkimport.Mapping { return bulkimport.Mapping{"id": id, "text": s} }
	words := map[string]string{}
	for k := range 501 {
		words[fmt.Sprint("word ", k)] = "abc"
	}
	for _, m := range []bulkimport.Mapping{
		{}, {"id": id, "nothing": id}, text(id), text(bulkimport.Source{Columns: []int{1}, Constant: "abc"}), text(bulkimport.Source{}),
		{"id": bulkimport.Constant("abc")}, {"id": {Columns: []int{0}, Default: "abc"}}, text(bulkimport.Source{Constant: "abc", Default: "abc"}),
		text(bulkimport.Source{Columns: make([]int, 11)}), text(bulkimport.FromColumn(9)), text(bulkimport.Constant(" ")),
		text(bulkimport.Source{Columns: []int{1}, Default: " "}), text(bulkimport.Constant("a\u202eb")), text(bulkimport.Constant("ab")),
		text(bulkimport.Source{Columns: []int{1}, Blank: "SOMETIMES"}), text(bulkimport.Source{Columns: []int{1}, Values: words}),
		text(bulkimport.Source{Columns: []int{1}, Values: map[string]string{" ": "abc"}}),
		text(bulkimport.Source{Columns: []int{1}, Values: map[string]string{"A": "abc", "a": "abd"}}),
		text(bulkimport.Source{Columns: []int{1}, Values: map[string]string{"A": "ab"}}),
		text(bulkimport.Source{Columns: []int{1}, By: "name"}),
		text(bulkimport.Source{Columns: []int{1}, Separator: strings.Repeat("-", 30)}), text(bulkimport.Source{Columns: []int{1}, Separator: "\u202e"}),
		{"id": id, "date": bulkimport.Constant("soon")},
		text(bulkimport.Source{Columns: []int{1}, Format: bulkimport.Format{Numbers: "x", Dates: "x", Serials: "x", Currency: "x", Zone: "x", YearPivot: 101}}),
	} {
		h.mapped(w, i, m, bulkimport.Settings{})
	}
}

// ofSettings has the messages of settings that cannot be used.
func (h *heard) ofSettings() {
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	i := w.upload("things", "id,text,more\nk1,abc,x\n")
	m := bulkimport.Mapping{"id": bulkimport.FromColumn(0)}
	for _, set := range []bulkimport.Settings{
		{Mode: "x"}, {Dates: "x"}, {IfBlank: "x"}, {StopAfter: -1}, {Canary: -1}, {CustomersFrom: uuid.Max}, {CustomersFrom: i.ID}, {Match: "text", Mode: bulkimport.Upsert}, {Match: "id"},
		{Blank: slices.Repeat([]string{"x"}, 101)}, {Blank: []string{" "}}, {Optional: []string{"nothing"}}, {Optional: []string{"id"}},
		{NotImported: []int{9}}, {NotImported: []int{1, 1}}, {NotImported: []int{0}},
	} {
		h.mapped(w, i, m, set)
	}
}

// ofNames has the messages of names of files, and of how a file cannot be read.
func (h *heard) ofNames() {
	w := newWorld(h.t, bulkimport.Options{})
	upload := func(in bulkimport.UploadInput) {
		in.Type, in.Content = bulkimport.CustomersType, strings.NewReader("id\n")
		_, err := w.service.Upload(h.t.Context(), w.scope, in)
		h.refused(err)
	}
	for _, name := range []string{"", "a\xff", "a\u202eb", "a ", strings.Repeat("a", 256), "a/b", "a.", "nul"} {
		upload(bulkimport.UploadInput{FileName: name})
	}
	upload(bulkimport.UploadInput{FileName: "a", Encoding: "EBCDIC", Delimiter: "ab", Quote: "x", HeaderLine: -2, UnquotedFrom: -1})
	upload(bulkimport.UploadInput{FileName: "a", Delimiter: "'", Quote: "'"})
	upload(bulkimport.UploadInput{FileName: "a", Delimiter: "|", Quote: "|"})
}

// ofSuggestions has the reasons of suggestions.
func (h *heard) ofSuggestions() {
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	dates := strings.Repeat("x,y,soon\n", 12)
	for _, f := range []struct {
		t    bulkimport.TypeName
		text string
	}{
		{bulkimport.CustomersType, "id,name,primary_email\nc1,Lumen,l@x.example\n"},
		{bulkimport.CustomersType, "client number,company,mail\nc1,Lumen,l@x.example\n"},
		{bulkimport.CustomersType, "code,customer legal title,e-mail address of billing contact\nc1,Lumen,l@x.example\n"},
		{bulkimport.CustomersType, "custmer id,company nam,primry email\nc1,Lumen,l@x.example\n"},
		{bulkimport.CustomersType, "id,first name,last name,zzz\nc1,Ann,Berg,a@x.example\nc2,Bea,Berg,b@x.example\nc3,Cid,Berg,c@x.example\n"},
		{bulkimport.CustomersType, "id,name,primary_email,country\n" + strings.Repeat("c1,Lumen,,Atlantis\n", 12) + "c2,Orbit,,Utopia\n"},
		{bulkimport.CustomersType, "id,name,primary_email,country\nc1,Lumen,l@x.example,Atlantis\nc2,Lumen,l@x.example,DE\n"},
		{bulkimport.CustomersType, "id,name,email,contact email,work email,business city,city\nc1,Lumen,l@x.example,,,,\n"},
		{bulkimport.CustomersType, "number,customer,mailing phone number,street address,company town,nr\nc1,Lumen,1,1,1,1\n"},
		{"customers", "x,y,z\n" + dates}, {"things", "id,first name,last name,city\nk1,Ann,Berg,Bonn\n"},
	} {
		i := w.upload(f.t, f.text)
		h.suggested(w, i)
	}
	had := "id,name,primary_email,country,city\nc1,Lumen,l@x.example,DE,Bonn\n"
	i := w.upload(bulkimport.CustomersType, had)
	m := w.suggested(i)
	delete(m, "city")
	_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = w.service.Start(h.t.Context(), w.scope, i.ID)
	require.NoError(h.t, err)
	_, err = w.service.Run(h.t.Context(), w.scope, i.ID, nil)
	require.NoError(h.t, err)
	h.suggested(w, w.upload(bulkimport.CustomersType, had))
	h.ofSavedMappings(w, i)
}

// ofSavedMappings has the reasons of saved mappings, and that one is too large.
func (h *heard) ofSavedMappings(w *world, i bulkimport.Import) {
	_, err := w.service.SaveMapping(h.t.Context(), w.scope, i.ID, "saved")
	require.NoError(h.t, err)
	for _, text := range []string{"id,name,primary_email,country,city\n", "id,name,primary_email,country,more\n", "id,name,primary_email\n"} {
		i := w.upload(bulkimport.CustomersType, text+"c1,Lumen,l@x.example\n")
		h.suggested(w, i)
		h.fits(w, i)
	}
	words := map[string]string{}
	for n := range 500 {
		words[strings.Repeat("a", 150)+fmt.Sprint(n)] = strings.Repeat("b", 150)
	}
	bare := func() bulkimport.Import {
		i, err := w.service.Upload(h.t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
			FileName: "f.csv", HeaderLine: bulkimport.NoHeader, Content: strings.NewReader("c1,Lumen,l@x.example\n")})
		require.NoError(h.t, err)
		return i
	}
	i = bare()
	i, err = w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{"id": bulkimport.FromColumn(0),
		"name": bulkimport.FromColumn(1), "primary_email": bulkimport.FromColumn(2)}, bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = w.service.SaveMapping(h.t.Context(), w.scope, i.ID, "without headers")
	require.NoError(h.t, err)
	h.fits(w, bare())
	i.Mapping["name"] = bulkimport.Source{Columns: []int{1}, Values: words}
	i, err = w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, i.Mapping, bulkimport.Settings{})
	require.NoError(h.t, err)
	_, err = w.service.SaveMapping(h.t.Context(), w.scope, i.ID, "large")
	h.refused(err)
}

func (h *heard) fits(w *world, i bulkimport.Import) {
	all, err := w.service.FittingMappings(h.t.Context(), w.scope, i.ID)
	require.NoError(h.t, err)
	require.NotEmpty(h.t, all)
	for _, f := range all {
		h.reasons(f.Why, f.Reason)
		require.NotEqual(h.t, f.Reason, f.Localized(germanMessages()).Reason)
	}
}

func (h *heard) suggested(w *world, i bulkimport.Import) {
	all, err := w.service.Suggest(h.t.Context(), w.scope, i.ID)
	require.NoError(h.t, err)
	german := all.Localized(germanMessages())
	for k, s := range all {
		h.reasons(s.Why, s.Reason)
		require.Equal(h.t, s.Reason == "", german[k].Reason == "")
		if s.Reason != "" {
			require.NotEqual(h.t, s.Reason, german[k].Reason)
		}
		for n, a := range s.Alternatives {
			h.reasons(a.Why, a.Reason)
			require.NotEqual(h.t, a.Reason, german[k].Alternatives[n].Reason)
		}
	}
}

// ofProposals has the reasons of proposals.
func (h *heard) ofProposals() {
	w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
	for _, c := range []struct{ field, format, cells string }{
		{"decimal", "", "'1.5|'2.5"}, {"decimal", "", "1,234.50|2,234.50"}, {"decimal", "", "1.234,50|7,5"},
		{"decimal", "", "1,234.50|1.234,50"}, {"decimal", "", "€ 5.00|€ 1,234.50"}, {"decimal", "", "(5.00)|1,234.50"},
		{"decimal", "POINT", "1.5|1.25|1,5"}, {"decimal", "COMMA", "1.5|1.25|7"},
		{"date", "", "31/12/2024|01/02/2024"}, {"date", "", "12/31/2024|01/02/2024"}, {"list", "", "abcd;abcd|c"},
		{"currency", "", "Euro|EUR"}, {"bool", "", "active|inactive|yes"}, {"country", "", "Germany (West)|DE"}, {"country", "", "n/a|DE"},
	} {
		var b strings.Builder
		b.WriteString("id," + c.field + "\n")
		for k, cell := range strings.Split(c.cells, "|") {
			fmt.Fprintf(&b, "k%d,\"%s\"\n", k, cell)
		}
		i := w.upload("things", b.String())
		m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), c.field: {Columns: []int{1},
			Format: bulkimport.Format{Numbers: bulkimport.NumberStyle(c.format)}}}
		all, err := w.service.Propose(h.t.Context(), w.scope, i.ID, m, bulkimport.Settings{})
		require.NoError(h.t, err)
		german := all.Localized(germanMessages())
		for k, p := range all {
			require.Len(h.t, p.Why, len(p.Reasons))
			for n, why := range p.Why {
				h.reasons(why, p.Reasons[n])
				require.NotEqual(h.t, p.Reasons[n], german[k].Reasons[n])
			}
			for n, v := range p.Values {
				h.reasons(v.Why, v.Reason)
				require.NotEqual(h.t, v.Reason, german[k].Values[n].Reason)
			}
		}
	}
}
