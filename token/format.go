package token

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Environment is the second part of a secret, so that test and live secrets can be distinguished at a
// glance.
type Environment string

// The environments.
const (
	Live Environment = "live"
	Test Environment = "test"
)

func (e Environment) known() bool { return e == Live || e == Test }

// Pattern is the regular expression (RE2, also PCRE and JavaScript) that finds secrets in texts,
// for secret scanners. Put your brand in place of [a-z]{2,8} to find only yours, and confirm each match
// by [Parse], which checks the checksum.
const Pattern = `\b[a-z]{2,8}_(?:live|test)_[0-9A-Za-z]{38}\b`

const (
	defaultBrand       = "adm"
	minBrand, maxBrand = 2, 8

	// bodyLen characters of 62 are 190 bits, too many to guess, so a fast hash is enough
	// (OWASP ASVS 5, 6.5.2).
	bodyLen = 32
	// sumLen characters of 62 hold a CRC-32.
	sumLen = 6
	// maxSecret bounds the texts that are parsed; a secret has at most 55 bytes.
	maxSecret = 128

	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Parse returns the brand and the environment of a secret whose checksum is right. Whether there is such
// a token is for [Service.Verify] to find out. It fails with a [*Refusal].
func Parse(secret admin.Secret) (brand string, env Environment, err error) {
	prefix, reason := split(secret.Reveal())
	if reason != "" {
		return "", "", &Refusal{reason: reason}
	}
	brand, rest, _ := strings.Cut(prefix, "_")
	return brand, Environment(strings.TrimSuffix(rest, "_")), nil
}

// split returns the prefix of a well-formed secret, or the reason why it is malformed. It runs with every
// request, so it allocates nothing.
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
	if !allBase62(secret[cut:]) {
		return "", ReasonMalformed
	}
	if sum := checksum(crc(secret[:cut+bodyLen])); secret[cut+bodyLen:] != string(sum[:]) {
		return "", ReasonChecksum
	}
	return prefix, ""
}

func allBase62(text string) bool {
	for i := range len(text) {
		if !isBase62(text[i]) {
			return false
		}
	}
	return true
}

// isBase62 reports whether c is one of base62. It looks into sets of bits, because no processor foresees
// which of three ranges a random character is in.
func isBase62(c byte) bool {
	const (
		digits  = (1<<10 - 1) << '0'
		letters = (1<<26-1)<<('A'&63) | (1<<26-1)<<('a'&63)
	)
	set := uint64(digits)
	if c&64 != 0 {
		set = letters
	}
	return c < 128 && set>>(c&63)&1 == 1
}

func validBrand(brand string) bool {
	if len(brand) < minBrand || len(brand) > maxBrand {
		return false
	}
	for i := range len(brand) {
		if brand[i] < 'a' || brand[i] > 'z' {
			return false
		}
	}
	return true
}

// checksum returns the CRC-32 (IEEE) of prefix and body in base 62. It covers the prefix, so that a test
// token does not become a live one by a change of its prefix.
func checksum(n uint32) (sum [sumLen]byte) {
	for i := sumLen - 1; i >= 0; i-- {
		sum[i] = base62[n%62]
		n /= 62
	}
	return sum
}

// crc is [crc32.ChecksumIEEE] of a text that is not copied: what that is given has to be on the heap, which
// takes longer than the some 50 bytes that a secret has.
func crc(text string) uint32 {
	n := ^uint32(0)
	for i := range len(text) {
		n = crc32.IEEETable[byte(n)^text[i]] ^ n>>8
	}
	return ^n
}

// tables make the check of a secret, which comes with every request, fast: the checksum is computed eight bytes
// at a time (https://create.stephan-brumme.com/crc32/#slicing-by-8-overview).
type tables struct {
	crc32   [8]crc32.Table
	foreign [256]byte // 1 for what is not in base62
}

func newTables() *tables {
	t := &tables{}
	t.crc32[0] = *crc32.IEEETable
	for k := 1; k < len(t.crc32); k++ {
		for i, n := range t.crc32[k-1] {
			t.crc32[k][i] = n>>8 ^ t.crc32[0][byte(n)]
		}
	}
	for c := range t.foreign {
		if !isBase62(byte(c)) {
			t.foreign[c] = 1
		}
	}
	return t
}

func (t *tables) crc(text string) uint32 {
	n, by := ^uint32(0), &t.crc32
	for ; len(text) >= 8; text = text[8:] {
		n ^= uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
		n = by[7][byte(n)] ^ by[6][byte(n>>8)] ^ by[5][byte(n>>16)] ^ by[4][n>>24] ^
			by[3][text[4]] ^ by[2][text[5]] ^ by[1][text[6]] ^ by[0][text[7]]
	}
	for i := range len(text) {
		n = by[0][byte(n)^text[i]] ^ n>>8
	}
	return ^n
}

// check is split's for what follows a prefix of cut bytes.
func (t *tables) check(secret string, cut int) Reason {
	foreign := byte(0)
	for i := cut; i < len(secret); i++ {
		foreign |= t.foreign[secret[i]]
	}
	if foreign != 0 {
		return ReasonMalformed
	}
	cut = len(secret) - sumLen
	if sum := checksum(t.crc(secret[:cut])); secret[cut:] != string(sum[:]) {
		return ReasonChecksum
	}
	return ""
}

// format is the format of one service's secrets.
type format struct {
	prefix string
	tables *tables
}

func newFormat(p *admin.Problems, brand string, env Environment) format {
	if brand == "" {
		brand = defaultBrand
	}
	if env == "" {
		env = Live
	}
	if !validBrand(brand) {
		p.Add("/brand", admin.CodeFormat, "%q is not a brand: use %d to %d of a-z", admin.Clip(brand), minBrand, maxBrand)
	}
	if !env.known() {
		p.Add("/environment", admin.CodeUnknown, "%q is not an environment: use %q or %q",
			admin.Clip(string(env)), Live, Test)
	}
	return format{prefix: brand + "_" + string(env) + "_", tables: newTables()}
}

// refuses returns the reason why a secret is not in this format, or empty.
func (f format) refuses(secret string) Reason {
	if len(secret) == len(f.prefix)+bodyLen+sumLen && strings.HasPrefix(secret, f.prefix) { // as nearly all
		return f.tables.check(secret, len(f.prefix))
	}
	prefix, reason := split(secret)
	if reason == "" && prefix != f.prefix {
		return ReasonForeign
	}
	return reason
}

// generate returns a new secret.
func (f format) generate(random io.Reader) (string, error) {
	secret := append(make([]byte, 0, len(f.prefix)+bodyLen+sumLen), f.prefix...)
	secret, err := appendBase62(secret, bodyLen, random)
	if err != nil {
		return "", err
	}
	sum := checksum(crc(string(secret)))
	return string(append(secret, sum[:]...)), nil
}

// appendBase62 appends n characters, each equally likely: bytes from 248 on are discarded, because 256
// is not a multiple of 62.
func appendBase62(dst []byte, n int, random io.Reader) ([]byte, error) {
	const fair = byte(256 - 256%len(base62))
	var buf [bodyLen]byte
	// One byte in 32 is discarded, so a source that needs this many rounds is broken.
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
	return nil, errors.New("token: the source of randomness is broken: it returns hardly a byte below 248")
}
