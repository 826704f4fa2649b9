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
// Upload reads a file once, in bounded memory: UTF-8, or UTF-16 with a byte order mark; cells
// between commas, semicolons, tabs or bars; a header row, below titles if there are any. It keeps
// the text in one canonical form in the [Store], so that any process can go on reading at a byte
// offset. A broken row fails alone: a quote that is never closed costs its own line.
//
// [Service.Mentions] finds the imports that have a name or an address, and [Service.Erase] removes all that one has of
// the persons in its file.
//
// # Mapping
//
// A [Schema] has the fields. [Service.Suggest] proposes a column for each, by what its header means in
// seven languages and by its values; [Suggestions.Mapping] takes what is sure and leaves the rest for a person to look
// at. A [Mapping] decides: one column, several joined, the first that is not blank, or a constant.
// Everything that would keep the import from starting is found together, before anything is written. Columns that no field takes are named, before the
// start and in the result ([Import.Unmapped], [Preview], [Progress]), so that none is lost unseen;
// Settings.NotImported states that one is left out by decision. docs/mapping.md has the rules.
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
// # Running
//
// The import is a job of package job: [Service.Step] does a batch, [Service.Run] all of them, and a
// batch commits with the job's cursor or not at all. Rows that are valid become changes of customers or
// accounts before the transaction begins, or go to the [Target] of a host's own type; rows that are not
// become entries of the job with everything that is wrong with them. A row takes effect once in what shares
// the transaction. A Target outside of it is called at least once for each row, with a key by which it
// recognizes rows that it has written.
package bulkimport
