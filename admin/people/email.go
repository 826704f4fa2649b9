package people

import "github.com/admincenter/admincenter/internal/email"

// Email is an e-mail address. Address is as it was given, for sending; Key is what addresses are
// compared by: ASCII lower case, the domain in its ASCII (punycode) form. ParseEmail makes both.
type Email struct {
	Address string
	Key     string
}

// String returns the address as it was given.
func (e Email) String() string { return e.Address }

// ParseEmail reads an address such as "Ann@Example.com". The part before the @ must be ASCII
// without blanks, quotes or control characters: look-alike letters would let one address pass for
// another. The domain may be international; it is compared in its IDNA form. Display names
// ("Ann <ann@example.com>") are refused. Errors wrap [admin.ErrInvalid].
func ParseEmail(text string) (Email, error) {
	key, err := email.Key(text)
	if err != nil {
		return Email{}, err
	}
	return Email{Address: text, Key: key}, nil
}
