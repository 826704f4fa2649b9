package people

import (
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/email"
)

// Email is an e-mail address. It marshals as its Address. [ParseEmail] makes one.
type Email struct {
	Address string // as it was given, for sending
	Key     string // what addresses are compared by: ASCII lower case, the domain in punycode
}

// ParseEmail reads an address such as "Ann@Example.com". The part before the @ must be ASCII
// without spaces, quotes or control characters: look-alike letters would let one address pass for
// another. The domain can be international; it is compared in its IDNA form. Display names
// ("Ann <ann@example.com>") are refused. Errors wrap [admin.ErrInvalid].
func ParseEmail(text string) (Email, error) {
	key, err := email.Key(text)
	if err != nil {
		return Email{}, err
	}
	return Email{Address: text, Key: key}, nil
}

// String returns the address as it was given.
func (e Email) String() string { return e.Address }

// MarshalText returns the address as it was given.
func (e Email) MarshalText() ([]byte, error) { return []byte(e.Address), nil }

// UnmarshalText is [ParseEmail]. An empty text makes the zero Email.
func (e *Email) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*e = Email{}
		return nil
	}
	parsed, err := ParseEmail(string(text))
	if err != nil {
		return err
	}
	*e = parsed
	return nil
}

// checkEmail reads an address of an input and adds its problem to p.
func checkEmail(p *admin.Problems, path, text string) Email {
	if text == "" {
		p.Add(path, admin.CodeRequired, "is required: give an e-mail address such as ann@example.com")
		return Email{}
	}
	e, err := ParseEmail(text)
	if err != nil {
		p.AddError(path, admin.CodeFormat, err)
	}
	return e
}
