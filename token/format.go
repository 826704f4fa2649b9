package token

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Environment is the second part of a secret, so that one for trying things out is told at sight
// from one that matters.
type Environment string

// The environments.
const (
	Live Environment = "live"
	Test Environment = "test"
)

func (e Environment) known() bool { return e == Live || e == Test }

// DefaultBrand begins the secrets where Options.Brand is empty.
const DefaultBrand = "adm"

// Pattern is the regular expression (RE2, also PCRE and JavaScript) that finds secrets in texts,
// for secret scanners. Put your brand in place of [a-z]{2,8} to find only yours, and prove what was
// found by Parse, which knows the checksum.
const Pattern = `\b[a-z]{2,8}_(?:live|test)_[0-9A-Za-z]{38}\b`

const (
	minBrand, maxBrand = 2, 8

	// bodyLen characters of 62 are 190 bits: no one guesses that, so a fast hash is enough
	// (OWASP ASVS 5, 6.5.2).
	bodyLen = 32
	// sumLen characters of 62 hold a CRC-32.
	sumLen = 6
	// maxSecret bounds what is looked at; a secret has 55 bytes at most.
	maxSecret = 128

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Parse reads brand and environment of a secret and proves its checksum. It does not say whether
// there is such a token; that is Service.Verify's. It fails with a *Refusal.
func Parse(secret string) (brand string, env Environment, err error) {
	prefix, reason := split(secret)
	if reason != "" {
		return "", "", &Refusal{Reason: reason}
	}
	brand, rest, _ := strings.Cut(prefix, "_")
	return brand, Environment(strings.TrimSuffix(rest, "_")), nil
}

// split is the prefix of a well-formed secret, or the reason why it is none.
func split(secret string) (prefix string, reason Reason) {
	cut := len(secret) - bodyLen - sumLen
	if len(secret) > maxSecret || cut < 0 {
		return "", ReasonMalformed
	}
	prefix = secret[:cut]
	brand, rest, _ := strings.Cut(prefix, "_")
	env, ended := strings.CutSuffix(rest, "_")
	if !validBrand(brand) || !ended || !Environment(env).known() {
		return "", ReasonMalformed
	}
	for i := cut; i < len(secret); i++ {
		if !isBase62(secret[i]) {
			return "", ReasonMalformed
		}
	}
	sum := checksum(secret[:cut+bodyLen])
	if secret[cut+bodyLen:] != string(sum[:]) {
		return "", ReasonChecksum
	}
	return prefix, ""
}

func isBase62(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func validBrand(brand string) bool {
	return len(brand) >= minBrand && len(brand) <= maxBrand &&
		!strings.ContainsFunc(brand, func(r rune) bool { return r < 'a' || r > 'z' })
}

// checksum is the CRC-32 (IEEE) of prefix and body in base 62. It covers the prefix, so that a test
// token does not become a live one by renaming it.
func checksum(text string) (sum [sumLen]byte) {
	n := crc32.ChecksumIEEE([]byte(text))
	for i := sumLen - 1; i >= 0; i-- {
		sum[i] = base62[n%62]
		n /= 62
	}
	return sum
}

// format is how one service writes its secrets.
type format struct {
	prefix string
}

func newFormat(brand string, env Environment) (format, error) {
	if brand == "" {
		brand = DefaultBrand
	}
	if env == "" {
		env = Live
	}
	if !validBrand(brand) {
		return format{}, fmt.Errorf("token: brand %q: use %d to %d of a-z: %w", admin.Clip(brand), minBrand, maxBrand, admin.ErrInvalid)
	}
	if !env.known() {
		return format{}, fmt.Errorf("token: environment %q: use %q or %q: %w", admin.Clip(string(env)), Live, Test, admin.ErrInvalid)
	}
	return format{prefix: brand + "_" + string(env) + "_"}, nil
}

// refuses is why a secret cannot be one that this format wrote, or empty.
func (f format) refuses(secret string) Reason {
	prefix, reason := split(secret)
	if reason == "" && prefix != f.prefix {
		return ReasonForeign
	}
	return reason
}

// generate makes a new secret.
func (f format) generate(random io.Reader) (string, error) {
	secret := append(make([]byte, 0, len(f.prefix)+bodyLen+sumLen), f.prefix...)
	secret, err := appendBase62(secret, bodyLen, random)
	if err != nil {
		return "", err
	}
	sum := checksum(string(secret))
	return string(append(secret, sum[:]...)), nil
}

// appendBase62 appends n characters, each equally likely: bytes from 248 on are thrown away,
// because 256 is no multiple of 62.
func appendBase62(dst []byte, n int, random io.Reader) ([]byte, error) {
	const fair = byte(256 - 256%len(base62))
	var buf [bodyLen]byte
	// One byte in 32 is thrown away, so a source that needs this many rounds is broken.
	for range 100 {
		if n == 0 {
			return dst, nil
		}
		draw := buf[:n]
		if _, err := io.ReadFull(random, draw); err != nil {
			return nil, fmt.Errorf("token: read the source of randomness: %w", err)
		}
		for _, b := range draw {
			if b < fair {
				dst = append(dst, base62[b%byte(len(base62))])
				n--
			}
		}
	}
	return nil, errors.New("token: the source of randomness is broken: it hardly gives a byte below 248")
}
