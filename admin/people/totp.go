package people

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The parameters of time-based one-time passwords (RFC 6238) that every authenticator app knows.
const (
	totpDigits = 6
	totpPeriod = 30 * time.Second
	totpSkew   = 1  // steps before and after the current one that are accepted (RFC 6238, section 5.2)
	totpKey    = 20 // bytes of a shared secret, the length of the hash (RFC 4226, section 4)
)

// base32Text is how shared secrets and recovery codes are written.
func base32Text(b []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// hotp returns the one-time password of a counter (RFC 4226, section 5.3). HMAC-SHA-1 is what authenticator
// apps compute; collisions of SHA-1 do not weaken it.
func hotp(key []byte, counter uint64, digits int) string {
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, counter) // a hash never fails
	sum := mac.Sum(nil)
	code := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0xf:]) & 0x7fff_ffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, code%modulus)
}

// totpStep returns the number of the period that an instant is in. It is negative before 1970.
func totpStep(at time.Time) int64 {
	seconds, period := at.Unix(), int64(totpPeriod/time.Second)
	if seconds < 0 {
		seconds -= period - 1 // round down
	}
	return seconds / period
}

// matchTOTP returns the step whose code was given, among those around now and after last, which is the last step
// that was accepted. It takes the same time for every code of the right form.
func matchTOTP(key []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	current := totpStep(now)
	for s := current - totpSkew; s <= current+totpSkew; s++ {
		same := s >= 0 && subtle.ConstantTimeCompare([]byte(hotp(key, uint64(s), totpDigits)), []byte(code)) == 1
		if same && s > last && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// parseTOTPCode returns the six digits of a code, which apps show in groups. It reports false for anything else.
func parseTOTPCode(text string) (string, bool) {
	if len(text) > 4*totpDigits {
		return "", false
	}
	code := strings.ReplaceAll(text, " ", "")
	return code, len(code) == totpDigits && strings.Trim(code, "0123456789") == ""
}

// totpURI returns what an authenticator app reads from a QR code, as the Key Uri Format has it
// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). The issuer and the account are kept apart
// by a colon, so neither has one.
func totpURI(issuer, account string, key []byte) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	issuer, account = withoutColon(issuer), withoutColon(account)
	label := escape(account)
	query := fmt.Sprintf("secret=%s&algorithm=SHA1&digits=%d&period=%d", base32Text(key), totpDigits,
		int(totpPeriod/time.Second))
	if issuer != "" {
		label = escape(issuer) + ":" + label
		query += "&issuer=" + escape(issuer)
	}
	return "otpauth://totp/" + label + "?" + query
}

func withoutColon(s string) string { return strings.ReplaceAll(s, ":", "") }
