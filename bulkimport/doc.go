// Package bulkimport imports customers, accounts and a host's own records from CSV files.
//
//	imp, err := imports.Upload(ctx, scope, bulkimport.UploadInput{
//		Type: bulkimport.CustomersType, FileName: "customers.csv", Content: file,
//	})
//	suggested, err := imports.Suggest(ctx, scope, imp.ID)
//	imp, err = imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
//	_, err = imports.Start(ctx, scope, imp.ID)
//	progress, err := imports.Run(ctx, scope, imp.ID, nil)
//	err = imports.FailedRows(ctx, scope, imp.ID, download) // to fix and upload again
//
// # Files
//
// Upload reads a file in bounded memory, whatever is in it, and stores its bytes as they are. It finds the encoding
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
//     what is behind the quote may be text that was written into a cell. FileFormat.UnquotedFrom takes quotes as text from
//     a line on, if the quote is one by mistake.
//   - Text behind a closing quote fails the lines of that row.
//
// Rows at the end that look like the footer of a report are named in a warning; FileFormat.SkipFooter leaves them out. A
// spreadsheet, a web page, JSON and the like are refused by name, as [FileError].Kind.
//
// # Mapping
//
// A [Schema] has the fields. [Service.Suggest] proposes a column for each, by header and values; a
// [Mapping] decides: one column, several joined, or a constant. Everything that would keep the
// import from starting is found together, before anything is written.
//
// # Running
//
// The import is a job of package job: [Service.Step] does a batch, [Service.Run] all of them, and a
// batch commits with the job's cursor or not at all. Rows that are valid become changes of customers or
// accounts before the transaction begins, or go to the [Target] of a host's own type; rows that are not
// become entries of the job with everything that is wrong with them. A row takes effect once in what shares
// the transaction. A Target outside of it is called at least once for each row, with a key by which it
// recognizes rows that it has written.
package bulkimport
