package bulkimport

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport/message"
)

// translate returns a message in a language. A message of which the parameters or the key are not known stays as it
// is, so that nothing is said that was not meant: those that a target gives, without a code of its own in the
// catalog, and those that an earlier release stored.
func translate(c message.Catalog, kind, code, english string, params map[string]string) (out, hint string, ok bool) {
	key := message.Key(kind, code, params)
	source, more, known := message.Catalog{}.Render(key, params)
	if known && message.Join(source, more) != english {
		return "", "", false
	}
	out, hint, ok = c.Render(key, params)
	return message.Join(out, hint), hint, ok
}

// Localized returns the error with its Message and Hint in a language. One that a target gave is in the language of
// the target, unless the catalog has its code as cell.CODE and the parameters that this takes.
func (e CellError) Localized(c message.Catalog) CellError {
	if out, hint, ok := translate(c, kindCell, e.Code, e.Message, e.Params); ok {
		e.Message, e.Hint = out, hint
	}
	return e
}

// Localized returns the warning with its Message in a language.
func (w Warning) Localized(c message.Catalog) Warning {
	if out, _, ok := translate(c, kindWarning, w.Code, w.Message, w.Params); ok {
		w.Message = out
	}
	return w
}

// Localized returns the error with its Message in a language.
func (e *FileError) Localized(c message.Catalog) *FileError {
	out := *e
	if text, _, ok := translate(c, kindFile, e.Code, e.Message, e.Params); ok {
		out.Message = text
	}
	return &out
}

// LocalizeEntry returns an entry of a job of an import with its Detail in a language: why a row was not imported, or
// not undone. One that is not of an import, or whose text the catalog does not have, is returned as it is.
func LocalizeEntry(e job.Entry, c message.Catalog) job.Entry {
	var data rowData
	if json.Unmarshal([]byte(e.Data), &data) != nil || len(data.Errors) == 0 || messages(data.Errors) != e.Detail {
		return e
	}
	e.Detail = messages(FailedRow{Errors: data.Errors}.Localized(c).Errors)
	return e
}

// Localized returns the row with its errors in a language.
func (r FailedRow) Localized(c message.Catalog) FailedRow {
	r.Errors = slices.Clone(r.Errors)
	for k, e := range r.Errors {
		r.Errors[k] = e.Localized(c)
	}
	return r
}

// Localized returns the import with its warnings in a language.
func (i Import) Localized(c message.Catalog) Import {
	i.Warnings = slices.Clone(i.Warnings)
	for k, w := range i.Warnings {
		i.Warnings[k] = w.Localized(c)
	}
	return i
}

// Localized returns the suggestions with their reasons in a language.
func (s Suggestions) Localized(c message.Catalog) Suggestions {
	s = slices.Clone(s)
	for k := range s {
		if len(s[k].Why) > 0 {
			s[k].Reason = reasons(s[k].Why).in(c)
		}
		s[k].Alternatives = slices.Clone(s[k].Alternatives)
		for n, a := range s[k].Alternatives {
			if len(a.Why) > 0 {
				s[k].Alternatives[n].Reason = reasons(a.Why).in(c)
			}
		}
	}
	return s
}

// Localized returns the fit with its reason in a language.
func (f MappingFit) Localized(c message.Catalog) MappingFit {
	if len(f.Why) > 0 {
		f.Reason = reasons(f.Why).in(c)
	}
	return f
}

// Localized returns the proposals with their reasons in a language.
func (p Proposals) Localized(c message.Catalog) Proposals {
	p = slices.Clone(p)
	for k := range p {
		p[k].Reasons, p[k].Values = slices.Clone(p[k].Reasons), slices.Clone(p[k].Values)
		for n, why := range p[k].Why {
			p[k].Reasons[n] = reasons(why).in(c)
		}
		for n, v := range p[k].Values {
			p[k].Values[n].Reason = reasons(v.Why).in(c)
		}
	}
	return p
}

// LocalizeError returns an error of a Service with its messages in a language: a [*FileError], and the problems of a
// mapping and of settings in an [*admin.ValidationError]. Any other error, and a problem that the catalog does not
// have, is returned as it is.
func LocalizeError(err error, c message.Catalog) error {
	var file *FileError
	if errors.As(err, &file) {
		return file.Localized(c)
	}
	var invalid *admin.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	out := &admin.ValidationError{Fields: slices.Clone(invalid.Fields)}
	for k, f := range out.Fields {
		if text, _, ok := translate(c, kindMapping, f.Code, f.Message, f.Params); ok {
			out.Fields[k].Message = text
		}
	}
	return out
}
