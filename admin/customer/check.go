package customer

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/email"
	"github.com/admincenter/admincenter/internal/text"
)

// Limits of a record. Those of aliases are Togai's, which has none for the others.
const (
	MaxAliases       = 10   // of an account
	MaxRecipients    = 20   // in each list of an account's billing information
	MaxTags          = 50   // of an account, each of 1 to MaxTag characters
	MaxTag           = 50   // characters
	MaxMetadata      = 50   // names of a record
	MaxMetadataName  = 50   // characters, at least 1
	MaxMetadataValue = 1000 // characters, at least 1
)

const maxEmail = 320 // characters; Togai's limit

// check finds everything that is wrong with the given fields of a record.
func (t *Table[T]) check(p *admin.Problems, r *T, given Mask) {
	for i, f := range t.fields {
		if given&(1<<i) == 0 {
			continue
		}
		switch v := f.of(r).(type) {
		case *string:
			f.checkText(p, *v)
		case *iso4217.Code:
			if *v != "" {
				iso4217.CheckMoney(p, f.Path, *v)
			}
		case **int:
			if n := *v; n != nil && (int64(*n) < f.Min || int64(*n) > f.Max) {
				p.Add(f.Path, admin.CodeRange, "%d is not between %d and %d", *n, f.Min, f.Max).
					With("min", f.Min).With("max", f.Max)
			}
		default:
			f.check(p, f.Path, r)
		}
	}
}

func (f Field[T]) checkText(p *admin.Problems, v string) {
	least := int(f.Min)
	if f.Required {
		least = max(1, least)
	}
	if v == "" && !f.Required {
		return
	}
	var own admin.Problems
	own.Text(f.Path, v, least, int(f.Max))
	if err := own.Err(); err != nil {
		p.AddError("", admin.CodeFormat, err)
		return
	}
	switch f.Format {
	case FormatEmail:
		checkEmail(p, f.Path, v)
	case FormatCountry:
		if code, ok := CountryCode(v); !ok || code != v {
			p.Add(f.Path, admin.CodeUnknown, "%q is not a country: give its two letters of ISO 3166-1, such as DE",
				admin.Clip(v)).
				With("value", admin.Clip(v))
		}
	}
}

func checkEmail(p *admin.Problems, path, v string) {
	if !email.Deliverable(v) {
		p.Add(path, admin.CodeFormat, "%q is not an e-mail address: write it as name@domain, without a display name",
			admin.Clip(v)).
			With("value", admin.Clip(v))
	}
}

func checkStatus[T Record](of func(*T) Status, allowed ...Status) func(*admin.Problems, string, *T) {
	return func(p *admin.Problems, _ string, r *T) {
		checkStatusIn(p, of(r), allowed)
	}
}

func checkStatusIn(p *admin.Problems, s Status, allowed []Status) {
	if !slices.Contains(allowed, s) {
		p.Add("/status", admin.CodeUnknown, "%q is not a status that can be given here: use %s",
			admin.Clip(string(s)), text.Join(allowed)).With("allowed", text.Join(allowed))
	}
}

func checkMetadata[T Record](of func(*T) map[string]string) func(*admin.Problems, string, *T) {
	return func(p *admin.Problems, path string, r *T) {
		m := of(r)
		if len(m) > MaxMetadata {
			p.Add(path, admin.CodeTooLong, "%d names are too many: give at most %d", len(m), MaxMetadata).With("max",
				MaxMetadata)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(m)) {
			at := path + "/" + text.PointerToken(name)
			p.Text(at, name, 1, MaxMetadataName)
			v := m[name]
			if _, hidden := text.HiddenInLines(v); hidden || v == "" || utf8.RuneCountInString(v) > MaxMetadataValue {
				p.Add(at, admin.CodeFormat, "the value of %q must be 1 to %d characters of text that can be seen",
					admin.Clip(name), MaxMetadataValue).
					With("min", 1).With("max", MaxMetadataValue)
			}
		}
	}
}

func checkAliases(p *admin.Problems, path string, a *Account) {
	if len(a.Aliases) > MaxAliases {
		p.Add(path, admin.CodeTooLong, "%d aliases are too many: give at most %d", len(a.Aliases), MaxAliases).With("max",
			MaxAliases)
		return
	}
	for i, alias := range a.Aliases {
		at := fmt.Sprintf("%s/%d", path, i)
		p.Text(at+"/value", alias.Value, 1, admin.MaxID)
		from, until := alias.EffectiveFrom, alias.EffectiveUntil
		if !from.IsZero() && !until.IsZero() && !from.Before(until) {
			p.Add(at+"/effectiveUntil", admin.CodeRange, "%s is not after %s, where the alias begins",
				text.Instant(until), text.Instant(from))
		}
		if slices.ContainsFunc(a.Aliases[:i], alias.Overlaps) {
			p.Add(at, admin.CodeDuplicate, "%q is there already at the same time", admin.Clip(alias.Value))
		}
	}
}

func checkTags(p *admin.Problems, path string, a *Account) {
	if len(a.Tags) > MaxTags {
		p.Add(path, admin.CodeTooLong, "%d tags are too many: give at most %d", len(a.Tags), MaxTags).With("max", MaxTags)
		return
	}
	for i, tag := range a.Tags {
		at := fmt.Sprintf("%s/%d", path, i)
		p.Text(at, tag, 1, MaxTag)
		if slices.Contains(a.Tags[:i], tag) {
			p.Add(at, admin.CodeDuplicate, "%q is there already: tags are kept in lower case", admin.Clip(tag))
		}
	}
}

func checkBilling(p *admin.Problems, path string, a *Account) {
	b := a.BillingInformation
	for _, list := range []struct {
		name  string
		items []string
	}{{"emailRecipients", b.EmailRecipients}, {"additionalEmailRecipients", b.AdditionalEmailRecipients}} {
		at := path + "/" + list.name
		if len(list.items) > MaxRecipients {
			p.Add(at, admin.CodeTooLong, "%d addresses are too many: give at most %d", len(list.items), MaxRecipients).
				With("max", MaxRecipients)
			continue
		}
		for i, address := range list.items {
			item := Field[Account]{Path: fmt.Sprintf("%s/%d", at, i), Format: FormatEmail, Required: true, Max: maxEmail}
			item.checkText(p, address)
		}
	}
}
