package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/admincenter/admincenter/admin"
)

// compactJSON checks one JSON document by the rules of the function JSON and drops the white space between its
// tokens. Its errors have no sentinel.
func compactJSON(text string) (string, error) {
	if len(text) > MaxJSON {
		return "", fmt.Errorf("JSON of %d bytes: give at most %d", len(text), MaxJSON)
	}
	if !utf8.ValidString(text) {
		return "", errors.New("JSON is not valid UTF-8")
	}
	var document json.RawMessage
	if err := json.Unmarshal([]byte(text), &document); err != nil { // the error of json.Compact has no place
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			return "", fmt.Errorf("not JSON: %w, at byte %d", err, syntax.Offset)
		}
		return "", fmt.Errorf("not JSON: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, document); err != nil {
		return "", fmt.Errorf("not JSON: %w", err)
	}
	if bad := brokenEscape(compact.String()); bad != "" {
		return "", fmt.Errorf("JSON has %s, which readers of JSON disagree about: remove it", bad)
	}
	// The document is well-formed; the rest are rules beyond those of JSON.
	dec := json.NewDecoder(bytes.NewReader(compact.Bytes()))
	dec.UseNumber()
	if err := checkStructure(dec, 0); err != nil {
		return "", err
	}
	return compact.String(), nil
}

// checkStructure reads one value that is nested in depth others.
func checkStructure(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth++; depth > MaxDepth {
		return fmt.Errorf("JSON is nested deeper than %d at byte %d", MaxDepth, dec.InputOffset())
	}
	var keys map[string]bool
	if open == '{' {
		keys = map[string]bool{}
	}
	for dec.More() {
		if keys != nil {
			token, err := dec.Token()
			if err != nil {
				return fmt.Errorf("not JSON: %w", err)
			}
			k, _ := token.(string)
			if keys[k] {
				return fmt.Errorf("JSON has the key %q twice in one object at byte %d: readers disagree about which counts",
					admin.Clip(k), dec.InputOffset())
			}
			keys[k] = true
		}
		if err := checkStructure(dec, depth); err != nil {
			return err
		}
	}
	_, err = dec.Token() // its end
	return err
}

// brokenEscape returns the first \u escape of a well-formed document that is NUL or half of a surrogate pair.
func brokenEscape(text string) string {
	for i := strings.IndexByte(text, '\\'); i >= 0 && i < len(text); {
		switch {
		case text[i] != '\\':
			i++
			continue
		case text[i+1] != 'u':
			i += 2
			continue
		}
		r := escaped(text, i)
		if r == 0 {
			return text[i : i+6]
		}
		if !utf16.IsSurrogate(r) {
			i += 6
			continue
		}
		if utf16.DecodeRune(r, escaped(text, i+6)) == unicode.ReplacementChar {
			return text[i:i+6] + " alone"
		}
		i += 12
	}
	return ""
}

// escaped is the rune of the \u escape at i; if there is none, it is not a surrogate.
func escaped(text string, i int) rune {
	if len(text) < i+6 || text[i:i+2] != `\u` {
		return unicode.ReplacementChar
	}
	n, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
	if err != nil {
		return unicode.ReplacementChar
	}
	return rune(n)
}
