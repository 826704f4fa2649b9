package bulkimport_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/bulkimport/message"
)

// heard collects the messages that bulkimport gives, by key, and checks each: English is the catalog's, German is
// another text, and nothing is left to fill.
type heard struct {
	t    *testing.T
	keys map[string]bool
}

func (h *heard) one(kind, code, english string, params map[string]string) {
	h.t.Helper()
	key := message.Key(kind, code, params)
	h.keys[key] = true
	text, hint, ok := message.Catalog{}.Render(key, params)
	require.True(h.t, ok, "%s with %v is in the catalog", key, params)
	require.Equal(h.t, english, message.Join(text, hint), "the parameters have all that the message has: %s", key)
	_, _, ok = message.German().Render(key, params)
	require.True(h.t, ok, key)
	for name, value := range params {
		if name != message.Variant && name != "point" && name != "comma" && !strings.HasSuffix(name, "Word") {
			require.LessOrEqual(h.t, len(value), max(len(english), 60), "%s of %s holds no more than the message", name, key)
		}
	}
}

func (h *heard) rows(rows []bulkimport.FailedRow) {
	h.t.Helper()
	for _, r := range rows {
		for k, e := range r.Errors {
			h.one("cell", e.Code, e.Message, e.Params)
			german := r.Localized(message.German()).Errors[k]
			require.NotEqual(h.t, e.Message, german.Message)
			require.Equal(h.t, e.Message, german.Localized(message.Catalog{}).Message[:0]+e.Localized(message.Catalog{}).Message)
			require.Equal(h.t, e.Code, german.Code)
		}
	}
}

func (h *heard) imported(i bulkimport.Import) {
	h.t.Helper()
	for k, w := range i.Warnings {
		h.one("warning", w.Code, w.Message, w.Params)
		require.NotEqual(h.t, w.Message, i.Localized(message.German()).Warnings[k].Message)
	}
}

func (h *heard) refused(err error) {
	h.t.Helper()
	require.Error(h.t, err)
	german := bulkimport.LocalizeError(err, message.German())
	require.NotEqual(h.t, err.Error(), german.Error())
	require.Equal(h.t, admin.Code(err), admin.Code(german))
	var file *bulkimport.FileError
	if errors.As(err, &file) {
		h.one("file", file.Code, file.Message, file.Params)
		return
	}
	var invalid *admin.ValidationError
	require.ErrorAs(h.t, err, &invalid)
	for _, f := range invalid.Fields {
		h.one("mapping", f.Code, f.Message, f.Params)
	}
}

func (h *heard) reasons(why []bulkimport.Reason, english string) {
	h.t.Helper()
	var said []string
	for _, r := range why {
		text, _, ok := message.Catalog{}.Render(message.Key("reason", r.Code, r.Params), r.Params)
		require.True(h.t, ok, r.Code)
		said = append(said, text)
		h.one("reason", r.Code, text, r.Params)
	}
	require.Equal(h.t, english, strings.Join(said, ", "))
}

// kinds is a type with a field of each kind.
func kinds(target bulkimport.Target) bulkimport.Type {
	s := bulkimport.Schema{Type: "things", Noun: "thing", Read: "things:read", Write: "things:write"}
	add := func(name string, k bulkimport.Kind, change func(*bulkimport.Field)) {
		f := bulkimport.Field{Name: name, Label: name, Kind: k}
		if change != nil {
			change(&f)
		}
		s.Fields = append(s.Fields, f)
	}
	add("id", bulkimport.ID, func(f *bulkimport.Field) { f.Key, f.Required, f.Max = true, true, 50 })
	add("text", bulkimport.Text, func(f *bulkimport.Field) { f.Min, f.Max = 3, 10 })
	for _, k := range []bulkimport.Kind{bulkimport.Email, bulkimport.Country, bulkimport.Currency, bulkimport.Decimal,
		bulkimport.Bool, bulkimport.Date, bulkimport.Instant, bulkimport.Metadata} {
		add(strings.ToLower(string(k)), k, nil)
	}
	add("list", bulkimport.List, func(f *bulkimport.Field) { f.Max = 5 })
	add("place", bulkimport.Text, func(f *bulkimport.Field) { f.Parts = []string{"first name", "last name", "city"} })
	add("integer", bulkimport.Integer, func(f *bulkimport.Field) { f.Min, f.Max = 1, 9 })
	return bulkimport.Type{Schema: s, Target: target}
}

// cells are a cell of each field, in a format, that is read with an error.
func cells() []struct {
	field  string
	format bulkimport.Format
	cells  []string
} {
	sep := bulkimport.Format{Separator: ";"}
	many := strings.Repeat("x;", 101)
	return []struct {
		field  string
		format bulkimport.Format
		cells  []string
	}{
		{"text", bulkimport.Format{}, []string{"ab", "far too long a text", "a\u202eb c", strings.Repeat("y", 40_000)}},
		{"email", bulkimport.Format{}, []string{"Ann", "a@x.example, b@x.example", `"quoted" \ {value}`}},
		{"country", bulkimport.Format{}, []string{"Atlantis"}},
		{"currency", bulkimport.Format{}, []string{"euro", "$", "shells"}},
		{"decimal", bulkimport.Format{}, []string{"1,000", "one", "1." + strings.Repeat("1", 30), strings.Repeat("1", 45), strings.Repeat("1", 90)}},
		{"decimal", bulkimport.Format{Numbers: bulkimport.PointNumbers}, []string{"one"}},
		{"decimal", bulkimport.Format{Numbers: bulkimport.CommaNumbers}, []string{"one"}},
		{"decimal", bulkimport.Format{Numbers: bulkimport.EitherNumber}, []string{"one"}},
		{"integer", bulkimport.Format{}, []string{"1.5", "10"}},
		{"bool", bulkimport.Format{}, []string{"perhaps"}},
		{"date", bulkimport.Format{}, []string{"soon", "03/04/2024", "2024-02-30", "45292"}},
		{"date", bulkimport.Format{Dates: bulkimport.DMY}, []string{"03/04/24"}},
		{"date", bulkimport.Format{Serials: bulkimport.Serial1900}, []string{"60"}},
		{"instant", bulkimport.Format{}, []string{"2024-01-31 10:00"}},
		{"instant", bulkimport.Format{Zone: "Europe/Berlin"}, []string{"2024-10-27 02:30", "0000-01-01 00:00"}},
		{"list", bulkimport.Format{}, []string{"a;b"}},
		{"list", sep, []string{many}},
		{"metadata", sep, []string{"alone", "a=1;a=2"}},
	}
}

func TestEveryMessageIsTheCatalogs(t *testing.T) {
	h := &heard{t: t, keys: map[string]bool{}}
	h.ofCells()
	h.ofRows()
	h.ofRecords()
	h.ofTargets()
	h.ofOrders()
	h.ofOwners()
	h.ofFiles()
	h.ofWarnings()
	h.ofMappings()
	h.ofNames()
	h.ofSettings()
	h.ofSuggestions()
	h.ofProposals()
	var missing []string
	for key := range message.English().Templates {
		if !h.keys[key] && !strings.HasPrefix(key, "word.") {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	require.Empty(t, missing, "every message of the catalog is one that is given: a key that nothing uses misleads translators")
}

func (h *heard) ofCells() {
	for _, c := range cells() {
		w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}})
		var b strings.Builder
		b.WriteString("id," + c.field + "\n")
		for k, cell := range c.cells {
			fmt.Fprintf(&b, "k%d,\"%s\"\n", k, strings.ReplaceAll(cell, `"`, `""`))
		}
		i := w.upload("things", b.String())
		m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), c.field: {Columns: []int{1}, Format: c.format}}
		_, err := w.service.SetMapping(h.t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
		require.NoError(h.t, err)
		id, _ := w.check(i.ID)
		failed := w.failed(id)
		require.Len(h.t, failed, len(c.cells), "%s %v", c.field, c.format)
		h.rows(failed)
	}
}

func (h *heard) ofRows() {
	limits := bulkimport.Limits{RecordBytes: 3000, RecordLines: 3, Columns: 4}
	for _, text := range []string{
		"id,text\nk1\nk2,abc,more\n,abc\n1.2E+11,abc\n" + strings.Repeat("k3,abc\n", 2),
		"id,text\nk1,\"abc\"d\n", "id,text\nk1,\"abc\nd", "id,text\nk1,a,b,c,d\n", "id,text\nk1,\"a\nb\nc\nd\ne\"\n",
		"id,text\nk1,ab\x00c\n", "id,text\nk1,\xffabcéé\n",
		"id~text\nk1~abc~more\n",
		wideText("id,text\nk1,ab\ud7ff\n"), wideText("id,text\nk1,\"ab\ud7ff\"x\n"), "id,text\nk1,\"\xff\xe9\xe9éé\"x\n",
	} {
		w := newWorld(h.t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{})}, Limits: limits})
		i := w.upload("things", text)
		h.imported(i)
		w.start(i, bulkimport.Settings{HeaderConfirmed: true})
		_, err := w.service.Run(h.t.Context(), w.scope, i.ID, nil)
		require.NoError(h.t, err)
		h.rows(w.failed(i.ID))
	}
}

// wideText is a text in UTF-16LE in which U+D7FF is replaced by half of a character.
func wideText(text string) string {
	const unit = 0xdc00 // half of a character
	out := []byte{0xff, 0xfe}
	for _, r := range text {
		if r == '\ud7ff' {
			r = unit
		}
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}

func TestCodesAreAllInTheCatalogue(t *testing.T) {
	keys := message.English().Templates
	has := func(kind, code string) bool {
		for key := range keys {
			if key == kind+"."+code || strings.HasPrefix(key, kind+"."+code+".") {
				return true
			}
		}
		return false
	}
	for _, code := range cellCodes() {
		require.True(t, has("cell", code), code)
	}
	for _, code := range warningCodes() {
		require.True(t, has("warning", code), code)
	}
	for _, code := range fileCodes() {
		require.True(t, has("file", code), code)
	}
	all := map[string][]string{"cell": cellCodes(), "warning": warningCodes(), "file": fileCodes()}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		kind, rest, _ := strings.Cut(key, ".")
		code, _, _ := strings.Cut(rest, ".")
		if known, listed := all[kind]; listed {
			require.Contains(t, known, code, "%s has the code of an error", key)
		}
	}
}

func cellCodes() []string {
	return []string{
		bulkimport.CodeTextAfterQuote, bulkimport.CodeUnclosedQuote, bulkimport.CodeRecordTooLong, bulkimport.CodeInvalidEncoding,
		bulkimport.CodeWrongColumnCount, bulkimport.CodeControl, bulkimport.CodeInvalidEmail, bulkimport.CodeInvalidNumber,
		bulkimport.CodeAmbiguousNumber, bulkimport.CodeInvalidBool, bulkimport.CodeInvalidDate, bulkimport.CodeAmbiguousDate,
		bulkimport.CodeNoTimeZone, bulkimport.CodeAmbiguousList, bulkimport.CodeInvalidPair, bulkimport.CodeInvalidOption, bulkimport.CodeInvalidValue,
		bulkimport.CodeExcelScientific, bulkimport.CodeCustomerConflict, bulkimport.CodeCustomerDiffers, bulkimport.CodeCustomerIncomplete,
		bulkimport.CodeDuplicateInFile, bulkimport.CodeAlreadyExists, bulkimport.CodeNotFound,
		bulkimport.CodeRelationNotFound, bulkimport.CodeRelationCycle, bulkimport.CodeAmbiguous, bulkimport.CodeMatchConflict, bulkimport.CodeArchived,
		bulkimport.CodeErased, bulkimport.CodeCustomerArchived, bulkimport.CodeCurrencyArchived, bulkimport.CodeRefused,
		bulkimport.CodeTooManyColumns, admin.CodeRequired, admin.CodeTooShort, admin.CodeTooLong, admin.CodeRange,
	}
}

func warningCodes() []string {
	return []string{
		bulkimport.WarnNoRows, bulkimport.WarnNoHeader, bulkimport.WarnTitleRows, bulkimport.WarnDuplicateHeaders,
		bulkimport.WarnNullWords, bulkimport.WarnApostrophes, bulkimport.WarnAlreadyImported, bulkimport.WarnEncodingGuessed,
		bulkimport.WarnInvalidEncoding, bulkimport.WarnReplacement, bulkimport.WarnEncodedTwice, bulkimport.WarnUnclosedQuote,
		bulkimport.WarnBrokenQuotes, bulkimport.WarnRecordTooLong, bulkimport.WarnFooterRows, bulkimport.WarnAmbiguousDelimiter,
		bulkimport.WarnMappingDropped,
	}
}

func fileCodes() []string {
	return []string{
		bulkimport.CodeEmptyFile, bulkimport.CodeNotCSV, bulkimport.CodeFileTooLarge, bulkimport.CodeTooManyRows,
		bulkimport.CodeTooManyColumns, bulkimport.CodeHeaderTooLong, bulkimport.CodeBadHeader, bulkimport.CodeFileChanged,
		bulkimport.CodeManyDuplicates, bulkimport.CodeManyCycles, bulkimport.CodeManyConflicts, bulkimport.CodeDeepRelations,
		bulkimport.CodeFileRemoved, bulkimport.CodeFileLost,
	}
}

func TestFailedRowsInAnotherLanguage(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nc1,,ann\n", bulkimport.Settings{})
	var english, german bytes.Buffer
	require.NoError(t, w.service.FailedRows(t.Context(), w.scope, i.ID, &english))
	require.NoError(t, w.service.FailedRows(t.Context(), w.scope, i.ID, &german,
		bulkimport.ReportOptions{Messages: message.German()}))
	require.Contains(t, english.String(), `"name: name is required; primary_email: ""ann"" is not an e-mail address: write it as`)
	require.Contains(t, german.String(), `"name: name muss ausgefüllt sein; primary_email: „ann“ ist keine E-Mail-Adresse: Schreiben Sie`)
	require.Equal(t, strings.Split(english.String(), "\n")[0], strings.Split(german.String(), "\n")[0], "the headers are those of an upload")
	back := w.upload(bulkimport.CustomersType, german.String())
	require.True(t, back.Content.Returned)
	require.Len(t, back.Columns, 3, "a file in another language comes back too")
}

// TestMessagesOfTargetsStay has outcomes whose texts the catalog does not know: they are never replaced by a message
// that means something else.
func TestMessagesOfTargetsStay(t *testing.T) {
	own := message.German()
	own.Templates["cell.credit_hold"] = message.Template{Text: "Der Kunde {id} ist gesperrt"}
	require.Empty(t, own.Check("credit_hold"))
	for _, tc := range []struct {
		reason  string
		outcome bulkimport.Outcome
		code    string
		english string
		german  string
	}{
		{"a reason in words", bulkimport.Outcome{Result: bulkimport.Refused, Detail: "the plan is full"}, "refused", "the plan is full", "the plan is full"},
		{"no reason", bulkimport.Outcome{Result: bulkimport.Refused}, "refused", "the row was refused", "Die Zeile wurde abgelehnt"},
		{"a code without a reason", bulkimport.Outcome{Result: bulkimport.Refused, Code: "plan_full"}, "plan_full", "the row was refused",
			"Die Zeile wurde abgelehnt"},
		{"a code of the library with words of its own", bulkimport.Outcome{Result: bulkimport.Refused, Code: "invalid_date", Detail: "not on Sundays",
			Params: map[string]string{"value": "x"}}, "invalid_date", "not on Sundays", "not on Sundays"},
		{"a code of its own in the catalog", bulkimport.Outcome{Result: bulkimport.Refused, Code: "credit_hold", Detail: "c1 is on hold",
			Params: map[string]string{"id": "c1"}}, "credit_hold", "c1 is on hold", "Der Kunde c1 ist gesperrt"},
		{"a code of its own without the parameter", bulkimport.Outcome{Result: bulkimport.Refused, Code: "credit_hold", Detail: "on hold"},
			"credit_hold", "on hold", "on hold"},
		{"hostile parameters", bulkimport.Outcome{Result: bulkimport.Refused, Code: "credit_hold", Detail: "{id}\u202e is on hold",
			Params: map[string]string{"id": "{id}\u202e"}}, "credit_hold", `{id}\u202e is on hold`, `Der Kunde {id}\u202e ist gesperrt`},
		{"a parameter that is not in the words", bulkimport.Outcome{Result: bulkimport.Refused, Code: "credit_hold", Detail: "on hold",
			Params: map[string]string{"id": "c1"}}, "credit_hold", "on hold", "on hold"},
		{"a relation that is not there", bulkimport.Outcome{Result: bulkimport.RelationNotFound, Field: "text"}, "relation_not_found",
			`there is no "abc"`, "„abc“ gibt es nicht"},
		{"a relation that is not there, in words", bulkimport.Outcome{Result: bulkimport.RelationNotFound, Field: "text", Detail: "no such plan"},
			"relation_not_found", "no such plan", "no such plan"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{kinds(&sink{outcome: tc.outcome})}})
			i := w.upload("things", "id,text\nk1,abc\n")
			w.start(i, bulkimport.Settings{})
			_, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err)
			e := w.failed(i.ID)[0].Errors[0]
			require.Equal(t, tc.code, e.Code)
			require.Equal(t, tc.english, e.Message)
			require.Equal(t, tc.german, e.Localized(own).Message)
		})
	}
}

func TestOldMessagesStay(t *testing.T) {
	e := bulkimport.CellError{Code: bulkimport.CodeInvalidDate, Message: `"x" is not a date: write YYYY-MM-DD`}
	require.Equal(t, e, e.Localized(message.German()), "a message that was stored without parameters is not translated")
	w := bulkimport.Warning{Code: bulkimport.WarnTitleRows, Message: "the header was found", Line: 2}
	require.Equal(t, w, w.Localized(message.German()))
	plain := errors.New("not of an import")
	require.Equal(t, plain, bulkimport.LocalizeError(plain, message.German()))
	var p admin.Problems
	p.Add("/name", admin.CodeRequired, "is required")
	require.EqualError(t, bulkimport.LocalizeError(p.Err(), message.German()), p.Err().Error(), "of another package")
	require.Equal(t, customer.ErrArchived, bulkimport.LocalizeError(customer.ErrArchived, message.German()))
}

func germanMessages() message.Catalog { return message.German() }
