package sqlstore

import (
	"encoding/json"
	"fmt"

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
}

type storedWarning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Line    int64  `json:"line,omitempty"`
	Count   int64  `json:"count,omitempty"`
}

type storedSource struct {
	Columns   []int  `json:"columns,omitempty"`
	Separator string `json:"separator,omitempty"`
	Constant  string `json:"constant,omitempty"`
}

type storedSettings struct {
	Mode            string   `json:"mode,omitempty"`
	Blank           []string `json:"blank,omitempty"`
	Optional        []string `json:"optional,omitempty"`
	Dates           string   `json:"dates,omitempty"`
	HeaderConfirmed bool     `json:"header_confirmed,omitempty"`
}

func importDetails(i bulkimport.Import) (string, error) {
	s := storedImport{
		Version: importVersion, Content: storedContent(i.Content),
		Settings: storedSettings{
			Mode: string(i.Settings.Mode), Blank: i.Settings.Blank, Optional: i.Settings.Optional,
			Dates:           string(i.Settings.Dates),
			HeaderConfirmed: i.Settings.HeaderConfirmed,
		},
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
		s.Mapping[name] = storedSource(source)
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
		i.Mapping[name] = bulkimport.Source(source)
	}
	i.Settings = bulkimport.Settings{
		Mode: bulkimport.Mode(s.Settings.Mode), Blank: s.Settings.Blank, Optional: s.Settings.Optional,
		Dates: bulkimport.DateOrder(s.Settings.Dates), HeaderConfirmed: s.Settings.HeaderConfirmed,
	}
	return nil
}
