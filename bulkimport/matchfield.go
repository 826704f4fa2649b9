package bulkimport

import (
	"github.com/admincenter/admincenter/admin"
)

// MatchField is a field by which a record that exists is found: ID, Email or Name.
type MatchField string

func checkBy(p *admin.Problems, path string, f Field, by MatchField) {}

func checkMatch(p *admin.Problems, schema Schema, s Settings) {}
