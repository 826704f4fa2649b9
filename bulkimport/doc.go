// Package bulkimport imports customers, accounts and a host's own records from CSV files.
//
//	imp, err := imports.Upload(ctx, scope, bulkimport.UploadInput{
//		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: file,
//	})
//	suggested, err := imports.Suggest(ctx, scope, imp.ID)
//	imp, err = imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
//	check, err := imports.Check(ctx, scope, imp.ID) // a job that finds what the import would do
//	progress, err := imports.Run(ctx, scope, check.ID, nil)
//	_, err = imports.Start(ctx, scope, imp.ID)
//	progress, err = imports.Run(ctx, scope, imp.ID, nil)
//	err = imports.FailedRows(ctx, scope, imp.ID, download) // to fix and upload again
//
// # Files
//
// Upload reads any file in bounded memory, and stores its bytes as they are. It finds the encoding
// over the whole file (UTF-8, UTF-16, Windows-1252, ISO-8859-1 or -15), what is between cells, and the header row,
// below titles if there are any. Import.Content has what was found, and warnings what is doubtful.
// [Service.SetFileFormat] reads the file in another way, without another upload.
//
// A row that cannot be read fails alone, and the reading goes on behind it:
//
//   - What is no text in the encoding (a broken byte, NUL, half of a character) fails its row with invalid_encoding.
//     Nothing is put in its place. Text that is valid but was lost before (U+FFFD, MÃ¼ller) is warned of.
//   - A row over Limits.RecordBytes, RecordLines or Columns fails as one row, up to its end, behind the closing quote.
//     A cell is never turned into rows.
//   - A quote that is never closed has the rest of the file in its cell, which fails as one row with unclosed_quote:
//     what is behind the quote may be text that was written into a cell. FileFormat.UnquotedFrom takes quotes as text
//     from a line on, if the quote is one by mistake.
//   - Text behind a closing quote fails the lines of that row.
//
// Rows at the end that look like the footer of a report are named in a warning; FileFormat.SkipFooter leaves them
// out. A spreadsheet, a web page, JSON and the like are refused by name, as [FileError].Kind.
//
// [Service.Mentions] finds the imports and the saved mappings that have a name or an address, [Service.Erase] removes
// all that an import has of the persons in its file, and [Service.EraseMapping] a saved mapping.
//
// The bytes are in the [Store], or in a [Blobs] that the host gives: a directory, an object store. What is there cannot
// commit with a transaction, so its removal is recorded in one and carried out after it, by [Service.SweepBlobs] at
// the latest.
//
// # Mapping
//
// A [Schema] has the fields. [Service.Suggest] proposes a column for each, by what its header means in
// seven languages and by its values; [Suggestions.Mapping] takes what is sure and leaves the rest for a person to look
// at. A [Mapping] decides: one column, several joined, the first that is not blank, or a constant.
// Everything that would keep the import from starting is found together, before anything is written. Columns that no
// field takes are named, before the start and in the result ([Import.Unmapped], [Progress]), so that none
// is lost unseen; Settings.NotImported states that one is left out by decision. docs/mapping.md has the rules.
//
// [Service.SaveMapping] keeps a mapping under a name, and [Service.ApplyMapping] finds its columns in another file by
// their headers.
//
// [CustomerAccounts] is the schema of files that have an account and its customer in each row.
//
// # Values
//
// A cell is read as its field's [Kind] and its source's [Format] have it. What could be read in two ways is refused
// until the mapping states the format: [Service.Propose] finds what fits the whole column, and words that mean
// something, for a person to look at. docs/import-values.md has every rule.
//
//	proposed, err := imports.Propose(ctx, scope, imp.ID, mapping, settings)
//	imp, err = imports.SetMapping(ctx, scope, imp.ID, imp.Version, proposed.Apply(mapping), settings)
//
// # Looking before
//
// [Service.Preview] shows the first rows as they would be written, while a person maps. [Service.Check] makes a job
// that rehearses the whole file and writes nothing; it finds the counts and the errors of the run. [Service.Summary]
// counts what is wrong by code and column. With Settings.Canary the import waits after its first rows, for
// [Service.Confirm] or [Service.Reject]. Of a job by itself, such as a check, methods take the job's id; the job of
// the run has the import's.
//
// An import of accounts may name the one that its customers are in, Settings.CustomersFrom: both are checked before
// either is run.
//
// [Service.UploadFailed] makes an import of the rows that failed, to start it with another mapping.
//
// # Exports
//
// [Service.Export] writes the organization's customers or accounts as a file that imports again unchanged.
//
// # Messages
//
// Everything that is said about a file has a code and parameters, and a text in English. Package message has it in
// German too, and takes a host's own languages: see [CellError.Localized], [Import.Localized] and [LocalizeError].
//
// # Running
//
// The import is a job of package job: [Service.Step] does a batch, [Service.Run] all of them, and a
// batch commits with the job's cursor or not at all. Rows that are valid become changes of customers or
// accounts before the transaction begins, or go to the [Target] of a host's own type; rows that are not
// become entries of the job with everything that is wrong with them. A row takes effect once in what shares
// the transaction. A Target outside of it is called at least once for each row, with a key by which it
// recognizes rows that it has written.
//
// # Result
//
// [Service.Outcomes] has what became of every row, and [Service.WriteOutcomes] writes it as a file; [ReportOptions]
// leave out what is sensitive. [Service.Undo] takes an import back, as a job: what it created is removed, and what it
// updated is restored, where nothing has changed since; [Service.CheckUndo] finds beforehand what could not be.
// A target of the host's takes part as an [Undoer].
// docs/import-results.md has the rules.
package bulkimport
