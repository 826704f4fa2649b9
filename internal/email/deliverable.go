package email

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/admincenter/admincenter/internal/text"
)

// Deliverable reports whether address is an address to write to. Unlike with [Key], letters outside ASCII may
// be before the @ (RFC 6531): no user signs in with such an address, so look-alikes do no harm.
func Deliverable(address string) bool {
	local, domain, ok := strings.Cut(address, "@")
	if _, hidden := text.Hidden(local); hidden || !ok || strings.ContainsFunc(local, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(`"(),:;<>[\]@`, r)
	}) {
		return false
	}
	ascii := strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return 'x'
		}
		return r
	}, local)
	_, err := Key(ascii + "@" + domain)
	return err == nil
}
