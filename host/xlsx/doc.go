// Package xlsx lets imports have Excel workbooks as their source, and writes samples and failed rows as workbooks. It
// is a module of its own, between a host and package bulkimport, which reads text alone:
//
//	book, err := xlsx.Open(ctx, file, size, xlsx.Limits{})
//	// book.Sheets() is for the user to choose from.
//	text, err := book.CSV(ctx, "Customers", xlsx.Options{})
//	defer text.Close()
//	imp, err := imports.Upload(ctx, scope, bulkimport.UploadInput{
//		Type: bulkimport.CustomersType, FileName: "customers.xlsx", Content: text,
//		Encoding: bulkimport.UTF8, Delimiter: ",",
//	})
//
// A host that takes both formats asks [Begins]. What is stored of such an import is the text.
//
// # What cells become
//
// A cell becomes its value, and not what a narrow column shows of it:
//
//   - A text is as it is, runs in several fonts joined, without what says how a word is pronounced.
//   - A number is plain decimals without an exponent: 1.5E+3 is 1500, and 1.1000000000000001, as programs store 1.1, is
//     1.1. More than 15 digits stay as they are stored, unless rounding to the 15 that a spreadsheet computes with
//     leaves at most 12: 0.30000000000000004 is 0.3. Percent, currencies, thousands and rounding of a number format
//     are left out: 25 % is 0.25.
//   - A number in a format of zeros alone has them, and what is between them: 1067 as 00000 is 01067.
//   - A number in a format of a day, a time or both is ISO 8601, without a zone, which a workbook does not have:
//     2026-11-28, 13:30:00, 2026-11-28T13:30:00. A format of a day alone leaves out the time; one of a time alone
//     keeps the day of a number that has one. Hours that are counted on, as [h]:mm, may be more than 24. Seconds are
//     rounded unless the format has fractions. Workbooks that count from 1904 do so here.
//   - A boolean is true or false. An error, such as #N/A, is its text.
//   - A formula is the value that was stored with it. One without is refused with its cell, because its value would be
//     lost in silence; formulas are never computed.
//   - A merged area has its value in the first cell, or in each with Options.RepeatMerged.
//
// Rows and columns that are hidden are read. Blank rows stay, but for those at the end, so that a line of the text is
// the row of the sheet, unless a cell has several lines. Each row has as many cells as the widest before it.
//
// # Bounds
//
// Everything is bounded by [Limits]: what is in the file decides how long it takes and not how much memory. The
// shared texts of the workbook and one row are in memory. The sheet is not, nor is it written anywhere.
//
// Reading is by encoding/xml and not by excelize, which the tests compare it to: excelize reads rows as a stream with
// their raw values or as formatted, without the number format of a cell, so that 01067 and a day cannot be told
// in one pass; it copies the file into memory; and its writer replaces characters that XML does not have.
package xlsx
