package sqlstore

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/bulkimport"
)

// importVersion is that of storedImport. A form that earlier rows are not in gets the next one, and
// scanImportDetails goes on reading the earlier ones.
const importVersion = 2

// importCanonical is the version in which the stored text was canonical: UTF-8, lines ending with \n, quotes in ".
const importCanonical = 1

// storedImport is the stored form of what nothing looks an import up by. It does not change with the JSON
// of the API.
type storedImport struct {
	Version  int                     `json:"version"`
	Content  storedContent           `json:"content"`
	Columns  []storedColumn          `json:"columns,omitempty"`
	Warnings []storedWarning         `json:"warnings,omitempty"`
	Mapping  map[string]storedSource `json:"mapping,omitempty"`
	Settings storedSettings          `json:"settings"`

	CheckID     uuid.UUID `json:"check_id,omitzero"`
	UndoCheckID uuid.UUID `json:"undo_check_id,omitzero"`
	UndoID      uuid.UUID `json:"undo_id,omitzero"`
	EarlierUndo uuid.UUID `json:"earlier_undo_id,omitzero"`
	From        uuid.UUID `json:"from,omitzero"`
	InBlobs     bool      `json:"in_blobs,omitempty"`
}

type storedContent struct {
	Bytes         int64               `json:"bytes"`
	SHA256        string              `json:"sha256"`
	Encoding      bulkimport.Encoding `json:"encoding"`
	ByteOrderMark bool                `json:"byte_order_mark,omitempty"`
	Delimiter     string              `json:"delimiter"`
	Quote         string              `json:"quote"`
	UnquotedFrom  int64               `json:"unquoted_from,omitempty"`
	Header        []string            `json:"header,omitempty"`
	HeaderLine    int64               `json:"header_line"`
	FooterLine    int64               `json:"footer_line,omitempty"`
	SkipFooter    bool                `json:"skip_footer,omitempty"`
	Width         int                 `json:"width"`
	Offset        int64               `json:"offset"`
	Line          int64               `json:"line"`
	Returned      bool                `json:"returned,omitempty"`
}

type storedColumn struct {
	Index    int      `json:"index"`
	Header   string   `json:"header,omitempty"`
	Name     string   `json:"name"`
	Examples []string `json:"examples,omitempty"`

	Filled       int64 `json:"filled"`
	Longest      int   `json:"longest"`
	Distinct     int   `json:"distinct"`
	DistinctMore bool  `json:"distinct_more,omitempty"`
}

type storedWarning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int64  `json:"line,omitempty"`
	Count   int64  `json:"count,omitempty"`

	Params map[string]string `json:"params,omitempty"`
}

type storedSource struct {
	Columns         []int             `json:"columns,omitempty"`
	Separator       string            `json:"separator,omitempty"`
	First           bool              `json:"first,omitempty"`
	Constant        string            `json:"constant,omitempty"`
	Default         string            `json:"default,omitempty"`
	Format          *storedFormat     `json:"format,omitempty"`
	StripApostrophe bool              `json:"strip_apostrophe,omitempty"`
	Values          map[string]string `json:"values,omitempty"`
	Blank           string            `json:"blank,omitempty"`
	By              string            `json:"by,omitempty"`
}

type storedFormat struct {
	Numbers    string `json:"numbers,omitempty"`
	Accounting bool   `json:"accounting,omitempty"`
	Currency   string `json:"currency,omitempty"`
	Dates      string `json:"dates,omitempty"`
	YearPivot  int    `json:"year_pivot,omitempty"`
	Serials    string `json:"serials,omitempty"`
	Zone       string `json:"zone,omitempty"`
	Separator  string `json:"separator,omitempty"`
	Names      bool   `json:"names,omitempty"`
}

func writeSource(s bulkimport.Source) storedSource {
	out := storedSource{
		Columns: s.Columns, Separator: s.Separator, First: s.First, Constant: s.Constant, Default: s.Default,
		StripApostrophe: s.StripApostrophe, Values: s.Values, Blank: string(s.Blank), By: s.By,
	}
	if f := s.Format; f != (bulkimport.Format{}) {
		out.Format = &storedFormat{
			Numbers: string(f.Numbers), Accounting: f.Accounting, Currency: f.Currency, Dates: string(f.Dates),
			YearPivot: f.YearPivot, Serials: string(f.Serials), Zone: f.Zone, Separator: f.Separator, Names: f.Names,
		}
	}
	return out
}

func readSource(s storedSource) bulkimport.Source {
	out := bulkimport.Source{
		Columns: s.Columns, Separator: s.Separator, First: s.First, Constant: s.Constant, Default: s.Default,
		StripApostrophe: s.StripApostrophe, Values: s.Values, Blank: bulkimport.BlankRule(s.Blank),
		By: s.By,
	}
	if f := s.Format; f != nil {
		out.Format = bulkimport.Format{
			Numbers: bulkimport.NumberStyle(f.Numbers), Accounting: f.Accounting, Currency: f.Currency,
			Dates: bulkimport.DateOrder(f.Dates), YearPivot: f.YearPivot, Serials: bulkimport.SerialDates(f.Serials),
			Zone: f.Zone, Separator: f.Separator, Names: f.Names,
		}
	}
	return out
}

type storedSettings struct {
	Mode            string   `json:"mode,omitempty"`
	Match           string   `json:"match,omitempty"`
	IfBlank         string   `json:"if_blank,omitempty"`
	StopAfter       int      `json:"stop_after,omitempty"`
	Canary          int      `json:"canary,omitempty"`
	Blank           []string `json:"blank,omitempty"`
	Optional        []string `json:"optional,omitempty"`
	Dates           string   `json:"dates,omitempty"`
	NotImported     []int    `json:"not_imported,omitempty"`
	HeaderConfirmed bool     `json:"header_confirmed,omitempty"`

	CustomersFrom uuid.UUID `json:"customers_from,omitzero"`
}

func writeSettings(s bulkimport.Settings) storedSettings {
	return storedSettings{
		Mode: string(s.Mode), Match: s.Match, IfBlank: string(s.IfBlank), StopAfter: s.StopAfter, Canary: s.Canary,
		Blank: s.Blank, Optional: s.Optional, Dates: string(s.Dates), NotImported: s.NotImported,
		HeaderConfirmed: s.HeaderConfirmed, CustomersFrom: s.CustomersFrom,
	}
}

func readSettings(s storedSettings) bulkimport.Settings {
	return bulkimport.Settings{
		Mode: bulkimport.Mode(s.Mode), Match: s.Match, IfBlank: bulkimport.BlankRule(s.IfBlank), StopAfter: s.StopAfter,
		Canary: s.Canary, Blank: s.Blank, Optional: s.Optional, Dates: bulkimport.DateOrder(s.Dates),
		NotImported: s.NotImported, HeaderConfirmed: s.HeaderConfirmed, CustomersFrom: s.CustomersFrom,
	}
}

func importDetails(i bulkimport.Import) (string, error) {
	s := storedImport{
		Version: importVersion, Content: storedContent(i.Content),
		CheckID: i.CheckID, UndoCheckID: i.UndoCheckID, UndoID: i.UndoID,
		EarlierUndo: i.EarlierUndoID, From: i.From, InBlobs: i.InBlobs,
		Settings: writeSettings(i.Settings),
	}
	for _, c := range i.Columns {
		s.Columns = append(s.Columns, storedColumn(c))
	}
	for _, w := range i.Warnings {
		s.Warnings = append(s.Warnings, storedWarning(w))
	}
	if i.Mapping != nil {
		s.Mapping = map[string]storedSource{}
	}
	for name, source := range i.Mapping {
		s.Mapping[name] = writeSource(source)
	}
	b, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("import: %w", err)
	}
	return string(b), nil
}

func scanImportDetails(text string, i *bulkimport.Import) error {
	var s storedImport
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("stored import: %w", err)
	}
	switch s.Version {
	case importVersion:
	case importCanonical:
		s.Content.Encoding, s.Content.Quote = bulkimport.UTF8, `"`
	default:
		return fmt.Errorf("stored import is of version %d: this release reads up to %d", s.Version, importVersion)
	}
	i.Content = bulkimport.Content(s.Content)
	i.CheckID, i.UndoCheckID, i.UndoID = s.CheckID, s.UndoCheckID, s.UndoID
	i.From, i.InBlobs, i.EarlierUndoID = s.From, s.InBlobs, s.EarlierUndo
	for _, c := range s.Columns {
		i.Columns = append(i.Columns, bulkimport.Column(c))
	}
	for _, w := range s.Warnings {
		i.Warnings = append(i.Warnings, bulkimport.Warning(w))
	}
	for name, source := range s.Mapping {
		if i.Mapping == nil {
			i.Mapping = bulkimport.Mapping{}
		}
		i.Mapping[name] = readSource(source)
	}
	i.Settings = readSettings(s.Settings)
	return nil
}
