package bulkimport_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
)

// reading is what reading a file must result in.
type reading struct {
	code   string // of the FileError; empty if the file is read
	kind   bulkimport.FileKind
	limits bulkimport.Limits

	encoding  bulkimport.Encoding // UTF8 if empty
	delimiter string              // a comma if empty
	header    int64               // 1 if 0
	rows      int64
	columns   string   // their names, joined by bars, if given
	warned    []string // all warnings
	failed    []fault  // rows that cannot be read
	ok        []string // keys of some that can
}

// check uploads a file, and runs it with the first column for the key where it is read.
func (want reading) check(t *testing.T, file string) {
	t.Helper()
	schema := contacts()
	w, shelf := newShelf(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema}}, Limits: want.limits})
	i, err := w.service.Upload(t.Context(), w.scope,
		bulkimport.UploadInput{Type: "contacts", FileName: "a.csv", Content: strings.NewReader(file)})
	if want.code != "" {
		var broken *bulkimport.FileError
		require.ErrorAs(t, err, &broken)
		require.Equal(t, want.code, broken.Code)
		require.Equal(t, want.kind, broken.Kind)
		return
	}
	require.NoError(t, err)
	if want.encoding == "" {
		want.encoding = bulkimport.UTF8
	}
	if want.delimiter == "" {
		want.delimiter = ","
	}
	require.Equal(t, want.encoding, i.Content.Encoding)
	require.Equal(t, want.delimiter, i.Content.Delimiter)
	require.Equal(t, max(1, want.header), i.Content.HeaderLine)
	require.Equal(t, want.rows, i.Rows)
	var warned, names []string
	for _, warning := range i.Warnings {
		warned = append(warned, warning.Code)
	}
	require.Equal(t, want.warned, warned)
	for _, c := range i.Columns {
		names = append(names, c.Name)
	}
	if want.columns != "" {
		require.Equal(t, want.columns, strings.Join(names, "|"))
	}
	m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(i.Columns[0].Index)}
	if last := len(i.Columns) - 1; last > 0 {
		m["name"] = bulkimport.FromColumn(i.Columns[last].Index)
	}
	_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m,
		bulkimport.Settings{HeaderConfirmed: true, Optional: []string{"name"}})
	require.NoError(t, err)
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	p, err := w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, want.rows, p.Counts.Settled())
	faults := []string{bulkimport.CodeTextAfterQuote, bulkimport.CodeUnclosedQuote, bulkimport.CodeRecordTooLong,
		bulkimport.CodeInvalidEncoding, bulkimport.CodeWrongColumnCount, bulkimport.CodeTooManyColumns}
	var failed []fault
	for _, row := range w.failed(i.ID) {
		for _, code := range faults {
			if row.Errors[0].Code == code {
				failed = append(failed, fault{row.Line, code})
			}
		}
	}
	require.Equal(t, want.failed, failed)
	for _, key := range want.ok {
		require.Contains(t, shelf.rows, key)
	}
}

// How the shared inputs are read, all of them. What the rows are then is for other tests.
func TestSharedInputsAreRead(t *testing.T) {
	_ = dataFile(t, "csv-cases.jsonl") // skips if the data is not here
	for name, want := range map[string]reading{
		"b-country-local-names": {rows: 8},
		"b-currency-names":      {rows: 6},
		"b-dash-and-dot":        {rows: 3, warned: []string{bulkimport.WarnNullWords}},
		"b-dates":               {rows: 9, delimiter: ";"},
		"b-decimal-comma":       {rows: 3, delimiter: ";"},
		"b-leading-quote-tsv": {rows: 2, delimiter: "\t", warned: []string{bulkimport.WarnBrokenQuotes}, ok: []string{"c2"},
			failed: []fault{{2, bulkimport.CodeTextAfterQuote}}},
		"b-no-header-2chars":    {rows: 1, warned: []string{bulkimport.WarnNoHeader}},
		"b-no-header-plain":     {rows: 1, warned: []string{bulkimport.WarnNoHeader}},
		"b-relation-by-name":    {rows: 1},
		"b-thousands-and-signs": {rows: 4},
		"b-titles-two-cells": {rows: 2, delimiter: ";", header: 4, columns: "id|name|email", ok: []string{"c1", "c2"},
			warned: []string{bulkimport.WarnTitleRows}},
		"d-blank-lines-20MB-head": {rows: 2, ok: []string{"c1", "c2"}},
		"d-email-zero-width":      {rows: 1},
		"d-html-table":            {code: bulkimport.CodeNotCSV, kind: bulkimport.KindHTML},
		"d-json":                  {code: bulkimport.CodeNotCSV, kind: bulkimport.KindJSON},
		"d-mojibake":              {rows: 2, warned: []string{bulkimport.WarnEncodedTwice}},
		"d-replacement-character": {rows: 1, warned: []string{bulkimport.WarnReplacement}},
		"d-short-name":            {rows: 2},
		"d-tilde":                 {rows: 1, delimiter: "~", columns: "id|name|email"},
		"d-utf16-lone-surrogate": {rows: 1, encoding: bulkimport.UTF16LE, warned: []string{bulkimport.WarnInvalidEncoding},
			failed: []fault{{2, bulkimport.CodeInvalidEncoding}}},
		"d-xml":                     {code: bulkimport.CodeNotCSV, kind: bulkimport.KindXML},
		"d-zero-width-key":          {rows: 6, ok: []string{"c1"}},
		"s-failed-csv-no-bom":       {rows: 1},
		"s-formula-after-semicolon": {rows: 3},
		"s-long-cell-becomes-customers": {rows: 2, ok: []string{"c2"}, warned: []string{bulkimport.WarnRecordTooLong},
			failed: []fault{{2, bulkimport.CodeRecordTooLong}}},
		"v-silent-column-loss":  {rows: 12},
		"v-stripe-created-lost": {rows: 12},
		"x-datev-windows-1252": {rows: 2, encoding: bulkimport.Latin1, delimiter: ";", ok: []string{"10001", "10002"},
			warned: []string{bulkimport.WarnEncodingGuessed}},
		"x-salesforce-footer": {rows: 4, warned: []string{bulkimport.WarnFooterRows},
			failed: []fault{{5, bulkimport.CodeWrongColumnCount}, {6, bulkimport.CodeWrongColumnCount},
				{7, bulkimport.CodeWrongColumnCount}}},
		"x-sap-kna1": {rows: 2, delimiter: "|"},
		"x-shopify-apostrophes": {rows: 2, warned: []string{
			bulkimport.WarnApostrophes, bulkimport.WarnApostrophes, bulkimport.WarnApostrophes,
		}},
		"x-stripe-card-address": {rows: 1},
	} {
		t.Run(name, func(t *testing.T) { want.check(t, dataFile(t, "csv-inputs/"+name+".csv")) })
	}
}

// The shared cases that are about reading, by their ids.
func TestSharedCasesOfReading(t *testing.T) {
	cases := map[string]string{}
	for line := range strings.Lines(dataFile(t, "csv-cases.jsonl")) {
		var one struct {
			ID     string `json:"id"`
			Input  string `json:"input"`
			Base64 string `json:"input_b64"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		if one.Base64 != "" {
			b, err := base64.StdEncoding.DecodeString(one.Base64)
			require.NoError(t, err)
			one.Input = string(b)
		}
		cases[one.ID] = one.Input
	}
	for id, want := range map[string]reading{
		"empty-file":           {code: bulkimport.CodeEmptyFile},
		"header-only":          {warned: []string{bulkimport.WarnNoRows}},
		"bom-bare-header":      {rows: 1, columns: "external_id|name", ok: []string{"c1"}},
		"utf16be-bom":          {rows: 1, encoding: bulkimport.UTF16BE, ok: []string{"c1"}},
		"xlsx-renamed":         {code: bulkimport.CodeNotCSV, kind: bulkimport.KindExcel},
		"tab":                  {rows: 1, delimiter: "\t", ok: []string{"c1"}},
		"sniff-inside-quotes":  {rows: 2, delimiter: ";", ok: []string{"c1", "c2"}},
		"single-column":        {rows: 2, columns: "name"},
		"cr-only":              {rows: 2, ok: []string{"c1", "c2"}},
		"no-final-newline":     {rows: 1, ok: []string{"c1"}},
		"blank-lines":          {rows: 1, ok: []string{"c1"}},
		"crlf-in-quotes":       {rows: 1, ok: []string{"c1"}},
		"line-after-multiline": {rows: 2},
		"doubled-quotes":       {rows: 1, ok: []string{"c1"}},
		"text-after-quote": {rows: 2, ok: []string{"c2"}, warned: []string{bulkimport.WarnBrokenQuotes},
			failed: []fault{{2, bulkimport.CodeTextAfterQuote}}},
		"too-many-columns":       {code: bulkimport.CodeTooManyColumns, limits: bulkimport.Limits{Columns: 100}},
		"short-row":              {rows: 2, ok: []string{"c2"}, failed: []fault{{2, bulkimport.CodeWrongColumnCount}}},
		"long-row":               {rows: 2, ok: []string{"c2"}, failed: []fault{{2, bulkimport.CodeWrongColumnCount}}},
		"long-row-empty-tail":    {rows: 1, ok: []string{"c1"}},
		"trailing-empty-headers": {rows: 1, columns: "external_id|name"},
		"blank-header-with-data": {rows: 1, columns: "external_id|name|Column 3"},
		"header-invisible":       {rows: 1, columns: "external_id|Name|EMAIL"},
		"no-header":              {rows: 1, warned: []string{bulkimport.WarnNoHeader}},
		"title-rows":             {rows: 1, header: 3, warned: []string{bulkimport.WarnTitleRows}, ok: []string{"c1"}},
		"formula-cell":           {rows: 1},
		"dup-key-in-file":        {rows: 3},
		"hostile-headers":        {code: bulkimport.CodeEmptyFile}, // it has no input: see TestHugeRowsAndHeadersCostLittle
	} {
		t.Run(id, func(t *testing.T) {
			require.Contains(t, cases, id)
			want.check(t, cases[id])
		})
	}
}
