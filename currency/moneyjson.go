package currency

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// MarshalJSON writes {"amount":"12.50","currency":"EUR"}, and null for the zero Money. The amount is a text, with the
// digits of [Money.String], whatever the variables of package decimal are.
func (m Money) MarshalJSON() ([]byte, error) {
	if m.code == "" {
		return []byte("null"), nil
	}
	return json.Marshal(struct {
		Amount   string       `json:"amount"`
		Currency iso4217.Code `json:"currency"`
	}{m.digits(), m.code})
}

// UnmarshalJSON reads what [Money.MarshalJSON] writes, and nothing else: both names once each, in that spelling and
// no other name, and the amount as a text of plain digits. An amount may be finer than the minor unit. Null is the
// zero Money. Errors wrap [admin.ErrInvalid], and leave m as it was.
func (m *Money) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*m = Money{}
		return nil
	}
	fields, err := moneyFields(data)
	if err != nil {
		return fmt.Errorf(`%w: write {"amount":"12.50","currency":"EUR"}: %w`, err, admin.ErrInvalid)
	}
	var p admin.Problems
	amount, err := admin.ParseDecimal(fields["amount"])
	if err != nil {
		p.AddError("/amount", admin.CodeFormat, err)
	}
	code := iso4217.Code(fields["currency"])
	iso4217.CheckMoney(&p, "/currency", code)
	if err := p.Err(); err != nil {
		return err
	}
	*m = Money{admin.CanonicalDecimal(amount), code}
	return nil
}

// moneyFields reads an object of two texts. Package json alone would take names in other letters and the last of
// several values for one name, which another reader of the same text would not.
func moneyFields(data []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("an amount of money is not an object")
	}
	fields := map[string]string{}
	for d.More() {
		t, err := d.Token()
		name, isText := t.(string)
		if err != nil || !isText {
			return nil, errors.New("an amount of money is not valid JSON")
		}
		if name != "amount" && name != "currency" {
			return nil, fmt.Errorf("%q is no part of an amount of money", admin.Clip(name))
		}
		if _, twice := fields[name]; twice {
			return nil, fmt.Errorf("an amount of money has its %q twice", name)
		}
		t, err = d.Token()
		value, isText := t.(string)
		if err != nil || !isText {
			return nil, fmt.Errorf("%s of an amount of money is not a text", name)
		}
		fields[name] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("an amount of money is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("an amount of money is followed by something else")
	}
	for _, name := range []string{"amount", "currency"} {
		if _, ok := fields[name]; !ok {
			return nil, fmt.Errorf("an amount of money has no %q", name)
		}
	}
	return fields, nil
}
