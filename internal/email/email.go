// Package email reads e-mail addresses by the rules of SMTP and of international domain names.
package email

import (
	"fmt"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Limits of an address in its ASCII form, in bytes (RFC 5321, 4.5.3.1, less the angle brackets;
// RFC 1035, 2.3.4).
const (
	maxEmail = 254
	maxLocal = 64
	maxLabel = 63
)

// Key returns what the address text, such as "Ann@Example.com", is compared by: ASCII lower case, the
// domain in its IDNA2008 form, which keeps ß and ss apart. The part before the @ must be ASCII without blanks, quotes
// or control characters, and the domain must be in its own normal form: what is only mapped to a name, such as full
// width letters, would let one address pass for another. Display names ("Ann <ann@example.com>") are refused. Errors
// wrap [admin.ErrInvalid].
func Key(text string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("%q is not an e-mail address: %s: %w", admin.Clip(text), why, admin.ErrInvalid)
	}
	if len(text) > maxEmail {
		return bad(fmt.Sprintf("it is longer than %d bytes", maxEmail))
	}
	local, domain, ok := strings.Cut(text, "@")
	switch {
	case !ok || strings.Contains(domain, "@"):
		return bad("write it as name@domain, with one @")
	case local == "" || len(local) > maxLocal:
		return bad(fmt.Sprintf("the part before the @ must have 1 to %d characters", maxLocal))
	case strings.Trim(local, ".") != local || strings.Contains(local, ".."):
		return bad("dots before the @ may not be first, last or doubled")
	case strings.ContainsFunc(local, func(r rune) bool { return !localRune(r) }):
		return bad("before the @ use letters, digits and .!#$%&'*+/=?^_`{|}~-")
	}
	ascii, ok := asciiDomain(domain)
	if !ok {
		return bad("the part after the @ must be a domain name such as example.com, of plain letters, digits and hyphens")
	}
	// The local part is ASCII, so lowering it cannot fold look-alikes.
	key := strings.ToLower(local) + "@" + ascii
	if len(key) > maxEmail {
		return bad(fmt.Sprintf("its domain in ASCII form makes it longer than %d bytes", maxEmail))
	}
	return key, nil
}

// localRune reports whether r is RFC 5322's atext, or a dot.
func localRune(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return true
	}
	return r < 0x80 && strings.ContainsRune(".!#$%&'*+/=?^_`{|}~-", r)
}
