package sqlstore

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// likeEscapes has LIKE take a text as it is. The escape is ! because a backslash means different things in
// the literals of different databases.
var likeEscapes = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// columnType is the type of a field's column for bulk; nothing for text.
func columnType(value any) string {
	if _, ok := value.(**int); ok {
		return " bigint"
	}
	return ""
}

// columnValue is how the value at a pointer that customer.Field.Of returned is stored: lists and objects as
// JSON in forms of this package, and as nothing if they are empty.
func columnValue(value any) (any, error) {
	switch v := value.(type) {
	case *string:
		return *v, nil
	case *iso4217.Code:
		return string(*v), nil
	case *customer.Status:
		return string(*v), nil
	case **int:
		if *v == nil {
			return nil, nil
		}
		return int64(**v), nil
	case *[]string:
		return jsonText(len(*v) == 0, *v)
	case *map[string]string:
		if len(*v) == 0 {
			return "", nil
		}
		return string(appendTexts(make([]byte, 0, 256), *v)), nil
	case *[]customer.Alias:
		stored := make([]storedAlias, len(*v))
		for i, a := range *v {
			stored[i] = storedAlias{a.Value, micros(a.EffectiveFrom), micros(a.EffectiveUntil)}
		}
		return jsonText(len(stored) == 0, stored)
	case *customer.BillingInformation:
		return jsonText(len(v.EmailRecipients)+len(v.AdditionalEmailRecipients) == 0,
			storedBilling{v.EmailRecipients, v.AdditionalEmailRecipients})
	}
	return nil, fmt.Errorf("a field of type %T has no column", value)
}

func jsonText(empty bool, v any) (string, error) {
	if empty {
		return "", nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// storedAlias and storedBilling are the stored forms, which do not change with those of the API.
type storedAlias struct {
	Value string `json:"value"`
	From  *int64 `json:"from,omitempty"` // microseconds
	Until *int64 `json:"until,omitempty"`
}

type storedBilling struct {
	To         []string `json:"to,omitempty"`
	Additional []string `json:"additional,omitempty"`
}

func micros(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.UnixMicro()
	return &n
}

func fromMicros(n *int64) time.Time {
	if n == nil {
		return time.Time{}
	}
	return time.UnixMicro(*n).UTC()
}

// scanColumn reads what columnValue stored into the value at a pointer that customer.Field.Of returned.
func scanColumn(value any) any {
	switch v := value.(type) {
	case *string, *iso4217.Code, *customer.Status:
		return v
	case **int:
		return &optionalNumber{v}
	case *[]string:
		return &jsonColumn{func(text []byte) error { return json.Unmarshal(text, v) }}
	case *map[string]string:
		return &jsonColumn{func(text []byte) error {
			if texts, ok := plainTexts(string(text)); ok {
				*v = texts
				return nil
			}
			return json.Unmarshal(text, v)
		}}
	case *[]customer.Alias:
		return &jsonColumn{func(text []byte) error {
			var stored []storedAlias
			if err := json.Unmarshal(text, &stored); err != nil {
				return err
			}
			*v = nil
			for _, a := range stored {
				*v = append(*v, customer.Alias{Value: a.Value, EffectiveFrom: fromMicros(a.From),
					EffectiveUntil: fromMicros(a.Until)})
			}
			return nil
		}}
	case *customer.BillingInformation:
		return &jsonColumn{func(text []byte) error {
			var stored storedBilling
			err := json.Unmarshal(text, &stored)
			*v = customer.BillingInformation{EmailRecipients: stored.To, AdditionalEmailRecipients: stored.Additional}
			return err
		}}
	}
	return value
}

// jsonColumn reads a column of JSON that may be empty.
type jsonColumn struct{ read func(text []byte) error }

// Scan implements sql.Scanner.
func (c *jsonColumn) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("JSON stored as %T: want text", src)
	}
	if len(text) == 0 {
		return nil
	}
	return c.read(text)
}

// optionalNumber reads a whole number or NULL.
type optionalNumber struct{ into **int }

// Scan implements sql.Scanner.
func (o *optionalNumber) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*o.into = nil
	case int64:
		n := int(v)
		*o.into = &n
	default:
		return fmt.Errorf("number stored as %T: want a whole number", src)
	}
	return nil
}
