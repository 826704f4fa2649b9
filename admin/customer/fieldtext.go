package customer

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// copyPrefix begins an item of the text of a BillingInformation that is an additional recipient.
const copyPrefix = "cc:"

// Text returns the value of a field in r as [Field.SetText] reads it; empty for no value. A list is a JSON array of
// texts, and metadata a JSON object of texts. An item of aliases is the alias, with the time in which it is one behind
// it: "acme-eu [2024-01-01T00:00:00Z/]". One of billing information is an address, "cc:" before an additional one.
func (f Field[T]) Text(r *T) string {
	switch v := f.of(r).(type) {
	case *[]string:
		return list(*v)
	case *map[string]string:
		if len(*v) == 0 {
			return ""
		}
		return marshal(*v)
	case *[]Alias:
		items := make([]string, len(*v))
		for i, a := range *v {
			items[i] = a.text()
		}
		return list(items)
	case *BillingInformation:
		items := append([]string(nil), v.EmailRecipients...)
		for _, address := range v.AdditionalEmailRecipients {
			items = append(items, copyPrefix+address)
		}
		return list(items)
	case **int:
		if *v == nil {
			return ""
		}
		return fmt.Sprint(**v)
	case *string:
		return *v
	case *iso4217.Code:
		return string(*v)
	case *Status:
		return string(*v)
	}
	return ""
}

func list(items []string) string {
	if len(items) == 0 {
		return ""
	}
	return marshal(items)
}

// marshal writes texts, which always works, without the escapes that HTML needs.
func marshal(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n")
}

// text is an alias as an item of a list.
func (a Alias) text() string {
	if a.EffectiveFrom.IsZero() && a.EffectiveUntil.IsZero() && !strings.HasSuffix(a.Value, "]") {
		return a.Value
	}
	instant := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return text.Instant(t)
	}
	return fmt.Sprintf("%s [%s/%s]", a.Value, instant(a.EffectiveFrom), instant(a.EffectiveUntil))
}

// aliasOf reads an item of a list. One that ends with ] has a time, so that every value can be written.
func aliasOf(item string) (Alias, error) {
	if !strings.HasSuffix(item, "]") {
		return Alias{Value: item}, nil
	}
	at := strings.LastIndex(item, " [")
	if at < 0 {
		return Alias{}, fmt.Errorf("%q does not name a time before its ]: %w", admin.Clip(item), admin.ErrInvalid)
	}
	from, until, both := strings.Cut(item[at+2:len(item)-1], "/")
	a := Alias{Value: item[:at]}
	var err error
	for _, one := range []struct {
		text string
		into *time.Time
	}{{from, &a.EffectiveFrom}, {until, &a.EffectiveUntil}} {
		if one.text == "" || err != nil {
			continue
		}
		*one.into, err = time.Parse(time.RFC3339Nano, one.text)
		*one.into = admin.Instant(*one.into)
	}
	if err != nil || !both {
		return Alias{}, fmt.Errorf("%q does not name a time as [2024-01-31T00:00:00Z/]: %w", admin.Clip(item),
			admin.ErrInvalid)
	}
	return a, nil
}

// setParts sets a field that is a list, an object or a status from its text.
func (f Field[T]) setParts(r *T, written string) error {
	items := func(into any) error {
		if written == "" {
			return nil
		}
		if err := json.Unmarshal([]byte(written), into); err != nil {
			return fmt.Errorf("%s: %q is not a JSON list or object of texts: %w", f.Name, admin.Clip(written), admin.ErrInvalid)
		}
		return nil
	}
	var texts []string
	switch v := f.of(r).(type) {
	case *Status:
		*v = Status(written)
	case *map[string]string:
		*v = nil
		err := items(v)
		if len(*v) == 0 {
			*v = nil
		}
		return err
	case *[]string:
		err := items(&texts)
		*v = emptied(texts)
		for i, tag := range texts {
			texts[i] = strings.ToLower(tag)
		}
		return err
	case *[]Alias:
		if err := items(&texts); err != nil {
			return err
		}
		*v = nil
		for _, item := range texts {
			a, err := aliasOf(item)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			*v = append(*v, a)
		}
	case *BillingInformation:
		if err := items(&texts); err != nil {
			return err
		}
		*v = BillingInformation{}
		for _, item := range texts {
			if address, additional := strings.CutPrefix(item, copyPrefix); additional {
				v.AdditionalEmailRecipients = append(v.AdditionalEmailRecipients, address)
			} else {
				v.EmailRecipients = append(v.EmailRecipients, item)
			}
		}
	}
	return nil
}

// CheckText finds everything that is wrong with the text of a field, but for what other fields and records say about
// it. An unknown name is admin.ErrInvalid.
func (t *Table[T]) CheckText(name, written string) error {
	i := t.index(name)
	if i < 0 {
		return fmt.Errorf("%s has no field %q: %w", t.noun, admin.Clip(name), admin.ErrInvalid)
	}
	var r T
	if err := t.fields[i].SetText(&r, written); err != nil {
		return err
	}
	if s, ok := t.fields[i].of(&r).(*Status); ok && *s == "" {
		return nil // an active one
	}
	var p admin.Problems
	t.check(&p, &r, 1<<i)
	return p.Err()
}
