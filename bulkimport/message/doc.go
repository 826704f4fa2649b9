// Package message has the texts that bulkimport says to people about a file, by key and with named parameters, so that
// a host can say them in another language:
//
//	german := message.German()
//	for i, w := range imp.Warnings {
//		imp.Warnings[i] = w.Localized(german)
//	}
//
// English is the source: every message is made of it. German is included. A host adds a language by a [Catalog] of its
// own; what that lacks is English. [Catalog.Check] lists what it lacks and what it names that does not exist.
//
// # Keys
//
// A key is the kind of a message, the code, and the variant if the code has several messages:
//
//	cell.ambiguous_date          a CellError
//	cell.ambiguous_date.century  the same code, for a year of two digits
//	warning.title_rows           a Warning
//	file.empty_file              a FileError
//	mapping.format.both          an admin.FieldError of a mapping or of settings
//	reason.same_name             a Reason of a suggestion or proposal
//	workbook.encrypted           a FileError of package xlsx, which reads workbooks
//
// The variant is in the parameters of the error, under the name [Variant]. A host's own codes, which its targets give,
// are cell.CODE. What a parameter is called, such as a comma, is word.NAME; so is what a text is in a language that a
// host's InUse returns, such as "word.has invoices".
package message
