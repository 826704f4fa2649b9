package admin_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
)

func TestProblemsTellsAllAtOnce(t *testing.T) {
	var p admin.Problems
	require.NoError(t, p.Err(), "no problem is no error")
	p.Text("/name", "ok", 1, 10)
	require.NoError(t, p.Err())

	p.Text("/name", "", 1, 10)
	p.ID("/id", strings.Repeat("x", 51))
	p.Add("/rows/3/a~1b", admin.CodeDuplicate, "%q is in row %d too", "x", 1)
	err := fmt.Errorf("create: %w", p.Err())
	require.ErrorIs(t, err, admin.ErrInvalid)
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, []admin.FieldError{
		{Path: "/name", Code: admin.CodeRequired, Message: "is required: give 1 to 10 characters", Params: map[string]string{"min": "1", "max": "10"}},
		{Path: "/id", Code: admin.CodeTooLong, Message: fmt.Sprintf("%q has 51 characters: give at most 50", strings.Repeat("x", 51)), Params: map[string]string{"max": "50"}},
		{Path: "/rows/3/a~1b", Code: admin.CodeDuplicate, Message: `"x" is in row 1 too`},
	}, invalid.Fields)
	require.Equal(t, "create: invalid input: /name: is required: give 1 to 10 characters; /id: "+invalid.Fields[1].Message+
		`; /rows/3/a~1b: "x" is in row 1 too`, err.Error())
}

func TestProblemsAddError(t *testing.T) {
	_, err := people.ParseEmail("ann")
	var p admin.Problems
	p.AddError("/email", admin.CodeFormat, err)
	p.AddError("/file", admin.CodeFormat, errors.New("not a file"))
	require.EqualError(t, p.Err(), `invalid input: /email: "ann" is not an e-mail address: write it as name@domain, with one @; /file: not a file`)
}

func TestProblemsText(t *testing.T) {
	for _, tc := range []struct {
		reason, value string
		least, most   int
		code          string // empty where it is right
	}{
		{"as short as it may be", "ab", 2, 4, ""},
		{"as long as it may be", "abcd", 2, 4, ""},
		{"characters count, not bytes", "äöüß", 2, 4, ""},
		{"an emoji outside the first plane is one", "😀😀😀😀", 2, 4, ""},
		{"blanks inside", "a b", 2, 4, ""},
		{"optional and empty", "", 0, 4, ""},
		{"required and empty", "", 1, 4, admin.CodeRequired},
		{"too short", "a", 2, 4, admin.CodeTooShort},
		{"too long", "abcde", 2, 4, admin.CodeTooLong},
		{"a blank first", " abc", 2, 4, admin.CodeFormat},
		{"a blank last", "abc ", 2, 4, admin.CodeFormat},
		{"a no-break space last", "abc\u00a0", 2, 4, admin.CodeFormat},
		{"blank", " ", 1, 4, admin.CodeFormat},
		{"a line break", "a\nb", 2, 4, admin.CodeFormat},
		{"a NUL", "a\x00b", 2, 4, admin.CodeFormat},
		{"a delete", "a\x7fb", 2, 4, admin.CodeFormat},
		{"a C1 control character", "a\u0085b", 2, 4, admin.CodeFormat},
		{"not UTF-8", "a\xffb", 2, 4, admin.CodeFormat},
		{"half a surrogate pair", "a\xed\xa0\x80", 2, 4, admin.CodeFormat},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var p admin.Problems
			p.Text("/x", tc.value, tc.least, tc.most)
			err := p.Err()
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			require.Len(t, invalid.Fields, 1, "the first broken rule is reported")
			require.Equal(t, tc.code, invalid.Fields[0].Code)
			require.True(t, utf8.ValidString(invalid.Fields[0].Message))
		})
	}
}

func TestClip(t *testing.T) {
	for _, tc := range []struct{ reason, value, want string }{
		{"short", "abc", "abc"},
		{"empty", "", ""},
		{"as long as it may be", strings.Repeat("é", 60), strings.Repeat("é", 60)},
		{"one more", strings.Repeat("é", 61), strings.Repeat("é", 60) + "…"},
		{"not UTF-8", strings.Repeat("\xff", 61), strings.Repeat("\xff", 60) + "…"},
		{"huge", strings.Repeat("x", 1<<24), strings.Repeat("x", 60) + "…"},
	} {
		t.Run(tc.reason, func(t *testing.T) { require.Equal(t, tc.want, admin.Clip(tc.value)) })
	}
}

func TestSentinelsAreApart(t *testing.T) {
	all := []error{
		admin.ErrNotFound, admin.ErrExists, admin.ErrConflict, admin.ErrInvalid, admin.ErrForbidden,
		admin.ErrUnauthenticated, admin.ErrState, admin.ErrBusy, admin.ErrRateLimited,
	}
	for i, a := range all {
		for k, b := range all {
			require.Equal(t, i == k, errors.Is(fmt.Errorf("x: %w", a), b))
		}
	}
}
