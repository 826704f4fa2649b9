package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// screen prints what an admin would see.
type screen struct {
	w   io.Writer
	err error // the first error of writing; everything after it is dropped
}

func (s *screen) printf(format string, args ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintf(s.w, format, args...)
	}
}

// tab begins one of the Admin Center's tabs.
func (s *screen) tab(title string) {
	s.printf("\n%s\n%s\n", title, strings.Repeat("─", len([]rune(title))))
}

// say prints one indented line.
func (s *screen) say(format string, args ...any) { s.printf("  "+format+"\n", args...) }

// table prints rows in aligned columns under a header.
func (s *screen) table(header string, rows ...[]string) {
	if s.err != nil {
		return
	}
	t := tabwriter.NewWriter(s.w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{strings.Split(header, "|")}, rows...) {
		if _, s.err = fmt.Fprintln(t, "  "+strings.Join(row, "\t")); s.err != nil {
			return
		}
	}
	s.err = t.Flush()
}

// bar draws a progress bar over the line before it.
func (s *screen) bar(done, total int64) {
	const width = 30
	filled := width
	if total > 0 {
		filled = int(done * width / total)
	}
	s.printf("\r  [%s%s] %d of %d", strings.Repeat("█", filled), strings.Repeat("░", width-filled), done, total)
	if done >= total {
		s.printf("\n")
	}
}
