package bulkimport

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// inThrees writes digits in groups of three.
func inThrees(digits, mark string) string {
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + mark + digits[at:]
	}
	return digits
}

// canonicalNumber is the one form of a number: no zeros that mean nothing.
func canonicalNumber(negative bool, whole, part string) string {
	part = strings.TrimRight(part, "0")
	out := whole
	if part != "" {
		out += "." + part
	}
	if negative && strings.Trim(out, "0.") != "" {
		out = "-" + out
	}
	return out
}

// A number that is written in the notation that the format states is read as that number, however it is grouped and
// signed, and beside any currency that is allowed.
func TestNumbersAreReadAsTheyWereWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		whole := strconv.FormatInt(r.Int64N(1<<(1+r.IntN(50))), 10)
		part := ""
		if r.IntN(3) > 0 {
			part = fmt.Sprintf("%0*d", 1+r.IntN(4), r.IntN(10))
		}
		negative := r.IntN(3) == 0
		f := Format{Numbers: []NumberStyle{PointNumbers, CommaNumbers}[r.IntN(2)]}
		point, marks := ".", []string{"", ",", " ", "\u00a0", "\u202f", "'", "’"}
		if f.Numbers == CommaNumbers {
			point, marks = ",", []string{"", ".", " ", "\u00a0", "\u202f"}
		}
		cell := inThrees(whole, marks[r.IntN(len(marks))])
		if part != "" {
			cell += point + part
		}
		if negative {
			switch r.IntN(4) {
			case 0:
				cell = "-" + cell
			case 1:
				cell = "−" + cell
			case 2:
				cell += "-"
			default:
				f.Accounting, cell = true, "("+cell+")"
			}
		}
		if r.IntN(3) == 0 && !strings.ContainsAny(cell, "(−-") {
			f.Currency, cell = "EUR", []string{"€ ", "€", "EUR "}[r.IntN(3)]+cell
		}
		got, wrong := readCell(Field{Kind: Decimal}, f, cell)
		require.Nil(t, wrong, "%q by %+v", cell, f)
		require.Equal(t, canonicalNumber(negative, whole, part), got, "%q by %+v", cell, f)
	}
}

// A day that is written in the order that the format states, or with the name of its month, is read as that day.
func TestDaysAreReadAsTheyWereWritten(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	first := time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 20_000 {
		day := first.AddDate(0, 0, r.IntN(70_000))
		f := Format{Dates: []DateOrder{DMY, MDY}[r.IntN(2)]}
		mark := []string{"/", ".", "-"}[r.IntN(3)]
		layouts := []string{"2006-01-02", "20060102", "2 Jan 2006", "Jan 2, 2006", "2006-01-02 15:04", "2006-01-02T15:04:05Z"}
		if f.Dates == DMY {
			layouts = append(layouts, "2"+mark+"1"+mark+"2006", "02"+mark+"01"+mark+"2006", "02"+mark+"01"+mark+"2006 15:04")
		} else {
			layouts = append(layouts, "1"+mark+"2"+mark+"2006", "01"+mark+"02"+mark+"2006")
		}
		cell := day.Format(layouts[r.IntN(len(layouts))])
		got, wrong := readCell(Field{Kind: Date}, f, cell)
		require.Nil(t, wrong, "%q by %+v", cell, f)
		require.Equal(t, day.Format(time.DateOnly), got, "%q by %+v", cell, f)
	}
}

// Without a format, what is read is the only thing that the cell can mean: no notation that exists reads another value.
func TestWhatIsReadWithoutAFormatHasOneMeaning(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50_000 {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString([]string{"0", "1", "2", "3", "12", "000", ".", ",", "-", "/", " ", "'"}[r.IntN(12)])
		}
		cell := trim(b.String())
		if cell == "" {
			continue
		}
		if got, wrong := readCell(Field{Kind: Date}, Format{}, cell); wrong == nil {
			for _, order := range []DateOrder{DMY, MDY} {
				other, wrong := readCell(Field{Kind: Date}, Format{Dates: order}, cell)
				require.True(t, wrong != nil || other == got, "%q is %s, and %s by %s", cell, got, other, order)
			}
		}
		if got, wrong := readCell(Field{Kind: Decimal}, Format{Numbers: EitherNumber}, cell); wrong == nil {
			for _, notation := range []NumberStyle{PointNumbers, CommaNumbers} {
				other, wrong := readCell(Field{Kind: Decimal}, Format{Numbers: notation}, cell)
				require.True(t, wrong != nil || other == got, "%q is %s, and %s by %s", cell, got, other, notation)
			}
		}
	}
}

// Sets of rows that point at each other are those that every way over their parents leads back to.
func TestComponentsAreWhatReachesItself(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 8))
		rows := 1 + r.IntN(12)
		parents := make([][]int32, 1+r.IntN(3))
		for k := range parents {
			for range rows {
				parents[k] = append(parents[k], int32(r.IntN(rows+2)-2))
			}
			for n := range parents[k] {
				parents[k][n] = max(-1, parents[k][n])
			}
		}
		reach := make([][]bool, rows) // in one step or more
		for a := range reach {
			reach[a] = make([]bool, rows)
			for _, p := range parents {
				if p[a] >= 0 {
					reach[a][p[a]] = true
				}
			}
		}
		for via := range rows {
			for a := range rows {
				for b := range rows {
					reach[a][b] = reach[a][b] || reach[a][via] && reach[via][b]
				}
			}
		}
		got := componentsOf(parents, rows)
		at := map[int32]int{}
		for n, row := range got.rows {
			at[row] = n
		}
		require.Len(t, at, rows, "each once")
		for a := range rows {
			require.Equal(t, reach[a][a], got.cyclic[got.of[a]], "seed %d row %d", seed, a)
			for b := range rows {
				require.Equal(t, a == b || reach[a][b] && reach[b][a], got.of[a] == got.of[b], "seed %d rows %d %d", seed, a, b)
				if reach[a][b] && got.of[a] != got.of[b] {
					require.Less(t, at[int32(b)], at[int32(a)], "what a row points at comes first")
				}
			}
		}
	}
}
