package eventschema

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
)

type bareAttribute Attribute // without methods

type wireAttribute struct {
	bareAttribute
	Minimum *string `json:"minimum,omitempty"`
	Maximum *string `json:"maximum,omitempty"`
}

// MarshalJSON writes "minimum" and "maximum" as texts, and the other fields.
func (a Attribute) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireAttribute{bareAttribute(a), plain(a.Minimum), plain(a.Maximum)})
}

func plain(d *decimal.Decimal) *string {
	if d == nil {
		return nil
	}
	t := d.String()
	return &t
}

// UnmarshalJSON reads what MarshalJSON writes. It fails with a *admin.ValidationError for a limit that is no number;
// [Service.Put] checks the rest.
func (a *Attribute) UnmarshalJSON(raw []byte) error {
	var w wireAttribute
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	*a = Attribute(w.bareAttribute)
	var p admin.Problems
	a.Minimum, a.Maximum = limit(&p, "/minimum", w.Minimum), limit(&p, "/maximum", w.Maximum)
	return p.Err()
}

func limit(p *admin.Problems, at string, t *string) *decimal.Decimal {
	if t == nil {
		return nil
	}
	d, err := admin.ParseDecimal(*t)
	if err != nil {
		p.AddError(at, admin.CodeFormat, err)
		return nil
	}
	return &d
}
