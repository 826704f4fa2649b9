package people

import (
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/internal/email"
)

// Email is an e-mail address. It marshals as its [Email.String]. [ParseEmail] makes one.
type Email struct {
	Address string // as it was given, for sending
	Key     string // what addresses are compared by: ASCII lower case, the domain in punycode
}

// ParseEmail reads an address such as "Ann@Example.com". The part before the @ must be ASCII
// without spaces, quotes or control characters: look-alike letters would let one address pass for
// another. The domain can be international; it is compared in its IDNA2008 form, by which faß.example and
// fass.example are two domains. It must be in its own normal form: full width letters, ligatures, circled digits,
// other full stops, the Kelvin sign, invisible characters and symbols are refused, and capitals that are lowered to
// one letter by some and to another by others (ẞ, İ, Σ). Display names ("Ann <ann@example.com>") are refused.
// Errors wrap [admin.ErrInvalid].
func ParseEmail(text string) (Email, error) {
	key, err := email.Key(text)
	if err != nil {
		return Email{}, err
	}
	return Email{Address: text, Key: key}, nil
}

// String returns the address for people to read: as it was given, but with those labels of the domain in punycode
// that could pass for others. That are labels of more than one script or with digits of two systems, those with
// unusual Latin letters or signs of no script, and those of nothing but Cyrillic, Greek or Armenian letters that look
// like Latin ones under a top-level domain in ASCII: ann@аpple.example with a Cyrillic а is shown as
// ann@xn--pple-43d.example. Japanese, Korean and Bopomofo with Han count as one script each (UTS #39). Names that
// look alike within one script are shown as they are.
func (e Email) String() string { return email.Shown(e.Address, e.Key) }

// MarshalText returns what [Email.String] does. The text names the same mailbox.
func (e Email) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

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
